"""What tests of the launcher ask: a trainer that learns nothing, how its run stands, and the end of all."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.jobs.launcher import Launcher
from training.run import RunFolder, State

PROJECT = Path(__file__).resolve().parents[2]


def fake_command(verb: str, folder: Path) -> list[str]:
    """Starts what stands for the trainer."""
    return [sys.executable, "-m", "tests.support.fake_trainer", verb, str(folder)]


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """What the condition says once it is true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


def state(root: Path, name: str) -> State:
    """Of the run of this name."""
    return RunFolder(root / name).status().state


def wait_for_state(root: Path, name: str, wanted: State) -> None:
    wait_for(lambda: state(root, name) == wanted)


def end(server: Launcher) -> None:
    """Close a server, and end the trainers that it started."""
    server.close()
    if server._thread.is_alive():  # a server that closes waits a few seconds only
        server._thread.join()
    for child in server._trainers.children.values():
        child.kill()
        child.wait()
