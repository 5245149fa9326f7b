"""Bags of words and skip-grams: what is rebuilt is never heard, and padding is never counted."""

import pytest
import torch
from torch import Generator, Tensor

from tests.support.fixed import Fixed
from tests.support.random_batch import random_batch
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.neighbouring_slices import NeighbouringSlices

MELS, CLIPS, MEAN, STD = 16, 8, -4.0, 3.0
NAMES = ("audio2vec_cbow", "audio2vec_skipgram", "speech2vec", "speech2vec_cbow")


def method_with(name: str, **settings: object) -> NeighbouringSlices:
    config = new_config({"mels": MELS, "crop_seconds": 0.32, **settings}, method=name, steps=5)
    method = built_method(config, 32, 4, (MEAN, STD))
    assert isinstance(method, NeighbouringSlices)
    return method.train()


def views_of(method: NeighbouringSlices, length: int = 40) -> dict[str, Tensor]:
    batch = random_batch(CLIPS, MELS, 60, lengths=torch.full((CLIPS,), length))
    return method.views(batch, Generator().manual_seed(1))


def predicted_places(method: NeighbouringSlices) -> list[int]:
    middle = method.middle
    return [middle] if "CBoW" in type(method).__name__ else [i for i in range(method.slices) if i != middle]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("neighbours", [1, 2])
def test_what_is_rebuilt_is_not_heard(name: str, neighbours: int) -> None:
    """Perturbed, it moves the target and not the prediction."""
    method = method_with(name, neighbours=neighbours).eval()
    slices = views_of(method)["slices"]
    changed = slices.clone()
    for place in predicted_places(method):
        changed[:, place] = 50 * torch.randn_like(changed[:, place])
    with torch.no_grad():
        assert torch.equal(method.rebuilt(slices), method.rebuilt(changed))
        heard = [i for i in range(method.slices) if i not in predicted_places(method)]
        for place in heard:
            other = slices.clone()
            other[:, place] += torch.randn_like(other[:, place])
            assert not torch.allclose(method.rebuilt(slices), method.rebuilt(other), atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("neighbours", "length"), [(1, 40), (1, 12), (2, 17)])
def test_the_loss_is_the_error_over_the_clips_own_frames(name: str, neighbours: int, length: int) -> None:
    """Value and gradient, against loops over slices and frames in float64; the clips are shorter than the view, or not."""
    method = method_with(name, neighbours=neighbours, time_stretch=0.0)
    views, places = views_of(method, length), predicted_places(method)
    assert views["slices"].shape == (CLIPS, 2 * neighbours + 1, MELS, 8)
    answer = torch.randn(CLIPS, len(places), MELS, 8, requires_grad=True)
    method.decode = Fixed(answer.flatten(0, 1) if name.startswith("speech2vec") else answer)
    found = method.loss(views)["loss"]
    double = answer.detach().double().requires_grad_()
    errors = [
        (double[b, i, :, w] - (views["slices"][b, place, :, w].double() - MEAN) / STD).square().mean()
        for b in range(CLIPS)
        for i, place in enumerate(places)
        for w in range(8)
        if views["inside"][b, place, w]
    ]
    slow = torch.stack(errors).mean()
    assert length > 30 or len(errors) < CLIPS * len(places) * 8
    assert float(found.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    (gradient,), (expected,) = torch.autograd.grad(found, answer), torch.autograd.grad(slow, double)
    torch.testing.assert_close(gradient.double(), expected, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_slices_lie_a_gap_apart(name: str) -> None:
    """Frames between the slices are in none of them: a clip of numbered frames shows which are."""
    method = method_with(
        name, gap_seconds=0.06, mixup=0.0, noise=0.0, equalizer=0.0, time_stretch=0.0, frequency_shift=0.0,
        frequency_stretch=0.0, time_shift=0.0,
    )  # fmt: skip
    power = torch.arange(1.0, 31.0).expand(CLIPS, MELS, -1)  # as long as three slices of 8 frames and two gaps of 3
    batch = Batch(
        torch.arange(CLIPS), power, torch.full((CLIPS,), 30), torch.zeros(CLIPS, dtype=torch.int64), torch.arange(CLIPS)
    )
    frames = method.views(batch, Generator().manual_seed(0))["slices"].exp()[0, :, 0].round().tolist()
    assert frames == [list(range(1, 9)), list(range(12, 20)), list(range(23, 31))]


@pytest.mark.parametrize("name", NAMES)
def test_the_slices_are_the_view(name: str) -> None:
    """Trained, embedded and reverberated alike: the views' own length has no part in it."""
    for crop_seconds in (0.32, 3.0):
        assert method_with(name, crop_seconds=crop_seconds).augment.view_length == 3 * 8 + 2 * 2


@pytest.mark.parametrize("name", NAMES)
def test_of_a_clip_as_long_as_a_word_the_middle_slice_is_whole(name: str) -> None:
    """.4 s are 20 frames; three slices of 8 and two gaps of 2 are 28."""
    inside = views_of(method_with(name, time_stretch=0.0), 20)["inside"]
    assert inside[:, 1].all() and not inside.all()


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_fills_in_what_was_rebuilt_and_nothing_else(name: str) -> None:
    method = method_with(name, neighbours=2).eval()
    views = views_of(method)
    with torch.no_grad():
        lens = method.lens(views)
        rebuilt = method.rebuilt(views["slices"])
    assert lens["original"].shape == lens["rebuilt"].shape == (CLIPS, MELS, 5 * 10)
    places = predicted_places(method)
    for place in range(5):
        columns = slice(place * 10, place * 10 + 8)
        expected = rebuilt[:, places.index(place)] if place in places else (views["slices"][:, place] - MEAN) / STD
        torch.testing.assert_close(lens["rebuilt"][:, :, columns], expected)


def test_cbow_puts_the_codes_side_by_side() -> None:
    """What the decoder hears is every neighbour's code at a place of its own: in another order it says something else."""
    method = method_with("audio2vec_cbow", neighbours=2).eval()
    slices, heard = views_of(method)["slices"], []
    method.decode.register_forward_pre_hook(lambda decode, given: heard.append(given[0]))
    with torch.no_grad():
        code = method.codes(slices)
        rebuilt = method.rebuilt(slices)
        torch.testing.assert_close(heard[0], torch.cat([code[:, n] for n in (0, 1, 3, 4)], dim=1))
        turned = slices[:, [4, 3, 2, 1, 0]]
        assert not torch.allclose(method.rebuilt(turned), rebuilt, atol=1e-3)


def test_the_bag_of_speech2vec_has_no_order() -> None:
    """The codes are summed: in another order it says the same, of other neighbours it does not."""
    method = method_with("speech2vec_cbow", neighbours=2).eval()
    slices, heard = views_of(method)["slices"], []
    method.decode.register_forward_pre_hook(lambda decode, given: heard.append(given[0]))
    with torch.no_grad():
        code, rebuilt = method.codes(slices), method.rebuilt(slices)
        torch.testing.assert_close(heard[0], code[:, 0] + code[:, 1] + code[:, 3] + code[:, 4])
        torch.testing.assert_close(method.rebuilt(slices[:, [4, 3, 2, 1, 0]]), rebuilt)


def test_the_neighbours_of_speech2vec_are_told_apart() -> None:
    method = method_with("speech2vec").eval()
    with torch.no_grad():
        rebuilt = method.rebuilt(views_of(method)["slices"])
    assert not torch.allclose(rebuilt[:, 0], rebuilt[:, 1], atol=1e-3)
