"""Trainers and followers as forks of a process that has imported everything, where importing would take longest of a test.

Others start the very commands that a user starts.
"""

import os
import sys
from collections.abc import Mapping

import pytest

from benchmarks.drills.forked import Fork
from training.devices import followers
from training.devices.place import Place

IMPORTED = ["training.trainer", "training.methods", "training.devices.following", "training.__main__"]


class Forked(Fork):
    """One of them, to be handled as a `subprocess.Popen` of `python -m training`."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None) -> None:
        super().__init__(IMPORTED, _train, (words, dict(env or os.environ)))

    @property
    def returncode(self) -> int | None:
        """None while it lives."""
        return self.poll()


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
