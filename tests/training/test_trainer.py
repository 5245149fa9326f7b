"""Whatever happens to a training, its run ends in a state that is true, with one plain sentence."""

import errno
import json
import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from training import controls, durable, loop, preparing
from training.errors import SettingError, UserError
from training.hardware import Hardware
from training.methods import METHODS
from training.process import ProcessIdentity
from training.run import Control, RunFolder, RunWriter, State
from training.trainer import train

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


def fails(number: int) -> None:
    """As a call to the system does."""
    raise OSError(number, os.strerror(number))


def test_pause_resume_and_stop(made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = made_run(steps=8), []
    at_step(2, lambda: run.ask(Control.PAUSE))

    def sleep(seconds: float) -> None:  # the trainer sleeps only while it is paused
        seen.append(run.status().state)
        if len(seen) == 3:
            run.ask(Control.RESUME)

    monkeypatch.setattr(time, "sleep", sleep)
    at_step(5, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED
    assert seen == [State.PAUSED] * 3
    assert run.status().step == 5 and run.checkpoints() == [0, 5]
    assert not list((run.path / "control").iterdir())


def test_when_training_began_is_told_and_stays_so_when_it_goes_on(made_run: MakeRun, at_step: AtStep) -> None:
    run, asked_at = made_run(steps=4), time.time()
    assert run.status().begun is None
    at_step(2, lambda: run.ask(Control.STOP))
    train(run.path)
    begun = run.status().begun
    assert begun is not None and asked_at <= begun <= time.time()
    train(run.path, resume=True)
    assert run.status().attempt == 2 and run.status().begun == begun


def test_a_run_logs_to_its_own_folder_and_only_while_it_trains(made_run: MakeRun) -> None:
    first, second = made_run("first", steps=1), made_run("second", steps=1)
    before = list(logging.getLogger().handlers)
    train(first.path)
    assert logging.getLogger().handlers == before
    logged = first.log_path.read_text()
    train(second.path)
    logging.getLogger().error("said by another run")
    assert first.log_path.read_text() == logged and "said by another run" not in second.log_path.read_text()


def test_what_was_asked_of_a_crashed_trainer_is_not_asked_of_the_next(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    run = made_run(steps=2)
    (run.path / "status.json").write_text(json.dumps({"state": "training", "process": None}))
    assert run.status().state == State.CRASHED
    run.ask(Control.STOP)
    assert train(run.path) == State.FINISHED


def test_durability_sigterm_leaves_a_checkpoint(made_run: MakeRun, at_step: AtStep) -> None:
    run = made_run(steps=1000)
    before = signal.getsignal(signal.SIGTERM)
    at_step(3, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert train(run.path) == State.STOPPED
    assert run.status().step == run.checkpoints()[-1] >= 3
    assert signal.getsignal(signal.SIGTERM) == before
    at_step(2, lambda: run.ask(Control.STOP))
    assert train(run.path, resume=True) == State.STOPPED


def test_a_loss_that_is_no_number_fails_with_a_sentence(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(steps=3)
    loss = METHODS["simclr"].loss
    monkeypatch.setattr(
        METHODS["simclr"], "loss", lambda self, views: {"loss": loss(self, views)["loss"] * float("nan")}
    )
    with pytest.raises(UserError, match="no longer a number"):
        train(run.path)
    assert run.status().state == State.FAILED and "learning rate" in run.status().message
    assert run.checkpoints() == [0]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), "The memory of the GPU is used up; a smaller batch"),
        (torch.AcceleratorError("CUDA error: invalid device function\nX"), "The GPU failed (CUDA error: invalid device function)"),
        (MemoryError(), "The memory of this machine is used up; a smaller batch"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
@pytest.mark.parametrize("place", ["open_dataset", "snapshot"])
def test_what_a_device_fails_at_ends_with_a_sentence(
    place: str, error: Exception, said: str, made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setattr(
        preparing if place == "open_dataset" else loop, place, lambda *_, **__: (_ for _ in ()).throw(error)
    )
    with pytest.raises(UserError) as caught:
        train(run.path)
    assert run.status().state == State.FAILED and run.status().message == str(caught.value)
    assert run.status().message.startswith(said)


def test_views_are_made_in_float32_and_the_network_in_less(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []
    monkeypatch.setattr(
        preparing, "hardware", lambda wanted: Hardware(torch.device("cpu"), bf16=True, channels_last=True)
    )
    for name in ("views", "loss"):
        made = getattr(METHODS["simclr"], name)

        def watched(self: Any, *given: Any, name: str = name, made: Any = made) -> Any:
            if self.training:
                seen.append((name, torch.is_autocast_enabled("cpu")))
            return made(self, *given)

        monkeypatch.setattr(METHODS["simclr"], name, watched)
    train(made_run(steps=1).path)
    assert seen == [("views", False), ("loss", True)]


def test_durability_a_folder_that_cannot_be_written_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "snapshots").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        train(run.path)


def test_durability_a_snapshot_that_cannot_be_written_fails_with_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "snapshots" / "000000.npz").mkdir(parents=True)
    with pytest.raises(UserError, match="could not be written"):
        train(run.path)
    assert run.status().state == State.FAILED


def test_durability_a_folder_that_becomes_read_only_is_a_sentence_and_lets_go_of_the_run(
    made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    with monkeypatch.context() as patch:

        def locked_away() -> None:
            patch.setattr(durable, "write_bytes", lambda *_: fails(errno.EROFS))
            patch.setattr(Path, "unlink", lambda *_, **__: fails(errno.EROFS))

        at_step(2, locked_away)
        with pytest.raises(UserError, match="The run's folder could not be written: Read-only file system"):
            train(run.path)
    monkeypatch.setattr(ProcessIdentity, "alive", lambda self: False)  # it is this very process
    status = run.status()
    assert status.state == State.FAILED and "could not be written: Read-only file system" in status.message
    RunWriter(run.path).close()
    assert run.status().state == State.CRASHED, "last words are those of the last trainer"


def test_a_setting_that_only_the_training_refuses_is_called_by_words_in_the_runs_state(made_run: MakeRun) -> None:
    run = made_run(method="cpc", steps_ahead=20, crop_seconds=0.64)
    with pytest.raises(SettingError, match=r"^The setting steps_ahead is 20, .* make crop_seconds at least"):
        train(run.path)
    message = run.status().message
    assert message.startswith("The setting steps ahead is 20, ") and "make crop seconds at least" in message


def test_a_log_that_cannot_be_written_fails_with_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    run.log_path.mkdir()
    with pytest.raises(UserError, match="could not be written: Is a directory"):
        train(run.path)
    assert run.status().state == State.FAILED


def test_an_odd_configuration_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    config = run.config()
    for broken in ({**config, "method": "nothing"}, {**config, "encoder": "ears"}, {**config, "settings": {"x": 1}},
                   {**config, "batch_size": "many"}, {**config, "surprise": 1}):  # fmt: skip
        (run.path / "config.json").write_text(json.dumps(broken))
        with pytest.raises(UserError) as caught:
            train(run.path)
        assert run.status().state == State.FAILED and run.status().message == caught.value.in_words
        assert "details are in log.txt" not in run.status().message


def test_durability_a_second_trainer_is_refused_at_once_and_changes_nothing(made_run: MakeRun) -> None:
    run = made_run()
    holder = RunWriter(run.path)
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    with pytest.raises(UserError, match="already being trained by another process"):
        train(run.path)
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before
    holder.close()


def test_durability_a_run_of_a_newer_version_is_not_touched(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "config.json").write_text(json.dumps({**run.config(), "schema": 99}))
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    for resume in (False, True):
        with pytest.raises(UserError, match="newer version"):
            train(run.path, resume=resume)
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before


def test_a_trained_run_is_not_trained_over(made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    before = run.weights_path(1).read_bytes()
    with pytest.raises(UserError, match="has been trained already"):
        train(run.path)
    assert run.weights_path(1).read_bytes() == before and run.status().state == State.FINISHED
