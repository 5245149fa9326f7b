"""One run is trained at a time, and the others wait in their order, whatever becomes of the server."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.launcher import QUEUED_AT_MOST
from tests.support.queued import PROJECT, fake_command, state, wait_for, wait_for_state
from training.errors import UserError
from training.run import RunFolder, State, create_run


def test_visitors_one_at_a_time_and_the_others_in_order(launch: Any, root: Any) -> None:
    server = launch()
    first, second, third = (server.start({}, name) for name in ("a", "b", "c"))
    wait_for_state(root, first, State.TRAINING)
    assert server.queue() == [second, third]
    assert (server.place(first), server.place(second), server.place(third)) == (None, 1, 2)
    assert state(root, second) == State.WAITING
    assert server.ahead(third) == {"behind": first, "paused": False, "wait": None}  # as nothing says when these end
    server.pause(first)
    wait_for_state(root, first, State.PAUSED)
    assert server.ahead(third) == {"behind": first, "paused": True, "wait": None}
    server.stop(second)
    assert state(root, second) == State.STOPPED
    assert server.place(third) == 1
    server.stop(first)
    wait_for_state(root, third, State.TRAINING)
    wait_for(lambda: server.queue() == [])  # written when the trainer has been started


def test_a_trainer_started_by_hand_has_the_device(launch: Any, root: Any) -> None:
    by_hand = create_run(root / "hand", {})
    with subprocess.Popen(fake_command("run", by_hand.path), cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        wait_for_state(root, "hand", State.TRAINING)
        server = launch()
        name = server.start({"ticks": 1})
        server.look()
        assert server.place(name) == 1 and server.ahead(name)["behind"] == "hand"
        server.stop("hand")
        process.wait(120)
        wait_for_state(root, name, State.FINISHED)


def test_resuming_twice_is_refused(launch: Any, root: Any) -> None:
    server = launch()
    server._trainers.command = lambda verb, folder: [sys.executable, "-c", "import time; time.sleep(600)"]
    server.start({}, "a")
    assert server.place("a") == 0  # its trainer never says a word
    with pytest.raises(UserError, match="is being trained or waits"):
        server.resume("a")
    server.start({}, "b")
    with pytest.raises(UserError, match="is being trained or waits"):
        server.resume("b")


def test_visitors_the_queue_is_bounded(launch: Any, root: Any) -> None:
    server = launch()
    server.start({})
    for _ in range(QUEUED_AT_MOST):
        server.start({"method": "m"})
    with pytest.raises(UserError, match="The queue is full: 20 runs are waiting"):
        server.start({})
    assert len(list(root.glob("[!.]*"))) == QUEUED_AT_MOST + 1


def test_a_stopped_run_that_is_resumed_waits_like_any_other(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    other = server.start({})
    wait_for_state(root, other, State.TRAINING)
    server.resume(name)
    assert state(root, name) == State.WAITING and server.place(name) == 1
    server.stop(name)
    assert state(root, name) == State.STOPPED and server.place(name) is None
    server.resume(name)
    server.stop(other)
    wait_for_state(root, name, State.TRAINING)


def test_a_stopped_run_whose_sounds_are_gone_is_refused_before_its_trainer_begins(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"data": "/nowhere/sounds"})
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    before = RunFolder(root / name).status()
    with pytest.raises(UserError, match=r"needs its sounds to go on, but /nowhere/sounds cannot be used: .*\.$"):
        server.resume(name)
    assert server.queue() == [] and RunFolder(root / name).status() == before


def test_durability_a_killed_server_leaves_its_trainers_and_its_queue_to_the_next(
    launch: Any, root: Any, tmp_path: Path
) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        f"import sys, time\nsys.path[:0] = [{str(PROJECT)!r}]\nfrom pathlib import Path\n"
        "from explorer.jobs.launcher import Launcher\nfrom tests.support.queued import fake_command\n"
        f"server = Launcher(Path({str(root)!r}), command=fake_command)\n"
        "server.start({}, 'a'); server.start({'ticks': 2}, 'b'); server.start({'ticks': 2}, 'c')\n"
        "print('ready', flush=True)\ntime.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        wait_for_state(root, "a", State.TRAINING)
        process.kill()
        process.wait()
    step = RunFolder(root / "a").status().step
    wait_for(lambda: RunFolder(root / "a").status().step > step + 3)
    server = launch()
    assert server.queue() == ["b", "c"]
    server.look()
    assert state(root, "b") == State.WAITING
    server.stop("a")
    wait_for_state(root, "a", State.STOPPED)
    wait_for_state(root, "c", State.FINISHED)
    assert state(root, "b") == State.FINISHED


def test_two_servers_start_a_run_once(launch: Any, root: Any) -> None:
    first, second = launch(), launch()
    name = first.start({})
    for _ in range(5):
        second.look()
    wait_for_state(root, name, State.TRAINING)
    started = wait_for(lambda: [server for server in (first, second) if server._trainers.children])
    assert len(started) == 1  # either may: the second looks at the queue by itself too
    assert RunFolder(root / name).log_path.read_text().count("begins") == 1
