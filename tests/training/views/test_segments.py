"""Segments of a recording: cut where they are said to be, as far apart as they are said to be."""

import pytest
import torch
from torch import Generator, Tensor

from training.views.segments import cut, starts_anywhere, starts_apart, starts_beyond, stretch_lengths


def draws(count: int, columns: int) -> Tensor:
    return torch.rand(count, columns, generator=Generator().manual_seed(0))


def slow_cut(audio: Tensor, start: int, length: int, longest: int) -> Tensor:
    """One clip (…, T), frame by frame."""
    found = torch.zeros(*audio.shape[:-1], longest)
    for v in range(length):
        found[..., v] = audio[..., start + v]
    return found


@pytest.mark.parametrize("shape", [(30,), (5, 30)])
def test_cutting_equals_the_slow_one(shape: tuple[int, ...]) -> None:
    audio = torch.randn(6, *shape)
    starts, lengths = torch.tensor([0, 3, 10, 22, 29, 0]), torch.tensor([8, 8, 5, 8, 1, 1])
    found = cut(audio, starts, lengths, 8)
    assert found.shape == (6, *shape[:-1], 8)
    for i in range(6):
        assert torch.equal(found[i], slow_cut(audio[i], int(starts[i]), int(lengths[i]), 8))


def test_a_clip_shorter_than_two_segments_gives_its_halves() -> None:
    lengths = torch.tensor([1, 2, 7, 19, 20, 21, 200])
    own = stretch_lengths(lengths, 10)
    assert own.tolist() == [1, 1, 3, 9, 10, 10, 10]
    assert (own <= lengths).all()
    starts = starts_apart(lengths - own, own, lengths, draws(7, 3)).sort(1).values
    fits = lengths >= 2  # one frame can't be two segments
    assert (starts[fits, 1] >= starts[fits, 0] + own[fits]).all()  # they don't overlap
    assert (starts[:, 1] + own <= lengths).all() and (starts >= 0).all()


def test_anywhere_is_anywhere_and_one_start_says_nothing_of_the_other() -> None:
    starts = starts_anywhere(torch.full((20_000,), 4), draws(20_000, 2))
    counts = torch.zeros(5, 5)
    for a, b in starts.tolist():
        counts[a, b] += 1
    assert counts.min() > 20_000 / 25 * 0.85 and counts.max() < 20_000 / 25 * 1.15


@pytest.mark.parametrize(("least", "most"), [(0, 3), (5, 5), (8, 20), (20, 20)])
def test_apart_keeps_its_distance_as_far_as_there_is_room(least: int, most: int) -> None:
    room = torch.arange(20_000) % 13  # none to twelve
    starts = starts_apart(room, torch.full_like(room, least), torch.full_like(room, most), draws(20_000, 3))
    assert (starts >= 0).all() and (starts <= room[:, None]).all()
    distance = (starts[:, 0] - starts[:, 1]).abs()
    low, high = room.clamp(max=least), room.clamp(max=most)
    assert (distance >= low).all() and (distance <= high).all()
    wide = room == 12
    assert set(distance[wide].tolist()) == set(range(min(least, 12), min(most, 12) + 1))  # each distance occurs
    later = (starts[wide, 0] > starts[wide, 1]).float().sum() / (distance[wide] > 0).float().sum()
    assert 0.4 < float(later) < 0.6  # either may come first


def test_the_largest_draw_stays_inside() -> None:
    almost_one = torch.full((3, 3), 1 - 2**-24)
    room = torch.tensor([0, 5, 10_000_000])
    assert torch.equal(
        starts_anywhere(room, almost_one[:, :2]).amax(1).clamp(max=room),
        starts_anywhere(room, almost_one[:, :2]).amax(1),
    )
    starts = starts_apart(room, torch.zeros_like(room), room, almost_one)
    assert (starts <= room[:, None]).all() and (starts >= 0).all()


def test_amounts_decide_alone() -> None:
    audio, room = torch.randn(4, 3, 20), torch.full((4,), 12)
    state = torch.get_rng_state()
    uniform = draws(4, 3)
    first = cut(audio, starts_apart(room, room // 2, room, uniform)[:, 0], torch.full((4,), 8), 8)
    again = cut(audio, starts_apart(room, room // 2, room, uniform)[:, 0], torch.full((4,), 8), 8)
    assert torch.equal(first, again) and torch.equal(state, torch.get_rng_state())


def test_beyond_is_every_start_far_enough_on_either_side_and_none_else() -> None:
    cases = [(room, anchor, least) for room in (0, 3, 9) for anchor in range(room + 1) for least in (1, 2, 4)]
    for room, anchor, least in cases:
        n = 400
        starts, there = starts_beyond(
            torch.full((n,), room), torch.full((n,), anchor), torch.full((n,), least), torch.linspace(0, 0.9999, n)
        )
        expected = [s for s in range(room + 1) if abs(s - anchor) >= least]
        assert sorted(set(starts.tolist())) == (expected or [0]) and there.tolist() == [bool(expected)] * n
        counts = torch.bincount(starts, minlength=room + 1)[expected]
        assert not expected or counts.max() - counts.min() <= 2
