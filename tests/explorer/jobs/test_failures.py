"""A trainer that dies, cannot start or does not obey leaves its reason, and the next one starts."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs import trainers
from tests.support.queued import fake_command, state, wait_for, wait_for_state
from training.process import ProcessIdentity, boot_id, process_start
from training.run import RunFolder, State, create_run


def test_a_trainer_that_dies_at_once_says_why(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"fault": "dies"})
    wait_for_state(root, name, State.FAILED)
    message = RunFolder(root / name).status().message
    assert message == (
        "The trainer ended at once: The setting temperature is -1, but a number of at least 0 was expected."
    )
    follower = server.start({"ticks": 1})
    wait_for_state(root, follower, State.FINISHED)


def test_a_resume_that_dies_at_once_says_why(launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    wait_for(lambda: not server._trainers.children)
    monkeypatch.setattr(server._trainers, "command", lambda verb, folder: [sys.executable, "-c", "print('no weights')"])
    server.resume(name)
    wait_for_state(root, name, State.FAILED)
    status = RunFolder(root / name).status()
    assert status.message == "The trainer ended at once: no weights."
    assert status.step > 0


def test_a_trainer_that_cannot_be_started_says_why(launch: Any, root: Any) -> None:
    server = launch()
    server._trainers.command = lambda verb, folder: ["/no/such/program"]
    name = server.start({})
    assert state(root, name) == State.FAILED
    assert RunFolder(root / name).status().message == "The trainer could not be started: No such file or directory."


def test_durability_a_killed_trainer_is_crashed_and_can_go_on(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    server._trainers.children[name].kill()
    wait_for_state(root, name, State.CRASHED)
    wait_for(lambda: not server._trainers.children)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    assert RunFolder(root / name).status().attempt == 2


def test_durability_a_trainer_that_is_killed_before_its_first_word_is_crashed_and_can_be_started_anew(
    launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = launch()
    killed = "import os; print('Loading.', flush=True); os.kill(os.getpid(), 9)"
    monkeypatch.setattr(server._trainers, "command", lambda verb, folder: [sys.executable, "-c", killed])
    name = server.start({"ticks": 1})
    wait_for_state(root, name, State.CRASHED)
    assert RunFolder(root / name).status().message.endswith("before it said a word; the run can be started anew.")
    monkeypatch.setattr(server._trainers, "command", fake_command)
    wait_for(lambda: not server._trainers.children)
    server.resume(name)
    wait_for_state(root, name, State.FINISHED)


def test_bad_input_a_pipe_in_place_of_the_log_is_said(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    os.mkfifo(root / "a" / "log.txt")
    server.resume("a")
    wait_for_state(root, "a", State.FAILED)
    assert RunFolder(root / "a").status().message == "The trainer could not be started: Not a regular file."


@pytest.mark.parametrize("fault", ["stubborn", "deaf"])
def test_a_stop_that_is_not_obeyed_becomes_a_signal(
    launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(trainers, "KILL_SECONDS", 0.3)
    server = launch(stop_seconds=0.2)
    name = server.start({"fault": fault})
    wait_for_state(root, name, State.TRAINING)
    pid = server._trainers.children[name].pid
    server.stop(name)
    wait_for_state(root, name, State.CRASHED)
    wait_for(lambda: not server._trainers.children)
    assert not Path(f"/proc/{pid}").exists()


def test_durability_a_process_that_does_not_hold_the_run_is_never_signalled(launch: Any, root: Any) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        server = launch(stop_seconds=0.05)
        run = create_run(root / "a", {})
        identity = ProcessIdentity(stranger.pid, process_start(stranger.pid), boot_id())
        status = {"state": "training", "process": identity.to_json(), "updated": time.time()}
        (run.path / "status.json").write_text(json.dumps(status))
        server.stop("a")
        wait_for(lambda: "a" not in server._trainers.deadlines)
        assert stranger.poll() is None
        stranger.kill()
