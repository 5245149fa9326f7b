"""Training on a stream: which methods can, what a run of it leaves, and that a resume loses nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Generator

from tests.support.checkpoints_compared import assert_same
from tests.support.forked import fork_followers
from tests.support.shards import write_shards, write_tar
from tests.training.data.stream.test_batches import in_processes
from training import loop
from training.batch import Batch
from training.building import built_method
from training.config import RunConfig, new_config
from training.data.stream import feed
from training.errors import UserError
from training.methods import METHODS
from training.run import Control, RunFolder, State, create_run
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


@pytest.mark.parametrize("method", ["cpc", "cpc_v2"])
def test_batches_by_source_are_refused_before_a_run_is_made_and_by_the_trainer(
    method: str, streamed: MakeRun, tmp_path: Path
) -> None:
    said = r"others.from needs batches drawn by source, and x is a stream.*; choose all"
    with pytest.raises(UserError, match=said):
        streamed(method=method, others_from="same source")
    assert not (tmp_path / "run").exists()
    described = streamed("described", method=method).config()  # as somebody may have written it
    described["settings"]["others_from"] = "same source"
    with pytest.raises(UserError, match=said):
        train(create_run(tmp_path / "run", described).path)
    new_config({**TINY, "others_from": "same source"}, method=method, data="starter", steps=5)


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
        if training.learner.step:
            raise UserError("Somebody pulled the plug.")

    return kept


@pytest.mark.whole
def test_two_processes_train_on_a_stream_and_go_on_where_they_were(
    streamed: MakeRun, at_step: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the processes of a run that was stopped have read at its end is what two read that went through."""
    fork_followers(monkeypatch)
    monkeypatch.setattr(feed, "FIRST_BLOCK_CLIPS", 512)  # as in the other process
    run = streamed(steps=14, method="moco_v2")
    at_step(7, lambda: run.ask(Control.STOP))
    assert train(run.path, devices=2) == State.STOPPED and run.status().step == 7
    assert train(run.path, resume=True, devices=2) == State.FINISHED
    kept = torch.load(run.state_path(14), weights_only=True)["stream"]
    (_, through), _ = in_processes(RunConfig.from_json(run.config()), 2, 14)
    assert kept["standings"].tolist() == through["standings"].tolist()


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
