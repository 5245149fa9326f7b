"""CPC's loss against loops in float64: its denominator, its padding, and what it can't know."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator

from tests.support.slow_cpc import GROUPS, OTHER, SAME, STEPS, slow_step, small, views_of
from training.batch import Batch
from training.methods.cpc import CPC, pairs


def cpc(**overrides: object) -> CPC:
    return small(CPC, "cpc", **overrides)


@pytest.mark.parametrize("others_from", ["all", "same source"])
def test_value_and_gradient_equal_the_slow_ones(others_from: str, assert_equal_gradients: Callable[..., None]) -> None:
    """The gradient of the contexts, and of the frames, which it reaches as true and as wrong ones alike."""
    method = cpc(others_from=others_from)
    views = views_of(method)
    z = method.encoder.local(method.encoder.standardised(views["x"], None)).detach().requires_grad_()
    c = method.encoder.context(z).detach().requires_grad_()
    method.encoder.local, method.encoder.context = (lambda x: z), (lambda z: c)
    single = [c, z, *method.predict.parameters()]
    double = [p.detach().double().requires_grad_() for p in single]
    slow_c, slow_z, *weights = double
    slow = [slow_step(slow_c, slow_z, w, k, views) for k, w in enumerate(weights, 1)]
    losses = method.loss(views)
    assert_equal_gradients(losses["loss"], torch.stack([loss for loss, _ in slow]).mean(), single, double)
    told = [float(losses[f"accuracy_{k}"]) for k in range(1, STEPS + 1)]
    assert told == pytest.approx([found for _, found in slow], rel=1e-5) and len(set(told)) == STEPS
    assert method.eval().lens(views)["found"].tolist() == pytest.approx(told)


def test_a_step_ahead_that_no_clip_is_long_enough_for_does_not_dilute_the_mean() -> None:
    """All clips are of four frames at most after which nothing comes: of eleven steps ahead one is there."""
    method, short = cpc(steps_ahead=11), torch.full((6,), 4)
    power = torch.rand(6, 8, 30, generator=Generator().manual_seed(0)) * (torch.arange(30) < 4)
    batch = Batch(torch.arange(6), power, short, torch.zeros(6, dtype=torch.int64), torch.arange(6))
    views = method.views(batch, Generator().manual_seed(1))
    z = method.encoder.local(method.encoder.standardised(views["x"], None))
    c = method.encoder.context(z)
    w = next(method.predict[0].parameters()).double()
    there = [k for k in range(1, 12) if (views["inside"][:, :-k] & views["inside"][:, k:]).any()]
    assert there == [1]
    expected, _ = slow_step(c.double(), z.double(), w, 1, views)
    assert float(method.loss(views)["loss"].detach()) == pytest.approx(float(expected.detach()), rel=1e-5)


def test_chance_is_where_all_scores_are_equal() -> None:
    method = cpc()
    for predict in method.predict:
        torch.nn.init.zeros_(predict.weight)  # type: ignore[arg-type]
    line, losses = method.chance(), method.loss(views_of(method))
    assert float(losses["loss"].detach()) == pytest.approx(line.value, rel=1e-6)
    assert line.value == pytest.approx(math.log(1 + SAME + OTHER))
    assert all(float(losses[f"accuracy_{k}"]) == 0 for k in range(1, STEPS + 1)), "a tie is not found"


@pytest.mark.parametrize("seed", range(5))
def test_the_true_frame_is_never_among_the_wrong_ones_and_none_is_padding(seed: int) -> None:
    method = cpc()
    views = views_of(method, seed)
    inside, frames = views["inside"], views["inside"].shape[1]
    assert 0 < int(inside.sum()) < inside.numel()
    for b in range(6):
        own = inside[b].nonzero()[:, 0].tolist()
        for t in own:
            drawn = views["same_clip"][b, t].tolist()
            assert set(drawn) <= set(own) and (t not in drawn or len(own) == 1)
        for i in views["other_clips"][b].tolist():
            assert i // frames != b
            assert inside[i // frames, i % frames] or not inside[i // frames].any()


@pytest.mark.parametrize("seed", range(3))
def test_wrong_frames_of_the_same_source_are_of_other_clips_of_it(seed: int) -> None:
    """The fourth clip's mate is the second; the third has none, and is asked among its own frames alone."""
    method = cpc(others_from="same source")
    views = views_of(method, seed)
    clip = views["other_clips"] // views["inside"].shape[1]
    assert views["known"].all(1).tolist() == [True, True, False, True, True, True]
    for b in (0, 1, 3, 4, 5):
        assert (GROUPS[clip[b]] == GROUPS[b]).all() and (clip[b] != b).all()
        assert views["inside"].flatten()[views["other_clips"][b]].all()
    loss = method.loss(views)["loss"]
    assert pairs(views["inside"], 1)[2].any(), "the third clip counts"
    spoiled = {**views, "other_clips": torch.where(views["known"], views["other_clips"], 0)}
    assert torch.equal(loss, method.loss(spoiled)["loss"])
    answered = {**views, "known": torch.ones_like(views["known"])}
    assert not torch.equal(loss, method.loss(answered)["loss"])


def test_padding_counts_nowhere() -> None:
    """Whatever the padded frames hold: the loss stays the same, and so do its gradients."""
    method = cpc(time_shift=0.0)
    views = views_of(method)
    inside = views["inside"].repeat_interleave(2, 1)[:, None]
    # No padded frame lies before a clip's own frames here, where the context would hear it.
    spoiled = {**views, "x": torch.where(inside, views["x"], torch.randn_like(views["x"]) * 10)}
    first, second = method.loss(views)["loss"], method.loss(spoiled)["loss"]
    torch.testing.assert_close(first, second)


def test_the_context_knows_nothing_of_what_it_foresees() -> None:
    method = cpc().eval()
    x = views_of(method)["x"]
    changed = x.clone()
    changed[:, :, 12:] += 3 * torch.randn_like(changed[:, :, 12:])
    with torch.no_grad():
        z, other = (method.encoder.local(method.encoder.standardised(v, None)) for v in (x, changed))
        c, after = method.encoder.context(z), method.encoder.context(other)
    assert torch.equal(c[:, :6], after[:, :6]) and not torch.equal(c[:, 6:], after[:, 6:])
    assert torch.equal(z[:, :6], other[:, :6])


def test_every_step_ahead_has_its_own_weights_and_its_own_place_in_the_picture() -> None:
    method = cpc()
    assert len({id(p.weight) for p in method.predict}) == STEPS
    with torch.no_grad():
        found = method.eval().lens(views_of(method))["found"]
    assert found.shape == (STEPS,) and found.min() >= 0 and found.max() <= 1
