"""Only the very process that was meant is ever called alive, or signalled."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from training.process import PROJECT, ProcessIdentity, boot_id, current_process, process_start, run_when_idle


@pytest.fixture
def other() -> Any:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def identity(process: "subprocess.Popen[bytes]") -> ProcessIdentity:
    start = process_start(process.pid)
    assert start is not None
    return ProcessIdentity(process.pid, start, boot_id())


def test_this_process_is_alive() -> None:
    me = current_process()
    assert me.pid == os.getpid() and me.alive() and me.here()
    assert ProcessIdentity.from_json(me.to_json()) == me


def test_durability_a_zombie_is_not_alive(other: "subprocess.Popen[bytes]") -> None:
    who = identity(other)
    assert who.alive()
    os.kill(other.pid, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while who.alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(other.pid, 0)  # the zombie still answers
    assert not who.alive() and not who.terminate() and not who.kill()


def test_durability_a_reused_pid_is_not_alive_and_never_signalled(
    other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("somebody else was signalled"))
    for foreign in (
        replace(identity(other), start="1"),
        replace(identity(other), boot="before the last boot"),
        ProcessIdentity(2**22 + 5, "1", boot_id()),
    ):
        assert not foreign.alive() and not foreign.terminate() and not foreign.kill()
    assert other.poll() is None


def test_the_right_process_is_signalled(other: "subprocess.Popen[bytes]") -> None:
    assert identity(other).terminate()
    assert other.wait(60) == -signal.SIGTERM


@pytest.mark.parametrize(
    "value",
    [
        None, 3, "x", [], {}, {"pid": 5}, {"pid": "5", "start": "1", "boot": "b"}, {"pid": 0, "start": "1", "boot": "b"},
        {"pid": 1, "start": "1", "boot": "b"}, {"pid": -4, "start": "1", "boot": "b"},
        {"pid": True, "start": "1", "boot": "b"}, {"pid": 5, "start": 1, "boot": "b"},
    ],
)  # fmt: skip
def test_what_is_no_identity_is_none(value: Any) -> None:
    """Pid 1, 0 and negative ones would reach the system or whole groups."""
    assert ProcessIdentity.from_json(value) is None


def test_a_name_with_brackets_and_spaces_is_read(tmp_path: Any) -> None:
    script = "import ctypes; ctypes.CDLL(None).prctl(15, b'a) Z 1 (b', 0, 0, 0); print('named', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"named\n"
        start = process_start(process.pid)
        assert start is not None and start.isdigit() and int(start) >= int(process_start(os.getpid()) or 0)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no such kind of thread")
def test_only_the_thread_that_asks_runs_when_idle() -> None:
    before = os.sched_getscheduler(0)
    with ThreadPoolExecutor(1, initializer=run_when_idle) as thread:
        assert thread.submit(os.sched_getscheduler, 0).result() == os.SCHED_IDLE
    assert os.sched_getscheduler(0) == before


def test_where_it_is_not_allowed_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", forbidden)
    with ThreadPoolExecutor(1, initializer=run_when_idle) as thread:
        assert thread.submit(lambda: 7).result() == 7


def test_a_limit_is_lowered_and_never_raised_beyond_what_the_user_may_have() -> None:
    code = """
import resource
from training.process import address_space, limit
resource.setrlimit(resource.RLIMIT_CORE, (0, 1000))
limit(resource.RLIMIT_CORE, 500), print(resource.getrlimit(resource.RLIMIT_CORE))
limit(resource.RLIMIT_CORE, 2000), print(resource.getrlimit(resource.RLIMIT_CORE))
limit(resource.RLIMIT_AS, address_space(2**40) + 2**26)
try:
    bytearray(2**28)
except MemoryError:
    print("no more")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(500, 1000)", "(1000, 1000)", "no more"]
