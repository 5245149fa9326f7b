"""Chunks of time: which are hidden, and what stands in their place."""

import pytest
import torch
from torch import Generator

from training.views.chunk_masks import (
    REPLACED,
    SILENCED,
    drawn_frames,
    hidden_chunks,
    over_frames,
    own_chunks,
    spoiled,
)


@pytest.mark.parametrize(("frames", "size"), [(12, 4), (13, 4), (5, 8), (6, 1)])
def test_a_chunk_is_a_clips_own_where_any_of_its_frames_is(frames: int, size: int) -> None:
    shown = torch.rand(7, frames, generator=Generator().manual_seed(0)) < 0.2
    found = own_chunks(shown, size)
    assert found.shape == (7, -(-frames // size))
    for clip in range(7):
        for chunk in range(found.shape[1]):
            assert bool(found[clip, chunk]) == any(shown[clip, chunk * size : (chunk + 1) * size].tolist())


@pytest.mark.parametrize("part", [0.01, 0.15, 0.5, 1.0])
def test_the_part_asked_of_the_own_chunks_is_hidden_and_no_other(part: float) -> None:
    generator = Generator().manual_seed(1)
    own = torch.rand(50, 20, generator=generator) < torch.rand(50, 1, generator=generator)
    own[:, 0] = True
    uniforms = torch.rand(50, 20, generator=generator)
    hidden = hidden_chunks(uniforms, own, part)
    assert not (hidden & ~own).any()
    for clip in range(50):
        count = max(1, round(part * int(own[clip].sum())))
        smallest = sorted(uniforms[clip][own[clip]].tolist())[:count]
        assert sorted(uniforms[clip][hidden[clip]].tolist()) == smallest


def test_a_view_that_shows_no_sound_still_hides_one_chunk() -> None:
    hidden = hidden_chunks(torch.rand(3, 6), torch.zeros(3, 6, dtype=torch.bool), 0.5)
    assert hidden.sum(1).tolist() == [1, 1, 1]


def test_what_is_said_of_a_chunk_is_said_of_its_frames() -> None:
    chunks = torch.tensor([[True, False, True]])
    assert over_frames(chunks, 3, 8).int().tolist() == [[1, 1, 1, 0, 0, 0, 1, 1]]


def test_hidden_frames_become_zero_or_another_frame_or_stay_and_no_other_frame_changes() -> None:
    generator = Generator().manual_seed(2)
    x = torch.randn(20, 5, 30, generator=generator)
    hidden = torch.rand(20, 30, generator=generator) < 0.5
    kinds = torch.rand(20, 30, generator=generator)
    others = torch.randint(0, 30, (20, 30), generator=generator)
    before = x.clone()
    found = spoiled(x, hidden, kinds, others)
    assert torch.equal(x, before)
    for clip in range(20):
        for v in range(30):
            expected = x[clip, :, v]
            if hidden[clip, v] and kinds[clip, v] < 0.8:
                expected = torch.zeros(5)
            elif hidden[clip, v] and kinds[clip, v] < 0.9:
                expected = x[clip, :, others[clip, v]]
            assert torch.equal(found[clip, :, v], expected)
    assert (SILENCED, REPLACED) == (0.8, 0.1)


def test_frames_are_drawn_evenly_among_those_of_the_clip() -> None:
    shown = torch.zeros(3, 20, dtype=torch.bool)
    shown[0, 4:9] = shown[1, :] = shown[2, 19] = True
    found = drawn_frames(torch.rand(3, 5000, generator=Generator().manual_seed(0)), shown)
    for clip, (first, last) in enumerate([(4, 9), (0, 20), (19, 20)]):
        counts = found[clip].bincount(minlength=20)
        assert counts[:first].sum() == counts[last:].sum() == 0
        assert (counts[first:last] / 5000 * (last - first) - 1).abs().max() < 0.2


def test_a_silenced_frame_says_nothing_of_what_it_held() -> None:
    x, hidden = torch.randn(2, 4, 10), torch.zeros(2, 10, dtype=torch.bool)
    hidden[:, 3:6] = True
    kinds, others = torch.zeros(2, 10), torch.zeros(2, 10, dtype=torch.int64)
    other = torch.where(hidden[:, None], torch.randn(2, 4, 10), x)
    assert torch.equal(spoiled(x, hidden, kinds, others), spoiled(other, hidden, kinds, others))
