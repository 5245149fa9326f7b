"""Where a run stands is told rightly, whatever became of its trainer and of the file."""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.training.run.conftest import read_all
from training.process import current_process
from training.run import (
    SCHEMA,
    RunFolder,
    RunWriter,
    State,
    Status,
    create_run,
    find_runs,
)


@pytest.mark.parametrize("state", [State.PREPARING, State.TRAINING, State.PAUSED, State.STOPPING])
def test_durability_an_active_run_without_its_trainer_reads_crashed(run: RunFolder, state: State) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    me = current_process().to_json()
    for process in ({**me, "pid": dead.pid}, {**me, "start": "1"}, None, "nobody", {"pid": 1}):
        value = {**asdict(Status(state, step=7)), "updated": time.time(), "process": process}
        (run.path / "status.json").write_text(json.dumps(value))
        assert run.status().state == State.CRASHED and run.status().step == 7, process
        assert "resumed" in run.status().message
    value["process"] = me
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == state


def test_a_trainer_on_another_machine_is_judged_by_its_heartbeat(run: RunFolder) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    value = {**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": time.time()}
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == State.TRAINING
    (run.path / "status.json").write_text(json.dumps({**value, "updated": time.time() - 16}))
    assert run.status().state == State.CRASHED


@pytest.mark.parametrize("updated", ["1" + "0" * 400, "1e300", "-1e300", "1e999", "NaN", '"now"', "4e9", "[]"])
def test_bad_input_a_heartbeat_that_is_no_time_does_not_keep_a_run_alive(run: RunFolder, updated: str) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    content = json.dumps({**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": 0})
    (run.path / "status.json").write_text(content.replace('"updated": 0', f'"updated": {updated}'))
    assert run.status().state in (State.CRASHED, State.FAILED)


def test_durability_a_clock_that_is_a_day_ahead_changes_nothing(run: RunFolder) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    value = {**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": time.time() + 86_400}
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == State.TRAINING


def test_durability_a_run_whose_trainer_was_killed_before_its_first_word_is_crashed(run: RunFolder) -> None:
    (run.path / "status.json").unlink()
    assert run.status().state == State.CRASHED and "can be started anew" in run.status().message
    assert find_runs(run.path.parent)[0].path == run.path


def test_durability_a_run_made_by_its_trainer_is_never_left_waiting(tmp_path: Path) -> None:
    """The trainer is killed at once after it has made its run."""
    script = f"from training.run import create_run; from pathlib import Path; create_run(Path({str(tmp_path / 'run')!r}), {{}}, trained_here=True)"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert RunFolder(tmp_path / "run").status().state == State.CRASHED
    assert create_run(tmp_path / "mine", {}, trained_here=True).status().state == State.PREPARING


def test_durability_last_words_that_say_that_all_is_well_are_none(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING, attempt=2))
    writer.close()
    status = json.loads((run.path / "status.json").read_text())
    (run.path / "status.json").write_text(json.dumps({**status, "process": None}))
    for state, attempt, read in (
        (State.TRAINING, 2, State.CRASHED),
        (State.FAILED, 1, State.CRASHED),
        (State.FAILED, 2, State.FAILED),
    ):
        run.lock_path.write_text(json.dumps(asdict(Status(state, attempt=attempt, message="The disk is gone."))))
        assert run.status().state == read


def test_a_status_beats_whenever_it_is_written(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    first = run.status()
    writer.write_status(Status(State.TRAINING))
    assert run.status().heartbeat == first.heartbeat + 1 and run.status().state == State.TRAINING
    writer.close()


def test_a_state_of_a_newer_version_is_said_to_be_one(full: RunFolder) -> None:
    status = json.loads((full.path / "status.json").read_text())
    (full.path / "status.json").write_text(json.dumps({**status, "schema": SCHEMA + 1, "state": "dreaming"}))
    found = full.status()
    assert found.state == State.UNKNOWN and "newer version" in found.message
    (full.path / "status.json").write_text(json.dumps({**status, "state": "dreaming"}))
    assert full.status().state == State.FAILED and "cannot be read" in full.status().message


@pytest.mark.parametrize("name", list(Status.__dataclass_fields__))
def test_a_status_of_odd_types_is_no_status_or_a_sound_one(full: RunFolder, name: str) -> None:
    good = json.loads((full.path / "status.json").read_text())
    for odd in (None, [], {}, "x", "", 0.5, True, False, -3, 10**30, float("inf"), float("nan")):
        (full.path / "status.json").write_text(json.dumps({**good, name: odd}))
        status = full.status()
        read_all(full)
        assert status.steps is None or type(status.steps) is int
        assert status.seconds_left is None or type(status.seconds_left) in (int, float)
        assert type(status.warning) is str and type(status.schema) is int
