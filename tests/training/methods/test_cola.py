"""COLA: bilinear similarity against loops in float64, and segments of the same recording."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.cola import COLA
from training.spectrogram import log_mel


def method_of(**settings: object) -> COLA:
    config = new_config({"crop_seconds": 0.32, "mels": 16, "projection_width": 8, **settings}, method="cola", steps=5)
    method = built_method(config, 16, 4, (-4.0, 3.0))
    assert isinstance(method, COLA)
    return method.train()


def batch_of(frames: int, count: int = 16) -> Batch:
    """Every frame of every clip says which clip and which moment it is, in two of its bands."""
    power = torch.zeros(count, 16, frames)
    power[:, 0] = 1 + torch.arange(count)[:, None]
    power[:, 1] = 1 + torch.arange(frames)
    return Batch(
        torch.arange(count),
        power,
        torch.full((count,), frames),
        torch.zeros(count, dtype=torch.int64),
        torch.arange(count),
    )


def told(view: Tensor) -> tuple[Tensor, Tensor]:
    """Clip and moment of every frame (B, V) of a view, −1 in silence."""
    power = view.exp() - log_mel(torch.zeros(1)).exp()
    return power[:, 0].round() - 1, power[:, 1].round() - 1


def slow_loss(first: Tensor, second: Tensor, w: Tensor) -> Tensor:
    """Equations 1 and 2: s = gᵀ W g', first segments pick among second ones."""
    total = first.new_zeros(())
    for i, g in enumerate(first):
        scores = torch.stack(
            [sum(g[a] * w[a, b] * other[b] for a in range(len(g)) for b in range(len(g))) for other in second]
        )
        total = total - (scores[i] - torch.logsumexp(scores, 0))
    return total / len(first)


def test_value_and_gradient_equal_the_slow_one(assert_equals_slow: Callable[..., None]) -> None:
    method, random = method_of(projection_width=8), Generator().manual_seed(0)
    method.encoder, method.g = nn.Identity(), nn.Identity()

    def fast(first: Tensor, second: Tensor, w: Tensor) -> Tensor:
        del method._parameters["w"]
        method.w = w
        return method.loss({"first": first, "second": second})["loss"]

    w = method.w.detach() * 8  # larger scores than at the beginning
    assert_equals_slow(
        lambda a, b, w: fast(a, b, w),
        slow_loss,
        torch.randn(5, 8, generator=random),
        torch.randn(5, 8, generator=random),
        w,
    )


def test_the_similarity_has_two_sides_and_only_one_asks() -> None:
    """W isn't symmetric, so swapping the sides is another question."""
    method = method_of()
    views = method.views(batch_of(64), Generator().manual_seed(0))
    there = method.loss(views)["loss"]
    back = method.loss({"first": views["second"], "second": views["first"]})["loss"]
    assert not torch.allclose(there, back, rtol=1e-6)


def test_to_know_nothing_costs_its_chance_and_so_does_collapse() -> None:
    method = method_of(batch_size=16)
    chance = method.chance()
    assert chance is not None and chance.value == pytest.approx(math.log(16))
    views = method.views(batch_of(64), Generator().manual_seed(0))
    same = {**views, **{name: views[name][:1].expand(16, -1, -1) for name in ("first", "second")}}
    assert float(method.loss(same)["loss"].detach()) == pytest.approx(chance.value, rel=1e-4)
    with torch.no_grad():
        method.w.zero_()
    assert float(method.loss(views)["loss"].detach()) == pytest.approx(chance.value, rel=1e-6)


def test_g_is_a_layer_between_two_norms_and_tanh() -> None:
    method = method_of().train()
    h = torch.randn(30, method.encoder.width) + 3
    standard = (h - h.mean(0)) / h.var(0, correction=0).add(1e-5).sqrt()
    expected = torch.tanh(nn.functional.layer_norm(standard @ method.g[1].weight.T + method.g[1].bias, (8,)))
    torch.testing.assert_close(method.projection(h), expected)
    assert not hasattr(method, "temperature")


@pytest.mark.parametrize("segments", ["anywhere", "near", "far"])
@pytest.mark.parametrize("frames", [64, 20, 9])
def test_segments_are_stretches_of_the_same_recording(segments: str, frames: int) -> None:
    method = method_of(segments=segments, time_shift=0.0)
    views = method.views(batch_of(frames), Generator().manual_seed(0))
    own = min(16, frames // 2)
    moments = []
    for name in ("first", "second"):
        assert views[name].shape == (16, 16, 16)
        clip, moment = told(views[name])
        assert (clip[:, :own] == torch.arange(16)[:, None]).all() and (clip[:, own:] == -1).all()
        assert (moment[:, 1:own] - moment[:, : own - 1] == 1).all()  # frame after frame
        moments.append(moment[:, 0])
    distance = (moments[0] - moments[1]).abs()
    if segments == "far":
        assert (distance >= own).all()
    elif segments == "near":
        assert (distance <= own).all()
    else:
        assert distance.unique().numel() > 3


def test_nothing_but_the_place_is_changed() -> None:
    settings = method_of().augment.settings
    assert settings.mixup == settings.noise == settings.equalizer == settings.time_stretch == 0
    assert settings.frequency_shift == settings.frequency_stretch == 0
