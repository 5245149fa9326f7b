import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.background.worker import Worker
from explorer.runs.layouts import LayoutFolders
from training.process import PROJECT, current_process, process_start


def wait_for(condition: Any, seconds: Any = 240) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def projector(cache: Path) -> Iterator[Any]:
    made = Worker("explorer.projector")
    yield made
    made.close()


def test_a_wanted_run_gets_its_first_map_without_waiting_for_umap(
    projector: Any, make_run: Any, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "run")
    projector.start()
    # As a page goes on asking.
    wait_for(lambda: projector.want(run.path) or len(LayoutFolders().summary(run).steps) == 3)
    process = projector._process
    assert os.getsid(process.pid) == os.getsid(0)
    assert (
        os.getpriority(os.PRIO_PROCESS, process.pid) >= importlib.import_module("explorer.projector.__main__").NICENESS
    )
    projector.close()
    assert process_start(process.pid) is None
    projector._started = -1000.0  # long ago, so that another one might be started
    projector.want(run.path)
    assert projector._process is None, "nobody would end it"


def test_it_ends_with_its_server_even_when_somebody_holds_the_pipe(cache: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    identity = {**current_process().to_json(), "pid": server.pid, "start": process_start(server.pid)}
    command = [sys.executable, "-m", "explorer.projector", "serve", "--parent", json.dumps(identity)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE) as process:
        time.sleep(0.5)
        assert process.poll() is None
        server.send_signal(signal.SIGKILL)
        server.wait()
        assert process.wait(240) == 0


def test_durability_one_that_died_is_started_again(
    projector: Any, make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.background.worker.RESTART_SECONDS", 0.0)
    run = make_run(tmp_path / "run")
    projector.start()
    first = projector._process
    first.kill()
    first.wait()
    wait_for(lambda: projector.want(run.path) or LayoutFolders().summary(run).steps)
    assert projector._process.pid != first.pid
