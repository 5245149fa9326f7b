"""Losses gathered on the device become rows, and the status tells how fast and how far."""

import errno
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from training.errors import UserError
from training.journal import FLUSH_SECONDS, Journal
from training.run import RunWriter, State, Status, create_run
from training.run.schema import Schema


class Clock:
    """A clock that moves when it is told to."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "perf_counter", made)
    return made


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    run = RunWriter(create_run(tmp_path / "run", {}).path)
    yield Journal(run, Status(State.TRAINING, attempt=2))
    run.close()


def test_a_row_holds_means_and_speed(journal: Journal, clock: Clock) -> None:
    for loss, part in ((1.0, 10.0), (2.0, 20.0), (6.0, 60.0)):
        journal.add({"loss": torch.tensor(loss), "part": torch.tensor(part)}, clips=32)
    assert not journal.due
    clock.now += 2.0
    assert journal.due
    journal.flush(step=3, seconds=2.0, progress=0.25, learning_rate=0.1)
    (row,) = journal.run.metrics()
    assert row == {
        "schema": 1, "step": 3, "attempt": 2, "seconds": 2.0, "train/loss": 3.0, "train/part": 30.0,
        "train/learning_rate": 0.1, "train/clips_per_second": 48.0,
    }  # fmt: skip
    status = journal.run.status()
    assert (status.step, status.steps_per_second, status.clips_per_second) == (3, 1.5, 48.0)
    assert status.progress == 0.25 and status.seconds_left == 6.0
    assert not journal.due


def test_what_is_left_is_told_once_the_pace_is_known_and_for_all_that_are_trained_in_turn(
    journal: Journal, clock: Clock
) -> None:
    def left(step: int, seconds: float) -> float | None:
        journal.add({"loss": torch.tensor(1.0)}, clips=32)
        clock.now += 2.0
        journal.flush(step=step, seconds=seconds, progress=step / 100, learning_rate=0.1)
        return journal.status.seconds_left

    journal.status = replace(journal.status, steps=100)
    assert left(2, 6.0) is None and left(25, 4.0) is None
    assert left(25, 5.0) == 15.0
    journal.in_turn = 2
    assert left(25, 5.0) == 30.0


def test_an_empty_flush_writes_nothing(journal: Journal, clock: Clock) -> None:
    clock.now += 5
    journal.flush(1, 1.0, 0.1, 0.1)
    assert journal.run.metrics() == []


def test_snapshots_and_pauses_do_not_slow_the_speed_down(journal: Journal, clock: Clock) -> None:
    journal.add({"loss": torch.tensor(1.0)}, clips=10)
    clock.now += 31.0
    journal.pause_clock(30.0)
    journal.flush(1, 1.0, 0.5, 0.1)
    assert journal.run.metrics()[0]["train/clips_per_second"] == 10.0


def test_the_speed_is_that_of_the_device_and_not_of_who_asks_it(
    journal: Journal, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tolist = torch.Tensor.tolist

    def waited(self: torch.Tensor) -> Any:
        clock.now += 3.0  # the steps were asked for, and are done only now
        return tolist(self)

    monkeypatch.setattr(torch.Tensor, "tolist", waited)
    journal.add({"loss": torch.tensor(1.0)}, clips=80)
    clock.now += 1.0
    journal.flush(1, 1.0, 0.5, 0.1)
    assert journal.status.clips_per_second == 20.0
    clock.now += 1.0
    journal.add({"loss": torch.tensor(1.0)}, clips=80)
    journal.flush(2, 2.0, 0.5, 0.1)
    assert journal.status.clips_per_second == 20.0


def test_gathered_losses_hold_no_graph(journal: Journal) -> None:
    weight = torch.ones(3, requires_grad=True)
    for _ in range(2):
        journal.add({"loss": weight.sum()}, clips=1)
    assert all(not value.requires_grad for value in journal._sums.values())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_no_number_is_logged_as_null_and_told(journal: Journal, clock: Clock, value: float) -> None:
    journal.add({"loss": torch.tensor(value)}, clips=1)
    clock.now += FLUSH_SECONDS
    with pytest.raises(UserError, match="no longer a number at step 7"):
        journal.flush(7, 1.0, 0.5, 0.1)
    assert journal.run.metrics()[0]["train/loss"] is None and journal.status.verdict is None


def test_a_loss_that_becomes_no_number_is_judged_before_it_is_told(journal: Journal, clock: Clock) -> None:
    journal.add({"loss": torch.tensor(1.0)}, clips=1)
    journal.flush(7, 1.0, 0.5, 0.1)
    journal.add({"loss": torch.tensor(float("nan"))}, clips=1)
    with pytest.raises(UserError, match="no longer a number at step 8"):
        journal.flush(8, 2.0, 0.5, 0.1)
    assert journal.status.verdict is not None and journal.status.verdict["kind"] == "diverging"
    assert journal.status.warning.startswith("Diverging since step 8: the loss is no number.")
    assert [verdict.kind for verdict in journal.run.verdicts()] == ["diverging"]


def test_the_status_is_written_about_once_a_second(journal: Journal, clock: Clock) -> None:
    journal.set_status()
    beats = []
    for _ in range(40):
        clock.now += 0.1
        journal.keep_alive()
        beats.append(journal.run.status().heartbeat)
    assert 3 <= beats[-1] - beats[0] <= 4


def test_tensorboard_keeps_the_row_of_the_step_from_which_a_run_goes_on(journal: Journal) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for resumed_from, losses in ((None, {1: 3.0, 2: 2.0, 3: 9.0}), (2, {3: 1.0})):
        journal.open_events(Schema(), resumed_from)
        for step, loss in losses.items():
            journal.write_row(step, 1.0, {"train/loss": loss})
        journal.close(State.STOPPED)
    found = EventAccumulator(str(journal.run.path)).Reload().Scalars("train/loss")
    assert [(event.step, event.value) for event in found] == [(1, 3.0), (2, 2.0), (3, 1.0)]


def test_the_copy_for_tensorboard_may_fail(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def add_scalar(self, *_: Any) -> None:
            raise OSError(errno.ENOSPC, "full")

        def close(self) -> None:
            raise OSError(errno.ENOSPC, "full")

    journal._events = Full()
    journal.write_row(1, 1.0, {"train/loss": 1.0})
    assert journal._events is None and journal.run.metrics()[0]["train/loss"] == 1.0
    journal._events = Full()
    journal.close(State.FINISHED, "")
    assert journal.run.status().state == State.FINISHED
