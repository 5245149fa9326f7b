"""BYOL-A's views against loops, its normalisation, its past and its loss."""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.config import new_config
from training.methods.byol_a import Past, faded, mixed
from training.spectrogram import FrontEnd, log_mel


def test_mixing_is_log_mixup_exp() -> None:
    x, other, amounts = torch.randn(3, 4, 5), torch.randn(3, 4, 5), torch.tensor([0.0, 0.1, 0.4])
    found = mixed(x, other, amounts)
    for b in range(3):
        for f in range(4):
            for v in range(5):
                part = float(amounts[b])
                expected = math.log((1 - part) * math.exp(x[b, f, v]) + part * math.exp(other[b, f, v]))
                assert float(found[b, f, v]) == pytest.approx(expected, abs=1e-5)
    assert torch.equal(found[0], x[0])


def test_the_fader_runs_straight_from_start_to_end() -> None:
    x, start, end = torch.randn(2, 3, 5), torch.tensor([-1.0, 0.5]), torch.tensor([1.0, 0.5])
    for b in range(2):
        for v in range(5):
            level = float(start[b] + (end[b] - start[b]) * v / 4)
            torch.testing.assert_close(faded(x, start, end)[b, :, v], x[b, :, v] + level)


def test_the_past_is_first_in_first_out_and_begins_empty() -> None:
    past = Past(5, 2, 3)
    uniform = torch.linspace(0, 0.999, 100)
    _, there = past.drawn(uniform)
    assert int(there) == 0
    pushed = [torch.full((2, 2, 3), float(n)) + torch.tensor([0.0, 0.5])[:, None, None] for n in range(1, 5)]
    past.push(pushed[0])
    drawn, there = past.drawn(uniform)
    assert int(there) == 1 and set(drawn[:, 0, 0].tolist()) == {1.0, 1.5}  # never the empty places
    for segments in pushed[1:]:
        past.push(segments)
    assert set(past.drawn(uniform)[0][:, 1, 2].tolist()) == {2.5, 3.0, 3.5, 4.0, 4.5}
    past.push(torch.arange(8.0)[:, None, None].expand(-1, 2, 3))
    assert set(past.drawn(uniform)[0][:, 1, 2].tolist()) == {3.0, 4.0, 5.0, 6.0, 7.0}


def test_a_step_pushes_its_own_segments_afterwards(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("byol_a", past_segments=100)
    views = method.views(toy_batch, Generator().manual_seed(0))
    assert int(method.past.count) == 0
    method.loss(views)
    assert int(method.past.count) == 0  # what a view is mixed with was heard before this step
    method.after_step(0.0)
    assert int(method.past.count) == 64
    torch.testing.assert_close(method.past.segments[:64].float(), views["segment"], atol=2e-3, rtol=1e-3)
    method.after_step(0.0)
    assert int(method.past.count) == 64


def test_the_front_end_is_the_papers() -> None:
    config = new_config({}, method="byol_a")
    front_end = FrontEnd(**config.front_end)
    assert (front_end.mels, front_end.low_hz, front_end.high_hz) == (64, 60, 7800)
    assert (front_end.transform_samples, front_end.window_samples, front_end.hop_samples) == (1024, 1024, 160)
    assert front_end.frames(round(0.95 * 16000)) == 96
    assert config.views["crop_seconds"] == 0.48  # half a segment of the paper


def test_statistics_of_the_data_before_and_of_both_views_after(
    toy_method: Callable[..., Any], toy_batch: Batch
) -> None:
    method = toy_method("byol_a")
    views = method.views(toy_batch, Generator().manual_seed(0))
    raw = method.augment.one(toy_batch.audio, toy_batch.lengths, Generator().manual_seed(0))
    torch.testing.assert_close(views["segment"], (raw + 1.0) / 2.0)  # mean −1, deviation 2: see the toy method
    both = torch.cat([views["first"], views["second"]])
    assert float(both.mean()) == pytest.approx(0, abs=1e-5) and float(both.std()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("mixup", [0.0, 0.4])
def test_without_changes_both_views_are_the_segment_itself(
    mixup: float, toy_method: Callable[..., Any], toy_batch: Batch
) -> None:
    """In the past, with which it would be mixed, there is nothing yet."""
    method = toy_method("byol_a", mixup_alpha=mixup, fader=0.0, smallest_crop=1.0, largest_crop=1.0)
    segment = torch.randn(5, 16, 32)
    changed = method.changed(segment, Generator().manual_seed(0))
    same_place = torch.isclose(changed, segment, atol=1e-5).flatten(1).all(1)
    # A crop of the segment's own size lies up to a quarter of its length beside it: the same picture, moved in time.
    for row, original, same in zip(changed, segment, same_place, strict=True):
        moved = [torch.allclose(functional.pad(original, (-shift, shift)), row, atol=1e-4) for shift in range(-8, 9)]
        assert same or sum(moved) == 1


def test_views_are_mixed_with_the_past(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("byol_a", past_segments=8, fader=0.0)
    first = method.views(toy_batch, Generator().manual_seed(0))["first"]
    method.past.push(torch.full((8, 16, 32), 5.0))
    again = method.views(toy_batch, Generator().manual_seed(0))
    assert not torch.allclose(first, again["first"])
    assert torch.equal(again["segment"], method.views(toy_batch, Generator().manual_seed(0))["segment"])


class Flat(nn.Module):
    """An encoder that leaves the views (B, P) as they are."""

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        return x

    def pooled(self, frames: Tensor, lengths: Tensor | None = None) -> Tensor:
        return frames


def test_the_loss_is_byols_both_ways_in_value_and_gradient(
    toy_method: Callable[..., Any], assert_equal_gradients: Callable[..., None]
) -> None:
    """With linear networks; no gradient comes by the slow one, to the views neither."""
    method = toy_method("byol_a")
    method.encoder, method.slow_encoder = Flat(), Flat()
    method.project, method.predict, method.slow_project = (nn.Linear(5, 5) for _ in range(3))
    project, predict, slow_project = (
        deepcopy(m).double() for m in (method.project, method.predict, method.slow_project)
    )
    a, b = (torch.randn(7, 5).requires_grad_() for _ in range(2))
    c, d = (v.detach().double().requires_grad_() for v in (a, b))
    slow = torch.zeros((), dtype=torch.float64)
    for x, other in ((c, d), (d, c)):
        for p, z in zip(predict(project(x)), slow_project(other).detach(), strict=True):
            slow = slow + (p / p.square().sum().sqrt() - z / z.square().sum().sqrt()).square().sum() / len(x)
    assert_equal_gradients(
        method.loss({"first": a, "second": b, "segment": a})["loss"],
        slow,
        [a, b, *method.project.parameters(), *method.predict.parameters()],
        [c, d, *project.parameters(), *predict.parameters()],
    )


def test_no_gradient_reaches_the_target_which_follows_at_one_pace(
    toy_method: Callable[..., Any], toy_batch: Batch
) -> None:
    method = toy_method("byol_a", momentum=0.9)
    method.loss(method.views(toy_batch, Generator().manual_seed(0)))["loss"].backward()
    slow, fast = (method.slow_encoder, method.slow_project), (method.encoder, method.project)
    assert all(p.grad is None and not p.requires_grad for part in slow for p in part.parameters())
    with torch.no_grad():
        for parameter in [p for part in fast for p in part.parameters()]:
            parameter.add_(torch.randn_like(parameter))
    before = [v.clone() for part in slow for v in part.state_dict().values()]
    method.after_step(0.7)
    now = [v for part in slow for v in part.state_dict().values()]
    target = [v for part in fast for v in part.state_dict().values()]
    for old, new, found in zip(before, target, now, strict=True):
        if found.is_floating_point():
            torch.testing.assert_close(found, 0.9 * old + 0.1 * new, rtol=1e-5, atol=1e-6)


def test_whole_sounds_are_embedded_by_the_datas_statistics(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("byol_a").eval()
    x = log_mel(toy_batch.audio)
    expected = method.encoder.pooled(method.encoder.frames((x + 1.0) / 2.0))
    torch.testing.assert_close(method.embed(x), expected)


def test_it_stays_apart(toy_method: Callable[..., Any], spread_after: Callable[..., tuple[float, float]]) -> None:
    std, rank = spread_after(toy_method("byol_a", hidden_width=256, projection_width=64))
    assert std > 0.5 and rank > 8, (std, rank)
