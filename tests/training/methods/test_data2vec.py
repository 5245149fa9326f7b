"""data2vec: what the student sees, what the teacher says, and how the teacher follows."""

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.data2vec import Data2Vec, normalised_over_time, weighted_std

CLIPS, MELS = 16, 8


def method_with(**settings: object) -> Data2Vec:
    views = {"crop_seconds": 0.64, "mels": MELS, "noise": 0.0, "mixup": 0.0}
    method = built_method(new_config({**views, **settings}, method="data2vec", steps=5), CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, Data2Vec)
    return method


def views_for(method: Data2Vec, frames: int = 24) -> dict[str, Tensor]:
    return method.views(random_batch(CLIPS, MELS, frames), Generator().manual_seed(1))


class Bare(Data2Vec):
    """The loss alone: predictions and targets are handed in."""

    def __init__(self, prediction: Tensor, target: Tensor, config: object) -> None:
        torch.nn.Module.__init__(self)
        self.given, self.config = (prediction, target), config

    def predicted(self, x: Tensor, hidden: Tensor) -> Tensor:
        return self.given[0]

    def target(self, x: Tensor, inside: Tensor) -> Tensor:
        return self.given[1]


@pytest.mark.parametrize("within", [0.3, 1.0])
def test_value_and_gradient_equal_the_slow_one(within: float) -> None:
    config = method_with(smooth_within=within).config
    generator = Generator().manual_seed(3)
    prediction, target = torch.randn(2, 3, 6, 5, generator=generator)
    inside = torch.rand(3, 6, generator=generator) < 0.8
    hidden = inside & (torch.rand(3, 6, generator=generator) < 0.5)
    prediction.requires_grad_()
    loss = Bare(prediction, target, config).loss({"x": target, "inside": inside, "hidden": hidden})["loss"]
    loss.backward()
    assert prediction.grad is not None
    assert torch.equal((prediction.grad != 0).any(2), hidden) and not torch.equal(hidden, inside)
    other = prediction.detach().double().requires_grad_()
    terms = []
    for clip in range(3):
        for t in range(6):
            if hidden[clip, t]:
                for i in range(5):
                    off = (other[clip, t, i] - target[clip, t, i].double()).abs()
                    terms.append(off**2 / (2 * within) if off < within else off - within / 2)
    slow = torch.stack(terms).mean()
    slow.backward()
    assert float(loss.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert prediction.grad is not None and other.grad is not None
    torch.testing.assert_close(prediction.grad.double(), other.grad, rtol=1e-5, atol=1e-8)


def test_normalising_looks_at_a_clips_own_steps_alone() -> None:
    layer, inside = torch.randn(3, 7, 4) * 5 + 1, torch.rand(3, 7, generator=Generator().manual_seed(0)) < 0.6
    found = normalised_over_time(layer, inside)
    for clip in range(3):
        own = layer[clip, inside[clip]].double()
        mean = own.mean(0)
        std = ((own - mean).square().mean(0) + 1e-5).sqrt()
        torch.testing.assert_close(found[clip].double(), (layer[clip] - mean) / std, rtol=1e-4, atol=1e-4)
    silence = torch.where(inside[:, :, None], layer, torch.randn_like(layer) * 100)
    torch.testing.assert_close(normalised_over_time(silence, inside)[inside], found[inside])


@pytest.mark.parametrize("top", [1, 2, 3])
def test_targets_are_the_mean_of_the_teachers_top_layers(top: int) -> None:
    method = method_with(top_layers=top)
    views = views_for(method)
    x, inside = views["x"], views["inside"]
    layers = method.teacher.layers(method.teacher.embedded(method.teacher.patches(x)))
    assert len(layers) >= 3
    expected = sum(normalised_over_time(layer, inside) for layer in layers[len(layers) - top :]) / top
    assert isinstance(expected, Tensor)
    torch.testing.assert_close(method.target(x, inside), expected.detach())


def test_the_student_does_not_see_what_is_hidden_and_the_teacher_does() -> None:
    method = method_with().eval()
    views = views_for(method)
    x, hidden, inside = views["x"], views["hidden"], views["inside"]
    frames = hidden.repeat_interleave(method.encoder.stride, dim=1)
    other = torch.where(frames[:, None], torch.randn_like(x), x)
    assert torch.equal(method.predicted(x, hidden), method.predicted(other, hidden))
    assert (method.target(x, inside) - method.target(other, inside)).abs()[hidden].min() > 0
    assert not torch.equal(method.predicted(x, ~hidden), method.predicted(other, ~hidden))


def test_what_the_student_says_equals_the_slow_one() -> None:
    """Step by step: a hidden step is the one learned token at its place, every other its own frames there."""
    method = method_with().eval()
    views, encoder = views_for(method), method.encoder
    x, hidden = views["x"][:3], views["hidden"][:3]
    with torch.no_grad():
        found, patches = method.predicted(x, hidden), encoder.patches(x)
        places = encoder.positions(patches.shape[1], x.device)
        for clip in range(3):
            tokens = [
                (method.missing if hidden[clip, u] else encoder.embedding(patches[clip, u])) + places[u]
                for u in range(patches.shape[1])
            ]
            said = method.predict(encoder.context(torch.stack(tokens)[None]))[0]
            torch.testing.assert_close(found[clip], said, rtol=1e-4, atol=1e-5)


def test_hidden_steps_lie_within_the_clip() -> None:
    views = views_for(method_with())
    assert not (views["hidden"] & ~views["inside"]).any()
    part = views["hidden"].sum() / views["inside"].sum()
    assert 0.3 < part < 0.7 and views["hidden"].any(1).all()


def test_no_gradient_reaches_the_teacher() -> None:
    method = method_with()
    method.loss(views_for(method))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.teacher.parameters())
    assert method.missing.grad is not None and method.missing.grad.abs().sum() > 0


@pytest.mark.parametrize(("progress", "momentum"), [(0.0, 0.9), (0.5, 0.945), (1.0, 0.99)])
def test_the_teacher_follows_in_all_that_it_has(progress: float, momentum: float) -> None:
    method = method_with(teacher_momentum=0.9)
    assert all(
        torch.equal(a, b)
        for a, b in zip(method.teacher.state_dict().values(), method.encoder.state_dict().values(), strict=True)
    )
    with torch.no_grad():
        for tensor in [*method.encoder.parameters(), method.encoder.input_mean]:
            tensor.add_(torch.randn_like(tensor))
    before = {name: value.clone() for name, value in method.teacher.state_dict().items()}
    method.after_step(progress)
    for name, fast in method.encoder.state_dict().items():
        expected = momentum * before[name] + (1 - momentum) * fast
        torch.testing.assert_close(method.teacher.state_dict()[name], expected, rtol=1e-5, atol=1e-6)


def no_positions(count: int, device: torch.device) -> Tensor:
    return torch.zeros(count, 128)


def test_a_collapsed_model_shows_as_bars_at_zero() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        lens = method.lens(views)
        assert lens["spread"][1].min() > 0.1
        for network in (method.encoder, method.teacher):
            network.embedding.weight.zero_()
            network.embedding.bias.zero_()
            network.positions = no_positions
        collapsed = method.lens(views)["spread"]
    assert collapsed[1].max() < 1e-2


def test_the_spread_is_that_of_the_counted_rows() -> None:
    x, counted = torch.randn(20, 3), torch.arange(20) % 3 == 0
    torch.testing.assert_close(weighted_std(x, counted), x[counted].std(0, correction=0))


def test_the_similarity_is_of_each_clips_first_hidden_moment_with_the_same_moment_of_each() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        lens = method.lens(views)
        prediction = method.predicted(views["x"], views["hidden"])
        target = method.target(views["x"], views["inside"])
    places = [views["hidden"][clip].tolist().index(True) for clip in range(CLIPS)]
    assert len(set(places)) > 1
    for i in range(CLIPS):
        for j in range(CLIPS):
            expected = functional.cosine_similarity(prediction[i, places[i]], target[j, places[i]], dim=0)
            assert float(lens["similarity"][i, j]) == pytest.approx(float(expected), abs=1e-5)


def test_the_spread_is_over_the_hidden_moments_of_all_clips_shown() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        found = method.lens(views)["spread"]
        said = method.predicted(views["x"], views["hidden"]), method.target(views["x"], views["inside"])
    for drawn, every in zip(found, said, strict=True):
        rows = torch.stack([every[b, u].double() for b, u in views["hidden"].nonzero().tolist()])
        torch.testing.assert_close(drawn.double(), rows.std(0, correction=0), rtol=1e-4, atol=1e-5)


def test_a_model_that_knows_places_alone_has_no_brighter_diagonal() -> None:
    method = method_with().eval()
    views = views_for(method, frames=32)  # whole views, so that a place is the same in all of them
    assert len(set(views["hidden"].int().argmax(1).tolist())) > 1
    with torch.no_grad():
        for network in (method.encoder, method.teacher):
            network.embedding.weight.zero_()
        method.missing.copy_(method.encoder.embedding.bias)
        similarity = method.lens(views)["similarity"]
    torch.testing.assert_close(similarity, similarity[:, :1].expand_as(similarity))
