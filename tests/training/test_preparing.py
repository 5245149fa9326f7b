"""What may happen before the first step: what is asked meanwhile is heard, and what is missing is one plain sentence."""

import errno
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.files_with_metadata import write_album_folder
from tests.training.conftest import TINY
from tests.training.test_trainer import fails
from training import controls, preparing
from training.config import RunConfig, new_config
from training.data import cache, clip_writer, starter
from training.data.dataset import SAMPLE_RATE, Dataset
from training.errors import UserError
from training.hardware import Hardware
from training.methods import METHODS
from training.run import Control, RunFolder, State, create_run
from training.trainer import train

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


def test_a_run_of_another_objective_is_not_resumed(
    made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=4)
    at_step(2, lambda: run.ask(Control.STOP))
    train(run.path)
    monkeypatch.setattr(METHODS[run.config()["method"]], "objective", 2)
    with pytest.raises(UserError, match="begun with form 1 of the method simclr, but this version trains form 2"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED and run.checkpoints() == [0, 2]


def test_a_run_that_has_not_begun_takes_the_newest_objective(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=1)
    monkeypatch.setattr(METHODS[run.config()["method"]], "objective", 2)
    train(run.path)
    assert run.config()["objective"] == 2


def test_a_stop_while_preparing_is_heard(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run()

    def opened(reference: str, *, window_seconds: float, progress: Callable[[float, str], None], **_: Any) -> Dataset:
        run.ask(Control.STOP)
        progress(0.5, "Decoding")
        raise AssertionError("the stop was not heard")

    monkeypatch.setattr(preparing, "open_dataset", opened)
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    assert train(run.path) == State.STOPPED
    assert run.status().state == State.STOPPED


def test_a_stop_is_heard_while_another_process_makes_the_sounds(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(time, "sleep", lambda seconds: run.ask(Control.STOP))
    with cache.making(starter.fingerprint()):
        assert train(run.path) == State.STOPPED


def test_a_disk_that_fills_while_the_data_is_prepared_is_told_as_such(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "full"))
    monkeypatch.setattr(clip_writer, "sync_folder", lambda folder: fails(errno.ENOSPC))
    monkeypatch.setattr(starter, "make", lambda writer, progress: writer.add(
        np.ones(160, np.int16), id="a", labels={"source": "s"}, file="f"
    ))  # fmt: skip
    with pytest.raises(UserError, match=r"could not be written to .*: No space left on device"):
        train(run.path)
    assert run.status().state == State.DISK_FULL and "No space left" in run.status().message


def test_a_cache_that_cannot_be_used_is_not_taken_for_the_folder_of_the_run(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "odd"))
    (cache.cache_root() / "data" / f"{starter.fingerprint()}.lock").mkdir(parents=True)
    with pytest.raises(UserError, match=r"The cache folder .* cannot be used: Is a directory"):
        train(run.path)
    assert run.status().state == State.FAILED and run.status().message.startswith("The cache folder")


def test_a_pause_while_preparing_goes_back_to_preparing(
    made_run: MakeRun, tones: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, states = made_run(steps=1), []

    def opened(reference: str, *, window_seconds: float, progress: Callable[[float, str], None], **_: Any) -> Dataset:
        run.ask(Control.PAUSE)
        progress(0.5, "Decoding")
        states.append(run.status().state)
        return tones

    def sleep(seconds: float) -> None:
        states.append(run.status().state)
        run.ask(Control.RESUME)

    monkeypatch.setattr(preparing, "open_dataset", opened)
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(time, "sleep", sleep)
    assert train(run.path) == State.FINISHED
    assert states == [State.PAUSED, State.PREPARING]


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_only_a_run_on_the_cpu_keeps_what_it_freed(
    kind: str, made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bool] = []
    monkeypatch.setattr(preparing, "keep_freed_memory", lambda: kept.append(True))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "a GPU")
    monkeypatch.setattr(
        preparing, "hardware", lambda wanted: Hardware(torch.device(kind), bf16=False, channels_last=True)
    )
    monkeypatch.setattr(preparing, "open_dataset", lambda *_, **__: (_ for _ in ()).throw(UserError("far enough")))
    with pytest.raises(UserError, match="far enough"):
        train(made_run().path)
    assert kept == ([True] if kind == "cpu" else [])


def test_fewer_clips_than_a_batch_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run(batch_size=65)
    with pytest.raises(UserError, match="The data has 64 clips, but a batch of 65 was asked for"):
        train(run.path)
    assert run.status().message.startswith("The data has 64 clips")


def test_a_usual_batch_becomes_as_small_as_the_data(made_run: MakeRun) -> None:
    run = made_run(batch_size=RunConfig.batch_size, steps=1)
    assert train(run.path) == State.FINISHED
    assert run.config()["batch_size"] == 64
    assert run.baselines()["loss"]["value"] == pytest.approx(math.log(2 * 64 - 1))


def test_runs_of_other_seeds_are_measured_on_the_same_clips(made_run: MakeRun) -> None:
    runs = [made_run(f"seed {seed}", seed=seed, steps=1) for seed in (0, 1)]
    for run in runs:
        train(run.path)
    first, second = (run.probe()["clips"] for run in runs)
    assert first == second and len(first) == TINY["probe_clips"] < 64


def test_a_run_that_was_measured_on_other_clips_goes_on_with_them(
    made_run: MakeRun, at_step: AtStep, tones: Dataset
) -> None:
    run = made_run(steps=2)
    at_step(1, lambda: run.ask(Control.STOP))
    train(run.path)
    probe = run.probe()
    own = [*probe["clips"][1:], next(clip for clip in range(len(tones)) if clip not in probe["clips"])]
    (run.path / "probe.json").write_text(json.dumps({**probe, "clips": own}))
    assert train(run.path, resume=True) == State.FINISHED
    assert run.columns()["duration"] == pytest.approx(tones.lengths[own] / SAMPLE_RATE, abs=1e-5)


def test_durability_a_run_that_knows_its_files_without_what_they_say_of_themselves_goes_on(
    tmp_path: Path, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was begun before that was read, which gives a new run on the same folder other labels and another group."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = write_album_folder(tmp_path / "music", files=16)

    def begun(name: str) -> RunFolder:
        config = new_config({**TINY, "batch_size": 8}, data=str(folder), steps=4, device="cpu")
        run = create_run(tmp_path / name, config.to_json())
        at_step(2, lambda: run.ask(Control.STOP))
        assert train(run.path) == State.STOPPED
        return run

    with monkeypatch.context() as before:
        before.setattr("training.data.folder.with_metadata", lambda known, said: known)
        older = begun("older")
    newer = begun("newer")
    assert (older.probe()["group"], newer.probe()["group"]) == ("file", "artist")
    assert older.probe()["ids"] == newer.probe()["ids"]
    for run in (older, newer):
        assert train(run.path, resume=True) == State.FINISHED
        assert run.config()["data_fingerprint"] == run.probe()["fingerprint"]
