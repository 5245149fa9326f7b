"""Programs of ours as forks of a process that has imported everything: for quick drills, in which imports would take longest.

The others start the very commands that a user starts.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

IMPORTED = [
    "training.trainer",
    "training.methods",
    "training.commands.runs",
    "explorer.server",
    "soundfile",
]


class Fork:
    """What `target` does with `args`, by a fork of a process that has `imported` these, handled as a `subprocess.Popen`."""

    def __init__(self, imported: list[str], target: Callable[..., None], args: tuple[Any, ...]):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(imported)
        self._process: ForkServerProcess = context.Process(target=target, args=args)
        self._process.start()
        self.pid = self._process.pid or 0
        self.kill, self.terminate = self._process.kill, self._process.terminate

    def poll(self) -> int | None:
        """The exit code, None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a fork", timeout or 0)
        return self._process.exitcode


class Forked(Fork):
    """One of our programs."""

    def __init__(self, words: list[str], said: Path):
        """`words` are what would follow `python`."""
        super().__init__(IMPORTED, _run, (words, str(said)))


def _run(words: list[str], said: str) -> None:
    os.setpgid(0, 0)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, descriptor in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
        os.dup2(descriptor, number)
    sys.argv = words[1:] if words[0] == "-m" else words
    if words[0] == "-m":
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(words[0], run_name="__main__")
