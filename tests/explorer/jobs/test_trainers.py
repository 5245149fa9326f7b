import os
import sys
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.queue_file import Queue, Waiting
from explorer.jobs.quotas import Quotas
from explorer.jobs.standby import Standby
from explorer.jobs.trainers import Trainers, trainer_command
from explorer.jobs.turns import Turns
from explorer.visitors.limits import Limits
from training.run import RunFolder, RunWriter, State, Status, create_run


def sleeper(verb: Any, folder: Any) -> Any:
    return [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]


def test_the_trainer_is_the_one_that_a_user_starts_by_hand(tmp_path: Path) -> None:
    assert trainer_command("resume", tmp_path) == [sys.executable, "-m", "training", "resume", str(tmp_path)]


def test_a_trainer_that_does_not_obey_is_ended_when_its_time_is_over(tmp_path: Path) -> None:
    run = create_run(tmp_path / "a", {})
    trainers = Trainers(tmp_path, sleeper, None)
    current = trainers.start(Waiting("a", "run"))
    assert current is not None and current.process.pid == trainers.children["a"].pid
    child = trainers.children["a"]
    trainers.must_end("a", 600)
    trainers.look(current)
    assert child.poll() is None
    trainers.deadlines.clear()
    trainers.must_end("a", -1)
    trainers.look(current)
    assert child.wait(120) != 0
    trainers.look(current)
    assert not trainers.children and not trainers.deadlines
    assert run.log_path.exists()


def test_how_the_trainer_before_ended_does_not_count(tmp_path: Path) -> None:
    """What a second trainer says last is told, though the first one was killed."""
    run = create_run(tmp_path / "a", {})
    trainers = Trainers(tmp_path, lambda verb, folder: [sys.executable, "-c", "raise SystemExit('No sounds.')"], None)
    turns = Turns(tmp_path, Quotas(Limits(), tmp_path), trainers, None, 30)
    trainers.killed.add("a")
    current = trainers.start(Waiting("a", "run"))
    assert current is not None
    trainers.children["a"].wait(120)
    turns._settled(Queue(current=current))
    assert (run.status().state, run.status().message) == (State.FAILED, "The trainer ended at once: No sounds.")


def test_a_run_that_is_gone_is_not_started(tmp_path: Path) -> None:
    assert Trainers(tmp_path, sleeper, None).start(Waiting("gone", "run")) is None


def test_a_trainer_that_cannot_be_started_leaves_its_reason(tmp_path: Path) -> None:
    create_run(tmp_path / "a", {})
    trainers = Trainers(tmp_path, lambda verb, folder: [str(tmp_path / "no such program")], None)
    assert trainers.start(Waiting("a", "run")) is None and not trainers.children
    status = RunFolder(tmp_path / "a").status()
    assert status.state == State.FAILED and "could not be started" in status.message


def test_a_trainer_that_waits_is_given_no_run_whose_log_cannot_be_written(tmp_path: Path) -> None:
    """It would train what is said to have failed, beside whatever is started next."""
    run, given = create_run(tmp_path / "a", {}), []

    class Waits(Standby):
        def hand_over(self, verb: str, folder: Path) -> None:
            given.append(folder)

    run.log_path.mkdir()
    assert Trainers(tmp_path, sleeper, Waits()).start(Waiting("a", "run")) is None
    assert not given and run.status().state == State.FAILED


def test_what_a_trainer_says_goes_to_its_run(tmp_path: Path) -> None:
    run = create_run(tmp_path / "a", {})
    trainers = Trainers(tmp_path, lambda verb, folder: [sys.executable, "-c", "print('hello')"], None)
    trainers.start(Waiting("a", "run"))
    assert trainers.children["a"].wait(120) == 0
    assert run.log_path.read_text() == "hello\n"


def test_how_a_trainer_ended_is_known_to_whoever_finds_it_ended(tmp_path: Path) -> None:
    """It may end between two looks of one turn: first it was seen to live, then that it doesn't."""
    run = create_run(tmp_path / "a", {})
    killed = "import os; print('Loading.', flush=True); os.kill(os.getpid(), 9)"
    trainers = Trainers(tmp_path, lambda verb, folder: [sys.executable, "-c", killed], None)
    turns = Turns(tmp_path, Quotas(Limits(), tmp_path), trainers, None, 30)
    current = trainers.start(Waiting("a", "run"))
    assert current is not None
    os.waitid(os.P_PID, current.process.pid, os.WEXITED | os.WNOWAIT)  # ended, and nobody has asked yet how
    assert turns._settled(Queue(current=current)).current is None
    assert run.status().state == State.CRASHED


@pytest.mark.parametrize("state", [State.FINISHED, State.STOPPED])
def test_a_run_that_ended_by_itself_before_it_was_stopped_by_the_rules_stays_so(tmp_path: Path, state: State) -> None:
    run = create_run(tmp_path / "a", {})
    quotas = Quotas(Limits(job_seconds=60), tmp_path)
    trainers = Trainers(tmp_path, lambda verb, folder: [sys.executable, "-c", ""], None)
    turns = Turns(tmp_path, quotas, trainers, None, 30)
    current = trainers.start(Waiting("a", "run"))
    assert current is not None
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING, seconds=61.0))
    assert quotas.overdrawn(run) is not None
    writer.write_status(Status(state, seconds=61.0))
    writer.close()
    trainers.children["a"].wait(120)
    turns._settled(Queue(current=current))
    assert run.status().state is state
    assert run.status().message.startswith("It was stopped: a run is trained") is (state is State.STOPPED)
