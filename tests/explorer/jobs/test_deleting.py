"""A run is deleted unless it is at work, in whatever condition it is."""

import os
from typing import Any

import pytest

from tests.support.queued import wait_for, wait_for_state
from training.errors import UserError
from training.run import RunWriter, State, create_run


def test_bad_input_a_broken_run_can_be_deleted(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    (root / "a" / "snapshots").write_text("a file in place of a folder")
    os.mkfifo(root / "a" / "log.txt")
    server.delete("a")
    assert not (root / "a").exists()


def test_deleting_takes_everything_but_what_is_at_work(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    with pytest.raises(UserError, match="is being trained; stop it before"):
        server.delete(name)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    wait_for(lambda: not server._trainers.children)
    server.delete(name)
    assert not list(root.glob("[!.]*"))
    assert not list(root.glob(".deleted-*"))


def test_a_run_that_somebody_holds_is_not_deleted(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    writer = RunWriter(root / "a")
    with pytest.raises(UserError, match="is being trained"):
        server.delete("a")
    writer.close()
    server.delete("a")
