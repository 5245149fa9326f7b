"""Servers that launch trainers in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs import launcher as module
from explorer.jobs.launcher import Launcher
from tests.support.queued import end, fake_command
from training.process import ProcessIdentity, current_process
from training.run import RunFolder


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A folder of runs; whatever trains in it is ended afterwards."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    folder = tmp_path / "runs"
    yield folder
    for run in folder.glob("*"):
        process = ProcessIdentity.from_json(RunFolder(run).status().process)
        if process is not None and process != current_process():
            process.kill()


@pytest.fixture
def launch(root: Any) -> Iterator[Any]:
    """Makes servers; all are closed afterwards and their children waited for."""
    made = []

    def start_server(**options: Any) -> Any:
        made.append(Launcher(root, command=fake_command, **options))
        return made[-1]

    yield start_server
    for server in made:
        end(server)
