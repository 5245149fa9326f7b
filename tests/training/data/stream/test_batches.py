"""The batches of a stream: what a store would give, shared by several processes, and gone on with after a resume."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.shards import write_shards
from training.batch import Batch
from training.config import RunConfig, new_config
from training.data import open_dataset
from training.data.store import mel_store, waveform_store
from training.data.stream import feed, sample
from training.data.stream.batches import StreamedBatches, readers_for
from training.data.stream.turns import Clip, FeedPosition
from training.devices.rows import Alone, Rows
from training.errors import UserError
from training.spectrogram import FrontEnd

MakeConfig = Callable[..., RunConfig]


@pytest.fixture
def config_of(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeConfig:
    """config_of(batch_size=9): of a run on a stream of 44 clips in three shards."""
    monkeypatch.setattr(feed, "FIRST_BLOCK_CLIPS", 8)
    reference = write_shards(tmp_path / "x", [16, 8, 20], seconds=0.4)
    tiny = {"batch_size": 8, "probe_clips": 16, "mels": 16, "crop_seconds": 0.32}
    return lambda **overrides: new_config({**tiny, **overrides}, method="simclr", data=reference, steps=6, device="cpu")


def streamed_batches(config: RunConfig, front_end: FrontEnd | None = None) -> StreamedBatches:
    return StreamedBatches(config, front_end, lambda x: x)


@pytest.mark.parametrize("domain", ["mel", "waveform"])
def test_a_batch_is_what_a_store_would_give(config_of: MakeConfig, domain: str) -> None:
    config = config_of(window_seconds=0.5, batch_size=44)
    dataset, front_end = open_dataset(config.data, window_seconds=0.5), FrontEnd(mels=16)
    device = torch.device("cpu")
    made = streamed_batches(config, front_end if domain == "mel" else None)
    found = made.next()
    made.close()
    assert found is not None
    store = (
        mel_store(dataset, front_end, device, lambda *_: None) if domain == "mel" else waveform_store(dataset, device)
    )
    order = torch.argsort(found.recordings)  # as shards and records come, so do the clips of the sample
    expected = store.batch(torch.arange(44), {})
    torch.testing.assert_close(found.audio[order], expected.audio, rtol=1e-3, atol=1e-4)
    assert torch.equal(found.lengths[order], expected.lengths)
    same = expected.groups[:, None] == expected.groups
    assert torch.equal(found.groups[order][:, None] == found.groups[order], same)


def test_shards_are_listed_once(config_of: MakeConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_of()
    open_dataset(config.data)
    monkeypatch.setattr(sample, "listed", lambda reference: pytest.fail("it was listed again"))
    assert len(streamed_batches(config).state()["standings"]) == 1


def test_a_batch_has_clips_of_different_lengths(config_of: MakeConfig) -> None:
    made = streamed_batches(config_of(), FrontEnd(mels=16))
    clips = [Clip(np.full(size, 900, np.int16), size, size, 0) for size in (700, 3_200, 1)]
    samples, lengths, numbers = made.whole_batch(clips)
    assert samples.shape == (3, 3_200) and lengths.tolist() == [700, 3_200, 1]
    assert numbers[:, 0].tolist() == lengths.tolist()
    assert [int((row != 0).sum()) for row in samples] == [700, 3_200, 1]


class Talk:
    """What several threads, one for each process, tell each other."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.barrier = threading.Barrier(size)
        self.told: dict[int, Any] = {}

    def all_say(self, rank: int, value: Any) -> list[Any]:
        self.barrier.wait(240)
        self.told[rank] = value
        self.barrier.wait(240)
        return [self.told[other] for other in range(self.size)]


class Devices(Alone):
    """One of several processes, as a thread."""

    def __init__(self, rank: int, talk: Talk) -> None:
        self.rank, self.size, self._talk = rank, talk.size, talk

    def broadcast(self, value: Any) -> Any:
        return self._talk.all_say(self.rank, value)[0]

    def rows(self, count: int) -> Rows:
        found = Rows()
        found.own = lambda x: x.tensor_split(self.size)[self.rank]
        found.whole = lambda x: torch.cat(self._talk.all_say(self.rank, x))
        return found


def in_processes(config: RunConfig, size: int, steps: int, state: Any = None) -> list[tuple[list[Batch], Any]]:
    """What each of several processes is given, and the state that it would keep."""
    talk = Talk(size)

    def one(rank: int) -> tuple[list[Batch], Any]:
        batches = streamed_batches(config)
        batches.share(Devices(rank, talk))
        if state is not None and rank == 0:  # it is the first process that reads a checkpoint
            batches.restore(state)
        found = [batches.next() for _ in range(steps)]
        batches.close()
        return [batch for batch in found if batch is not None], batches.state()

    with ThreadPoolExecutor(size) as threads:
        return list(threads.map(one, range(size)))


def equal(a: Sequence[Batch], b: Sequence[Batch]) -> bool:
    return len(a) == len(b) and all(
        torch.equal(x.clips, y.clips) and torch.equal(x.audio, y.audio) for x, y in zip(a, b, strict=True)
    )


def test_processes_share_the_reading_and_see_the_whole_batch(config_of: MakeConfig) -> None:
    config = config_of(batch_size=9)
    one, other = in_processes(config, 2, 4)
    assert equal(one[0], other[0]) and len(one[0][0].clips) == 9
    assert len(torch.cat([batch.clips for batch in one[0]]).unique()) == 36
    assert torch.equal(one[1]["standings"], other[1]["standings"]) and len(one[1]["standings"]) == 2
    gone_on = in_processes(config, 2, 3, one[1])
    (through, _), _ = in_processes(config, 2, 7)
    assert equal(gone_on[0][0], through[4:]) and equal(gone_on[1][0], through[4:])


def test_machines_with_other_cores_read_with_as_many_readers(
    config_of: MakeConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores = itertools.cycle([2, 2, 16, 8])  # two as the batches are made, one for each process as it begins to read
    monkeypatch.setattr("training.data.stream.batches.usable_cores", lambda: next(cores))
    one, other = in_processes(config_of(batch_size=8), 2, 4)
    assert equal(one[0], other[0]) and len(torch.cat([batch.clips for batch in one[0]]).unique()) == 32


def test_another_number_of_processes_begins_the_epoch_anew(
    config_of: MakeConfig, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_of(batch_size=8)
    (_, state), _ = in_processes(config, 2, 7)  # 56 of 44 clips
    assert not caplog.messages, "nothing begins anew at the start of a run"
    alone = streamed_batches(config)
    alone.restore(state)
    found = alone.next()
    alone.close()
    in_processes(config, 3, 1, state)
    told = [f"The number of processes is another one, {number}: the stream's epoch begins anew." for number in (1, 3)]
    assert caplog.messages == told
    from_epoch_1 = streamed_batches(config)
    from_epoch_1.restore({**state, "standings": torch.tensor([FeedPosition.at_epoch(1, readers_for()).to_row()])})
    expected = from_epoch_1.next()
    from_epoch_1.close()
    assert found is not None and expected is not None and equal([found], [expected])
    with pytest.raises(UserError, match="had 5 shards and has 3 now"):
        alone.restore({**state, "shards": 5})
    with pytest.raises(UserError, match="8 clips cannot be read by 9 processes"):
        alone.share(Devices(0, Talk(9)))


def test_a_few_readers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, ranks, expected in ((1, 1, 1), (2, 1, 1), (8, 1, 4), (64, 1, 8), (64, 8, 4), (4, 8, 1)):
        monkeypatch.setattr("training.data.stream.batches.usable_cores", lambda cores=cores: cores)
        assert readers_for(ranks) == expected
