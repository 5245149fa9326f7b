"""Maps that somebody waits for are made at once; the others by a thread that leaves the cores to others, one at a time."""

import importlib
import os
import threading
import time

import pytest

from explorer.runs.layouts import LayoutFolders

worker = importlib.import_module("explorer.projector.__main__")


def jiggle(indices, distances, start, epochs, strength):
    return start * 1.01


@pytest.fixture
def folders(tmp_path):
    return LayoutFolders(tmp_path / "cache")


@pytest.fixture
def serving(folders):
    made = worker.Serving(folders)
    yield made
    made._left_over._thread.shutdown()


def settle(serving, wanted, umap=jiggle, seconds=60):
    """Look until nothing more is to be done."""
    until = time.monotonic() + seconds
    while serving.look(wanted, umap) or serving._left_over.busy or len(serving._finished) < len(wanted):
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no such kind of thread")
def test_the_first_map_is_made_here_and_those_that_follow_when_a_core_is_idle(serving, folders, make_run, tmp_path):
    run, classes = make_run(tmp_path / "run"), []

    def umap(*arguments):
        classes.append((threading.get_ident() == me, os.sched_getscheduler(0)))
        return jiggle(*arguments)

    me = threading.get_ident()
    settle(serving, [str(run.path)], umap)
    assert {folders.find(run, step).kind for step in run.snapshots()} == {"umap"}
    here = [as_here for as_here, _ in classes]
    assert here == sorted(here, reverse=True) and {True, False} == set(here)
    assert {kind for as_here, kind in classes if not as_here} == {os.SCHED_IDLE}
    assert {kind for as_here, kind in classes if as_here} == {os.SCHED_OTHER}


def test_a_run_whose_maps_wait_for_a_core_keeps_no_other_waiting(serving, folders, make_run, tmp_path):
    slow, quick = make_run(tmp_path / "slow"), make_run(tmp_path / "quick", seed=1)
    core_is_free, me = threading.Event(), threading.get_ident()

    def umap(*arguments):
        if threading.get_ident() != me:
            assert core_is_free.wait(60)
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


def test_a_map_that_cannot_be_made_is_left_until_the_run_changes(serving, make_run, tmp_path):
    run, tried = make_run(tmp_path / "run"), []

    def umap(*arguments):
        tried.append(arguments)
        if len(tried) > 2:
            raise OSError("No space left on device")
        return jiggle(*arguments)

    settle(serving, [str(run.path)], umap)
    times = len(tried)
    settle(serving, [str(run.path)], umap)
    assert len(tried) == times
