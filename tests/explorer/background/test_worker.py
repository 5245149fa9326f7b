"""The runs that somebody looks at, as the server tells them and as its worker's process hears them."""

import os
import queue
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import explorer.background.wanted as module
from explorer.background.worker import Worker


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_nothing_is_made_for_those_who_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that nobody looks at would take its share of the cores from the training."""
    lines: queue.Queue[str | None] = queue.Queue()
    monkeypatch.setattr(sys, "stdin", iter(lines.get, None))
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(module, "LOOKED_SECONDS", 1000.0)
    wanted = module.Wanted()
    lines.put('["a", "b"]')
    wait_for(lambda: wanted.folders == ("a", "b"))
    with monkeypatch.context() as later:
        later.setattr(module, "LOOKED_SECONDS", 0.0)
        assert wanted.folders == ()
    lines.put('["a"]')
    wait_for(lambda: wanted.folders == ("a",))
    lines.put(None)
    wait_for(lambda: ended == [0])


def test_whoever_looks_on_is_heard_again_and_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("explorer.background.worker.REPEAT_SECONDS", 0.0)
    worker = Worker("explorer.projector")
    told: list[list[str]] = []
    monkeypatch.setattr(worker, "_tell", told.append)
    monkeypatch.setattr(worker, "_ensure_running", lambda: None)
    worker.want(tmp_path / "a")
    worker._told = told[-1]
    worker.want(tmp_path / "a")
    assert len(told) == 2 and told[0] == told[1]
