"""Trainers and followers as forks of a process that has imported everything, where importing would take longest of a test.

Others start the very commands that a user starts.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess

import pytest

from training.devices import followers
from training.devices.place import Place

IMPORTED = ["training.trainer", "training.methods", "training.devices.following", "training.__main__"]


class Forked:
    """One of them, to be handled as a `subprocess.Popen` of `python -m training`."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED)
        self._process: ForkServerProcess = context.Process(target=_train, args=(words, dict(env or os.environ)))
        self._process.start()
        self.pid = self._process.pid or 0
        self.kill = self._process.kill

    @property
    def returncode(self) -> int | None:
        """None while it lives."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a fork", timeout or 0)
        return self._process.exitcode


def _train(words: tuple[str, ...], env: dict[str, str]) -> None:
    from training.__main__ import main

    os.environ.clear()
    os.environ.update(env)
    sys.exit(main(words))


def fork_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on what a run shares its steps with is forked."""

    def forked(there: Place, port: int) -> Forked:
        return Forked("follow", env=followers.environment(there, port))

    monkeypatch.setattr(followers, "_started", forked)
