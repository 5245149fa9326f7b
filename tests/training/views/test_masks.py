"""Spans hide what they are said to hide, and the drawn frames are never the true one: against loops."""

import pytest
import torch

from training.views.masks import frames_of_mates, frames_of_others, other_frames, own_steps, span_mask


def own_frames(batch: int, frames: int) -> torch.Tensor:
    """A clip of another length and place in each row."""
    starts, lengths = torch.randint(0, frames // 2, (batch, 1)), torch.randint(1, frames // 2, (batch, 1))
    at = torch.arange(frames)
    return (at >= starts) & (at < starts + lengths)


@pytest.mark.parametrize("part", [0.01, 0.2, 0.7])
@pytest.mark.parametrize("span", [1, 4, 30])
def test_spans_against_loops(part: float, span: int) -> None:
    inside, uniforms = own_frames(20, 24), torch.rand(20, 24)
    found = span_mask(uniforms, inside, part, span)
    for b in range(20):
        own = [u for u in range(24) if inside[b, u]]
        begins = sorted(own, key=lambda u: float(uniforms[b, u]))[: max(1, round(part * len(own)))]
        hidden = {u for begin in begins for u in range(begin, begin + span)} & set(own)
        assert {u for u in range(24) if found[b, u]} == hidden


def test_about_half_is_hidden_at_the_papers_values() -> None:
    """p = .065 and spans of 10 hide about 49 % of a long recording."""
    found = span_mask(torch.rand(50, 1500), torch.ones(50, 1500, dtype=torch.bool), 0.065, 10)
    assert float(found.float().mean()) == pytest.approx(0.49, abs=0.01)


def test_other_frames_are_drawn_evenly_from_the_others_among() -> None:
    among = torch.tensor([[0, 1, 1, 0, 1, 1, 0, 1], [1, 1, 0, 0, 0, 0, 0, 0]]).bool()
    found = other_frames(torch.rand(2, 8, 4000), among)
    for b in range(2):
        places = [u for u in range(8) if among[b, u]]
        for u in places:
            counts = found[b, u].bincount(minlength=8)
            others = [v for v in places if v != u]
            assert int(counts[others].sum()) == 4000 and int(counts[u]) == 0
            assert counts[others].min() > 0.85 * 4000 / len(others)


def test_drawing_never_leaves_the_clip_at_the_edges_of_chance() -> None:
    among = own_frames(30, 16)
    for value in (0.0, 1 - 2**-24):
        found = other_frames(torch.full((30, 16, 3), value), among)
        assert found.min() >= 0 and found.max() < 16
        assert among.gather(1, found.flatten(1)).view(30, 16, 3)[among].all()
        several = among & (among.sum(1, keepdim=True) > 1)
        assert (found != torch.arange(16)[:, None])[several].all()


def test_a_lonely_frame_draws_itself_and_an_empty_clip_anything() -> None:
    among = torch.tensor([[0, 0, 1, 0], [0, 0, 0, 0]]).bool()
    found = other_frames(torch.rand(2, 4, 5), among)
    assert (found[0, 2] == 2).all() and found.min() >= 0 and found.max() < 4


@pytest.mark.parametrize("batch", [2, 7])
def test_frames_of_others_against_loops(batch: int) -> None:
    inside, clips, places = own_frames(batch, 24), torch.rand(batch, 50), torch.rand(batch, 50)
    lowest, highest = 0.0, 1 - 2**-24  # of what is drawn
    clips[:, :2], places[:, :2] = torch.tensor([lowest, highest]), torch.tensor([highest, lowest])
    found = frames_of_others(clips, places, inside)
    for b in range(batch):
        others = [*range(b + 1, batch), *range(b)]
        for n in range(50):
            clip = others[int(float(clips[b, n]) * len(others))]
            own = [u for u in range(24) if inside[clip, u]]
            assert int(found[b, n]) == clip * 24 + own[int(float(places[b, n]) * len(own))]


def test_without_others_or_frames_of_theirs_whatever_there_is_is_drawn() -> None:
    one = frames_of_others(torch.rand(1, 9), torch.rand(1, 9), torch.tensor([[0, 1, 1, 0]]).bool())
    assert set(one[0].tolist()) <= {1, 2}
    empty = frames_of_others(torch.rand(2, 9), torch.rand(2, 9), torch.zeros(2, 4, dtype=torch.bool))
    assert (empty[0] // 4 == 1).all() and (empty[1] // 4 == 0).all()


def test_frames_of_mates_against_loops() -> None:
    """Of other clips of the group that have frames; the clip 5 has none, and those of groups 2 and 3 have no mates."""
    groups = torch.tensor([0, 1, 0, 2, 1, 0, 0, 3, 1])
    inside, clips, places = own_frames(9, 24), torch.rand(9, 50), torch.rand(9, 50)
    inside[5] = False
    clips[:, :2], places[:, :2] = torch.tensor([0.0, 1 - 2**-24]), torch.tensor([1 - 2**-24, 0.0])
    found, known = frames_of_mates(clips, places, inside, groups)
    assert found.shape == known.shape == (9, 50)
    for b in range(9):
        mates = [c for c in range(9) if c != b and groups[c] == groups[b] and c != 5]
        assert known[b].tolist() == [bool(mates)] * 50
        for n in range(50 if mates else 0):
            clip = mates[int(float(clips[b, n]) * len(mates))]
            own = [u for u in range(24) if inside[clip, u]]
            assert int(found[b, n]) == clip * 24 + own[int(float(places[b, n]) * len(own))]
    assert found.min() >= 0 and found.max() < 9 * 24


@pytest.mark.parametrize(("frames", "stride"), [(24, 2), (24, 1), (23, 4), (3, 4)])
def test_own_steps_against_loops(frames: int, stride: int) -> None:
    shown = own_frames(20, frames + 8)[:, 4 : 4 + frames]
    found = own_steps(shown, stride)
    assert found.shape == (20, frames // stride)
    for b in range(20):
        for u in range(frames // stride):
            assert bool(found[b, u]) == all(shown[b, v] for v in range(u * stride, (u + 1) * stride))
