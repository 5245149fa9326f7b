"""Training on a stream: which methods can, that a batch is what a store would give, and that a resume loses nothing."""

import itertools
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator

from tests.support.checkpoints_compared import assert_same
from tests.support.shards import write_shards, write_tar
from training import loop
from training.batch import Batch
from training.building import built_method
from training.config import RunConfig, new_config
from training.data import open_dataset
from training.data.store import mel_store, waveform_store
from training.data.stream import check_streamed, feed, sample
from training.data.stream.batches import StreamedBatches, readers_for
from training.data.stream.turns import Clip, Standing
from training.devices.rows import Alone, Rows
from training.errors import UserError
from training.methods import METHODS
from training.run import Control, RunFolder, State, create_run
from training.spectrogram import FrontEnd
from training.trainer import train

MakeRun = Callable[..., RunFolder]
REFUSED = {
    "memory_bank", "local_aggregation", "online_kmeans", "deepcluster", "multi_format", "audio_text", "audio_image",
}  # fmt: skip
"""What keeps something of every clip, and so needs to know them."""
TINY: dict[str, Any] = {"batch_size": 8, "probe_clips": 16, "mels": 16, "crop_seconds": 0.32, "warmup_steps": 2}


@pytest.fixture
def streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeRun:
    """streamed("name", steps=6): a waiting run on a stream of 44 clips in three shards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("training.config.git_revision", lambda: None)
    monkeypatch.setattr(feed, "FIRST_BLOCK_CLIPS", 8)
    reference = write_shards(tmp_path / "x", [16, 8, 20], seconds=0.4)

    def make(name: str = "run", *, method: str = "simclr", steps: int = 6, **overrides: Any) -> RunFolder:
        config = new_config({**TINY, **overrides}, method=method, data=reference, steps=steps, device="cpu")
        return create_run(tmp_path / name, config.to_json())

    return make


def test_a_run_on_a_stream_leaves_what_any_run_leaves(streamed: MakeRun) -> None:
    run = streamed(steps=14)
    assert train(run.path) == State.FINISHED
    probe, taken = run.probe(), run.snapshot(14)
    assert taken is not None and len(taken["embeddings"]) == len(probe["ids"]) == 16 and probe["data_clips"] == 44
    assert probe["main_facet"] == "class" and run.status().warning == ""
    assert "measure/cross_group_knn/class" in run.metrics()[-1]


def test_a_loss_of_each_clip_is_not_kept(streamed: MakeRun) -> None:
    run = streamed(method="masked_autoencoder")
    assert METHODS["masked_autoencoder"].judges_clips
    train(run.path)
    taken = run.snapshot(6)
    assert taken is not None and not any("clip_loss" in name for name in taken)
    assert "clip_loss" not in [column.name for column in run.schema().columns]


def batch(domain: str) -> Batch:
    """Eight clips with numbers such as those of a stream have."""
    random = Generator().manual_seed(0)
    audio = torch.rand(8, 16, 40, generator=random) if domain == "mel" else torch.randn(8, 8_000, generator=random) / 9
    recordings = (torch.arange(8) // 2 + 77_000) << 28
    length = torch.full((8,), audio.shape[-1])
    return Batch((recordings << 17) + torch.arange(8), audio, length, recordings * 3 + 2**61, recordings)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_trains_on_clips_without_a_number_or_says_that_it_cannot(name: str) -> None:
    if name in REFUSED:
        with pytest.raises(
            UserError, match=r"needs data with a known number of clips, and x is a stream; choose another"
        ):
            new_config({}, method=name, data="shards:/x.tar")
        return
    config = new_config(TINY, method=name, data="shards:/x.tar", steps=5)
    method = built_method(config, 40, 4, (-4.0, 3.0), torch.arange(40) // 2).train()
    for step in range(2):
        losses = method.loss(method.views(batch(method.encoder.domain), Generator().manual_seed(step)))
        losses["loss"].backward()
        method.after_step(step / 2)
    assert torch.isfinite(losses["loss"])


def test_batches_by_source_are_refused() -> None:
    config = new_config({**TINY, "others_from": "same source"}, method="cpc", data="shards:/x.tar", steps=5)
    with pytest.raises(UserError, match=r"needs batches drawn by source, and x is a stream.*; choose others_from all"):
        check_streamed(config.data, built_method(config, 40, 4))
    check_streamed("starter", built_method(config, 40, 4))


def streamed_batches(config: RunConfig, front_end: FrontEnd | None = None) -> StreamedBatches:
    return StreamedBatches(config, front_end, lambda x: x)


@pytest.mark.parametrize("domain", ["mel", "waveform"])
def test_a_batch_is_what_a_store_would_give(streamed: MakeRun, domain: str) -> None:
    config = RunConfig.from_json(streamed(window_seconds=0.5, batch_size=44).config())
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


def test_shards_are_listed_once(streamed: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunConfig.from_json(streamed().config())
    open_dataset(config.data)
    monkeypatch.setattr(sample, "listed", lambda reference: pytest.fail("it was listed again"))
    assert len(streamed_batches(config).state()["standings"]) == 1


def test_a_batch_has_clips_of_different_lengths(streamed: MakeRun) -> None:
    made = streamed_batches(RunConfig.from_json(streamed().config()), FrontEnd(mels=16))
    clips = [Clip(np.full(size, 900, np.int16), size, size, 0) for size in (700, 3_200, 1)]
    samples, lengths, numbers = made.whole_batch(clips)
    assert (
        samples.shape == (3, 3_200)
        and lengths.tolist() == [700, 3_200, 1]
        and numbers[:, 0].tolist() == lengths.tolist()
    )
    assert [int((row != 0).sum()) for row in samples] == [700, 3_200, 1]


class Talk:
    """What several threads, one for each process, tell each other."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.barrier = threading.Barrier(size)
        self.told: dict[int, Any] = {}

    def all_say(self, rank: int, value: Any) -> list[Any]:
        self.barrier.wait(20)
        self.told[rank] = value
        self.barrier.wait(20)
        return [self.told[other] for other in range(self.size)]


class Devices(Alone):
    """One of several processes, as a thread."""

    def __init__(self, rank: int, talk: Talk) -> None:
        self.rank, self.size, self._talk = rank, talk.size, talk

    def said(self, value: Any) -> Any:
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


def test_processes_share_the_reading_and_see_the_whole_batch(streamed: MakeRun) -> None:
    config = RunConfig.from_json(streamed(batch_size=9).config())
    one, other = in_processes(config, 2, 4)
    assert equal(one[0], other[0]) and len(one[0][0].clips) == 9
    assert len(torch.cat([batch.clips for batch in one[0]]).unique()) == 36
    assert torch.equal(one[1]["standings"], other[1]["standings"]) and len(one[1]["standings"]) == 2
    gone_on = in_processes(config, 2, 3, one[1])
    (through, _), _ = in_processes(config, 2, 7)
    assert equal(gone_on[0][0], through[4:]) and equal(gone_on[1][0], through[4:])


def test_machines_with_other_cores_read_with_as_many_readers(
    streamed: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores = itertools.cycle([2, 2, 16, 8])  # two as the batches are made, one for each process as it begins to read
    monkeypatch.setattr("training.data.stream.batches.usable_cores", lambda: next(cores))
    one, other = in_processes(RunConfig.from_json(streamed(batch_size=8).config()), 2, 4)
    assert equal(one[0], other[0]) and len(torch.cat([batch.clips for batch in one[0]]).unique()) == 32


def test_another_number_of_processes_begins_the_epoch_anew(streamed: MakeRun) -> None:
    config = RunConfig.from_json(streamed(batch_size=8).config())
    (_, state), _ = in_processes(config, 2, 7)  # 56 of 44 clips
    alone = streamed_batches(config)
    alone.restore(state)
    found = alone.next()
    alone.close()
    from_epoch_1 = streamed_batches(config)
    from_epoch_1.restore({**state, "standings": torch.tensor([Standing.at_epoch(1, readers_for()).to_row()])})
    expected = from_epoch_1.next()
    from_epoch_1.close()
    assert found is not None and expected is not None and equal([found], [expected])
    with pytest.raises(UserError, match="had 5 shards and has 3 now"):
        alone.restore({**state, "shards": 5})
    with pytest.raises(UserError, match="8 clips cannot be read by 9 processes"):
        alone.share(Devices(0, Talk(9)))


def test_a_resumed_run_is_bitwise_the_uninterrupted_one(streamed: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "is_due", lambda step, last, seconds: step == 8)
    whole, broken = streamed("whole", steps=14), streamed("broken", steps=14)
    train(whole.path)
    monkeypatch.setattr("training.loop.Training.keep_snapshot", _then_fail(loop.Training.keep_snapshot))
    with pytest.raises(UserError, match="pulled the plug"):
        train(broken.path)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(whole.path.parent / "cache"))
    monkeypatch.setattr(feed, "FIRST_BLOCK_CLIPS", 8)
    assert broken.checkpoints() == [0, 8]
    assert train(broken.path, resume=True) == State.FINISHED
    assert_same(whole, broken, 14)


def _then_fail(keep: Callable[[Any], None]) -> Callable[[Any], None]:
    def kept(training: Any) -> None:
        keep(training)
        raise UserError("Somebody pulled the plug.")

    return kept


@pytest.mark.whole
def test_two_processes_train_on_a_stream_and_go_on_where_they_were(streamed: MakeRun, at_step: Any) -> None:
    whole, broken = streamed("whole", steps=14, method="moco_v2"), streamed("broken", steps=14, method="moco_v2")
    assert train(whole.path, devices=2) == State.FINISHED
    at_step(7, lambda: broken.ask(Control.STOP))
    assert train(broken.path, devices=2) == State.STOPPED and broken.status().step == 7
    assert train(broken.path, resume=True, devices=2) == State.FINISHED
    assert_same(whole, broken, 14)


def test_a_resume_with_other_shards_is_refused(streamed: MakeRun, tmp_path: Path) -> None:
    run = streamed(steps=4)
    train(run.path)
    os.truncate(tmp_path / "x" / "part-001.tar", 600)
    with pytest.raises(UserError, match="have changed since this run was made"):
        train(run.path, resume=True)


def test_a_damaged_shard_is_the_runs_warning(streamed: MakeRun, tmp_path: Path) -> None:
    write_tar(tmp_path / "x" / "part-003.tar", {"a.wav": b"no sound"})
    (tmp_path / "x" / "part-004.tar").write_bytes(b"")
    run = streamed(steps=20)
    assert train(run.path) == State.FINISHED
    said = "The shard part-004.tar could not be read to the end (it is damaged (empty file)); the others go on."
    assert run.status().message.startswith(said) and "The sound part-003.tar: a was skipped" in run.status().message


def test_an_unreadable_stream_fails_in_one_sentence(streamed: MakeRun, tmp_path: Path) -> None:
    run = streamed()
    for path in (tmp_path / "x").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="holds no shards"):
        train(run.path)
    assert run.status().state is State.FAILED


def test_a_few_readers_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, ranks, expected in ((1, 1, 1), (2, 1, 1), (8, 1, 4), (64, 1, 8), (64, 8, 4), (4, 8, 1)):
        monkeypatch.setattr("training.data.stream.batches.usable_cores", lambda cores=cores: cores)
        assert readers_for(ranks) == expected
