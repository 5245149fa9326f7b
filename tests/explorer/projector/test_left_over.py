"""What nobody waits for leaves the cores to others, for a while."""

import importlib
import os
import threading

import pytest

worker = importlib.import_module("explorer.projector.__main__")


@pytest.fixture
def left_over():
    made = worker.LeftOver()
    yield made
    made._thread.shutdown()


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no such kind of thread")
def test_it_is_done_by_a_thread_that_runs_when_idle(left_over):
    done = []
    left_over.do(lambda: done.append(os.sched_getscheduler(0)))
    assert done == [os.SCHED_IDLE]
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_what_takes_too_long_is_done_at_once_and_so_is_what_follows(left_over, monkeypatch):
    monkeypatch.setattr(worker, "LATE_SECONDS", 0.05)
    core_is_free, me, done = threading.Event(), threading.get_ident(), []

    def work():
        if threading.get_ident() != me:
            assert core_is_free.wait(60)
        done.append(threading.get_ident())

    left_over.do(work)
    left_over.do(work)
    assert done == [me, me]
    core_is_free.set()
    left_over._last.result(60)
    left_over.do(work)
    assert len(done) == 4 and done[2] == done[3] != me


def test_a_failure_is_told(left_over):
    with pytest.raises(ZeroDivisionError):
        left_over.do(lambda: 1 / 0)
