"""Runs are started, paused, stopped and resumed."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.queued import state, wait_for, wait_for_state
from training.errors import UserError
from training.run import RunFolder, RunWriter, State, Status, create_run


def test_a_run_is_trained_to_its_end(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"method": "simclr", "data": "starter", "ticks": 3})
    assert name.startswith("simclr-starter-")
    wait_for_state(root, name, State.FINISHED)
    wait_for(lambda: not server._trainers.children)
    assert RunFolder(root / name).log_path.read_text() == "The fake trainer begins.\n"
    assert server.queue() == []


def test_pause_resume_stop_and_resume_again(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"method": "byol"})
    wait_for_state(root, name, State.TRAINING)
    server.pause(name)
    wait_for_state(root, name, State.PAUSED)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    assert RunFolder(root / name).status().attempt == 2


def test_a_trainer_has_a_process_group_of_its_own_in_the_servers_session_and_no_stdin(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    pid = server._trainers.children[name].pid
    assert os.getpgid(pid) == pid and os.getsid(pid) == os.getsid(0)
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path("/dev/null")


def test_what_cannot_be_done_is_said(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    writer = RunWriter(root / "a")
    writer.write_status(Status(State.FINISHED))
    writer.close()
    for act in (server.pause, server.resume, server.stop):
        with pytest.raises(UserError, match="The run a"):
            act("a")
    for name in ("b", "..", "../runs/a", "", ".queue.json"):
        for act in (server.pause, server.resume, server.stop, server.delete):
            with pytest.raises(UserError, match="There is no such run"):
                act(name)
    with pytest.raises(UserError, match="cannot be a run's"):
        server.start({}, "../x")


def test_security_a_page_for_looking_only_starts_nothing(launch: Any, root: Any) -> None:
    create_run(root / "a", {})
    entry = {"name": "a", "verb": "run"}
    (root / ".queue.json").write_text(json.dumps({"schema": 1, "waiting": [entry], "current": None}))
    server = launch(read_only=True)
    for act in (server.pause, server.resume, server.stop, server.delete):
        with pytest.raises(UserError, match="looking and listening only"):
            act("a")
    with pytest.raises(UserError, match="looking and listening only"):
        server.start({})
    time.sleep(0.3)
    assert server.queue() == ["a"]
    assert state(root, "a") == State.WAITING
