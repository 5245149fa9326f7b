"""Each clip once an epoch, and a state from which the very same batches come."""

from collections import Counter

import pytest
import torch

from training.sampler import BLOCK, GROUPED_CLIPS, WINDOW, Sampler, weighted


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


@pytest.mark.parametrize("draw", ["uniform", "by_group"])
def test_clips_on_a_disk_come_once_an_epoch_too(draw: str) -> None:
    clips = 2 * BLOCK * WINDOW + 77
    sampler = Sampler(torch.arange(clips) % 5, 256, draw, seed=1, on_disk=True)  # type: ignore[arg-type]  # parametrised
    order = drawn(sampler, -(-2 * clips // 256))
    assert sorted(order[:clips]) == sorted(order[clips : 2 * clips]) == list(range(clips))


def test_clips_on_a_disk_are_read_by_blocks() -> None:
    """A window takes whole blocks, from all over the data; a batch takes few clips of each."""
    clips = 4 * BLOCK * WINDOW
    sampler = Sampler(torch.zeros(clips), 256, "uniform", seed=0, on_disk=True)
    window = torch.tensor(drawn(sampler, BLOCK * WINDOW // 256))
    blocks, taken = (window // BLOCK).unique(return_counts=True)
    assert len(blocks) == WINDOW and set(taken.tolist()) == {BLOCK}
    assert blocks.float().std() > clips / BLOCK / 5 and (blocks.diff() > 1).float().mean() > 0.5
    assert (window[:256] // BLOCK).unique(return_counts=True)[1].max() <= 6


def test_what_comes_is_told_but_where_an_epoch_begins() -> None:
    sampler = Sampler(torch.zeros(64), 16, "uniform", seed=0)
    for step in range(12):
        assert sampler.epoch_begins == (step % 4 == 0)
        coming = sampler.upcoming
        assert (coming is None) == sampler.epoch_begins
        batch = sampler.next()
        assert coming is None or torch.equal(coming, batch)


def test_weights_draw_what_torch_would_draw() -> None:
    weights = torch.rand(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).clamp(min=0.1) - 0.1
    own, torchs = torch.Generator().manual_seed(1), torch.Generator().manual_seed(1)
    expected = torch.multinomial(weights, 5000, replacement=True, generator=torchs)
    assert torch.equal(weighted(weights, 5000, own), expected)
    assert torch.equal(own.get_state(), torchs.get_state())
    assert (weights[expected] > 0).all() and (weights == 0).sum() > 50


def test_more_clips_can_be_weighed_than_torch_takes() -> None:
    most = 1 << 24
    weights = torch.zeros(most + 2, dtype=torch.float64)
    weights[-1] = weights[3] = 2.5
    assert set(weighted(weights, 50, torch.Generator().manual_seed(0)).tolist()) == {3, most + 1}
