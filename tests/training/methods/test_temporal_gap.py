"""The gap between two slices, and what is said of it."""

import math

import pytest
import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.temporal_gap import TemporalGap

MELS = 16


def method_with(**settings: object) -> TemporalGap:
    plain = {
        "mels": MELS,
        "slice_seconds": 0.16,
        "mixup": 0.0,
        "noise": 0.0,
        "equalizer": 0.0,
        "time_stretch": 0.0,
        "frequency_shift": 0.0,
    }
    config = new_config({**plain, "frequency_stretch": 0.0, **settings}, method="temporal_gap", steps=5)
    method = built_method(config, 32, 4, (-4.0, 3.0))
    assert isinstance(method, TemporalGap)
    return method.train()


def views_of(method: TemporalGap, lengths: Tensor) -> dict[str, Tensor]:
    """Clips whose frames are numbered from 1."""
    power = torch.arange(1.0, 61.0).expand(len(lengths), MELS, -1) * (torch.arange(60) < lengths[:, None])[:, None]
    batch = Batch(
        torch.arange(len(lengths)),
        power,
        lengths,
        torch.zeros(len(lengths), dtype=torch.int64),
        torch.arange(len(lengths)),
    )
    return method.views(batch, Generator().manual_seed(1))


def test_gaps_are_those_of_the_slices() -> None:
    method = method_with(time_shift=0.0)
    assert method.slice_frames == 8 and method.augment.view_frames == 48
    views = views_of(method, torch.randint(12, 48, (200,), generator=Generator().manual_seed(0)))
    first_frames = views["slices"].exp()[:, :, 0, 0].round()  # (B, 2)
    torch.testing.assert_close(views["gap"], (first_frames[:, 0] - first_frames[:, 1]).abs() / 40)
    assert views["gap"].max() <= 1 and views["counted"].all()


@pytest.mark.parametrize("length", [20, 48])
def test_the_gap_is_drawn_evenly_then_the_places(length: int) -> None:
    """All gaps that a clip has room for are equally likely, at each all places, and either slice may come first."""
    method, clips = method_with(time_shift=0.0), 20_000
    views = views_of(method, torch.full((clips,), length))
    start = views["slices"].exp()[:, :, 0, 0].round()  # (B, 2), frames counted from 1
    room = length - 2 - 8
    apart = (views["gap"] * 40).round().long()
    share = apart.bincount(minlength=room + 1) / clips
    assert len(share) == room + 1
    assert (share * (room + 1) - 1).abs().max() < 0.25, "evenly"
    assert float(views["gap"].max()) == pytest.approx(room / 40), "in parts of the longest gap of a view"
    for gap in (0, room // 2, room - 1):
        earlier = start[apart == gap].amin(1).long() - 2
        places = room - gap + 1
        below = earlier.bincount(minlength=places).cumsum(0) / len(earlier)
        assert len(below) == places, gap
        assert (below - torch.arange(1, places + 1) / places).abs().max() < 0.08, gap
    first = (start[:, 0] < start[:, 1])[apart > 0].float().mean()
    assert float(first) == pytest.approx(0.5, abs=0.02)


def test_both_slices_lie_within_the_clip() -> None:
    for time_shift in (0.0, 1.0):
        views = views_of(method_with(time_shift=time_shift), torch.full((300,), 20))
        frames = views["slices"].exp()[:, :, 0].round()
        assert frames.min() >= 2 and frames.max() <= 19  # without the first and the last one
        assert len(frames[:, 0, 0].unique()) == 11


def test_clips_as_short_as_a_slice_are_not_counted() -> None:
    method = method_with()
    lengths = torch.tensor([4, 10, 20, 30])
    views = views_of(method, lengths)
    assert views["counted"].tolist() == [False, False, True, True]
    method.predicted = lambda slices: torch.tensor([100.0, -100.0, 0.0, 0.0])
    gaps = views["gap"][2:].double().tolist()
    least = [-g * math.log(g) - (1 - g) * math.log(1 - g) if g else 0.0 for g in gaps]
    assert float(method.loss(views)["loss"]) == pytest.approx(math.log(2) - sum(least) / 2, rel=1e-5)
    none = {**views, "counted": torch.zeros(4, dtype=torch.bool)}
    assert float(method.loss(none)["loss"]) == 0


def test_the_loss_is_the_papers() -> None:
    """−Δ ln Δ̂ − (1 − Δ) ln (1 − Δ̂), less what it is at Δ̂ = Δ: value and gradient, in float64 over clips that count."""
    method = method_with()
    views = views_of(method, torch.tensor([4, 14, 20, 30, 48, 60]))
    logits = torch.randn(6, requires_grad=True)
    method.predicted = lambda slices: logits
    found = method.loss(views)
    double = logits.detach().double().requires_grad_()
    said = 1 / (1 + (-double).exp())
    terms = [
        -gap * said[i].log() - (1 - gap) * (1 - said[i]).log() + sum(p * math.log(p) for p in (gap, 1 - gap) if p)
        for i, gap in enumerate(views["gap"].double().tolist())
        if views["counted"][i]
    ]
    slow = torch.stack(terms).mean()
    assert len(terms) == 5 and float(found["loss"].detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    found["loss"].backward()
    slow.backward()
    assert logits.grad is not None and double.grad is not None
    torch.testing.assert_close(logits.grad.double(), double.grad, rtol=1e-5, atol=1e-8)
    wrong = [abs(float(said[i].detach()) - float(views["gap"][i])) for i in range(1, 6)]
    assert float(found["error"]) == pytest.approx(sum(wrong) / 5, rel=1e-5)


def test_both_slices_and_their_sides_matter() -> None:
    method = method_with().eval()
    slices = torch.randn(4, 2, MELS, 8) * 3 - 4
    with torch.no_grad():
        logit = method.predicted(slices)
        for place in (0, 1):
            changed = slices.clone()
            changed[:, place] += 3 * torch.randn(4, MELS, 8)
            assert not torch.allclose(method.predicted(changed), logit, atol=1e-5)


def test_the_picture_puts_the_true_gap_beside_the_said_one() -> None:
    method = method_with().eval()
    views = views_of(method, torch.full((40,), 30))
    with torch.no_grad():
        gaps = method.lens(views)["gaps"]
    assert gaps.shape == (2, 32) and torch.equal(gaps[0], views["gap"][:32]) and 0 < gaps[1].min() < gaps[1].max() < 1
    assert isinstance(method.guess, nn.Module)
