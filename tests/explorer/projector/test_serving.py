"""Maps that somebody waits for are made at once; the others by a thread that leaves the cores to others, one at a time."""

import importlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.layouts import LayoutFolders

worker = importlib.import_module("explorer.projector.__main__")


def jiggle(indices: Any, distances: Any, start: Any, epochs: Any, strength: Any) -> Any:
    return start * 1.01


@pytest.fixture
def folders(tmp_path: Path) -> Any:
    return LayoutFolders(tmp_path / "cache")


@pytest.fixture
def serving(folders: Any) -> Iterator[Any]:
    made = worker.Serving(folders)
    yield made
    made._left_over._thread.shutdown()


def settle(serving: Any, wanted: Any, umap: Any = jiggle, seconds: Any = 240) -> None:
    """Look until nothing more is to be done."""
    until = time.monotonic() + seconds
    while serving.look(wanted, umap) or serving._left_over.busy or len(serving._finished) < len(wanted):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no such kind of thread")
def test_the_first_map_is_made_here_and_those_that_follow_when_a_core_is_idle(
    serving: Any, folders: Any, make_run: Any, tmp_path: Path
) -> None:
    run, classes = make_run(tmp_path / "run"), []

    def umap(*arguments: Any) -> Any:
        classes.append((threading.get_ident() == me, os.sched_getscheduler(0)))
        return jiggle(*arguments)

    me, usual = threading.get_ident(), os.sched_getscheduler(0)
    settle(serving, [str(run.path)], umap)
    assert {folders.find(run, step).kind for step in run.snapshots()} == {"umap"}
    here = [as_here for as_here, _ in classes]
    assert here == sorted(here, reverse=True) and {True, False} == set(here)
    assert {kind for as_here, kind in classes if not as_here} == {os.SCHED_IDLE}
    assert {kind for as_here, kind in classes if as_here} == {usual}


def test_a_run_whose_maps_wait_for_a_core_keeps_no_other_waiting(
    serving: Any, folders: Any, make_run: Any, tmp_path: Path
) -> None:
    slow, quick = make_run(tmp_path / "slow"), make_run(tmp_path / "quick", seed=1)
    core_is_free, me = threading.Event(), threading.get_ident()

    def umap(*arguments: Any) -> Any:
        if threading.get_ident() != me:
            assert core_is_free.wait(240)
        return jiggle(*arguments)

    while serving.look([str(slow.path)], umap):
        pass
    assert serving._left_over.busy
    while serving.look([str(slow.path), str(quick.path)], umap):
        pass
    assert "umap" in {folders.find(quick, step).kind for step in quick.snapshots()}
    core_is_free.set()
    settle(serving, [str(slow.path), str(quick.path)], umap)
    for run in (slow, quick):
        assert {folders.find(run, step).kind for step in run.snapshots()} == {"umap"}


def test_a_map_that_cannot_be_made_is_left_until_the_run_changes(serving: Any, make_run: Any, tmp_path: Path) -> None:
    run, tried = make_run(tmp_path / "run"), []

    def umap(*arguments: Any) -> Any:
        tried.append(arguments)
        if len(tried) > 2:
            raise OSError("No space left on device")
        return jiggle(*arguments)

    settle(serving, [str(run.path)], umap)
    times = len(tried)
    settle(serving, [str(run.path)], umap)
    assert len(tried) == times
