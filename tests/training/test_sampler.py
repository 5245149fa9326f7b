"""Each clip once an epoch, and a state from which the very same batches come."""

from collections import Counter

import pytest
import torch

from training.sampler import GROUPED_CLIPS, Sampler


def drawn(sampler: Sampler, batches: int) -> list[int]:
    return [int(clip) for _ in range(batches) for clip in sampler.next()]


@pytest.mark.parametrize("draw", ["uniform", "by_group"])
@pytest.mark.parametrize(("clips", "batch"), [(64, 16), (50, 16), (16, 16), (33, 8)])
def test_each_clip_comes_once_an_epoch(draw: str, clips: int, batch: int) -> None:
    sampler = Sampler(torch.arange(clips) % 5, batch, draw, seed=1)  # type: ignore[arg-type]  # parametrised
    order = drawn(sampler, 3 * clips)
    for epoch in range(len(order) // clips):
        assert sorted(order[epoch * clips : (epoch + 1) * clips]) == list(range(clips))
    assert order[:clips] != order[clips : 2 * clips]


def test_batches_are_full() -> None:
    sampler = Sampler(torch.zeros(50), 16, "uniform", seed=0)
    assert {len(sampler.next()) for _ in range(20)} == {16}


@pytest.mark.parametrize("draw", ["uniform", "by_group"])
@pytest.mark.parametrize(("clips", "batch"), [(50, 16), (33, 32), (1000, 300)])
def test_no_batch_holds_a_clip_twice(draw: str, clips: int, batch: int) -> None:
    """Not even where one epoch ends and the next begins: a clip would be its own wrong answer."""
    sampler = Sampler(torch.arange(clips) % 5, batch, draw, seed=0)  # type: ignore[arg-type]  # parametrised
    for _ in range(40):
        assert len(set(sampler.next().tolist())) == batch


def test_the_beginnings_of_epochs_are_told() -> None:
    sampler = Sampler(torch.zeros(64), 16, "uniform", seed=0)
    begins = []
    for _ in range(9):
        begins.append(sampler.epoch_begins)
        sampler.next()
    assert begins == [True, False, False, False, True, False, False, False, True]


def test_by_group_keeps_a_few_groups_together() -> None:
    groups = torch.arange(256) % 8  # 32 clips each
    sampler = Sampler(groups, 4 * GROUPED_CLIPS, "by_group", seed=0)
    uniform = Sampler(groups, 4 * GROUPED_CLIPS, "uniform", seed=0)
    for _ in range(8):
        counts = Counter(groups[sampler.next()].tolist())
        assert len(counts) <= 4 and min(counts.values()) >= GROUPED_CLIPS
        assert len(Counter(groups[uniform.next()].tolist())) > 5


@pytest.mark.parametrize("sizes", [[8, 8, 8, 8], [13, 3, 9, 7], [31, 1], [1] * 32])
def test_a_run_of_clips_comes_from_one_group(sizes: list[int]) -> None:
    """Whatever the sizes of the groups: only a group's last run may be shorter."""
    groups = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    order = groups[torch.tensor(drawn(Sampler(groups, 32, "by_group", seed=0), 1))].tolist()
    runs, at = Counter(), 0
    while at < len(order):
        run = order[at : at + GROUPED_CLIPS]
        length = next((i for i, g in enumerate(run) if g != run[0]), len(run))
        assert length == GROUPED_CLIPS or length == sizes[run[0]] % GROUPED_CLIPS or at + length == len(order)
        runs[run[0]] += length
        at += length
    assert dict(runs) == dict(enumerate(sizes))


@pytest.mark.parametrize("draw", ["uniform", "by_group"])
@pytest.mark.parametrize("weighed", [False, True])
def test_a_restored_sampler_goes_on_with_the_same_batches(draw: str, weighed: bool) -> None:
    groups = torch.arange(50) % 5
    sampler = Sampler(groups, 16, draw, seed=1)  # type: ignore[arg-type]  # parametrised
    if weighed:
        sampler.weigh(torch.rand(50))
    drawn(sampler, 5)
    state = sampler.state()
    held = {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in state.items()}
    expected = drawn(sampler, 20)
    other = Sampler(groups, 16, draw, seed=999)  # type: ignore[arg-type]  # parametrised
    other.restore(held)
    assert drawn(other, 20) == expected
    again = Sampler(groups, 16, draw, seed=5)  # type: ignore[arg-type]  # parametrised
    again.restore(state)  # what was handed out earlier may not have moved on
    assert drawn(again, 20) == expected


def test_weights_decide_how_often_a_clip_comes() -> None:
    sampler = Sampler(torch.zeros(10), 10, "uniform", seed=0)
    sampler.weigh(torch.tensor([0.0, 8.0] + [1.0] * 8))
    counts = Counter(drawn(sampler, 400))
    assert counts[0] == 0 and counts[1] == pytest.approx(2000, rel=0.1) and counts[2] == pytest.approx(250, rel=0.3)
    sampler.weigh(None)
    sampler.next()
    assert sorted(drawn(sampler, 1)) == list(range(10))


def test_seeds() -> None:
    def first(seed: int) -> list[int]:
        return drawn(Sampler(torch.zeros(40), 8, "uniform", seed=seed), 5)

    assert first(3) == first(3) != first(4)
