import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs import launcher as module
from explorer.jobs import trainers
from explorer.jobs.launcher import QUEUED_AT_MOST, Launcher
from training.errors import UserError
from training.process import ProcessIdentity, boot_id, current_process, process_start
from training.run import RunFolder, RunWriter, State, Status, create_run

PROJECT = Path(__file__).resolve().parents[3]


def fake_command(verb: Any, folder: Any) -> Any:
    return [sys.executable, "-m", "tests.support.fake_trainer", verb, str(folder)]


def wait_for(condition: Any, seconds: Any = 30) -> Any:
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A folder of runs; whatever trains in it is ended afterwards."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    folder = tmp_path / "runs"
    yield folder
    for run in folder.glob("*"):
        process = ProcessIdentity.from_json(RunFolder(run).status().process)
        if process is not None and process != current_process():
            process.kill()


@pytest.fixture
def launch(root: Any) -> Iterator[Any]:
    """Makes servers; all are closed afterwards and their children waited for."""
    made = []

    def start_server(**options: Any) -> Any:
        made.append(Launcher(root, command=fake_command, **options))
        return made[-1]

    yield start_server
    for server in made:
        server.close()
        for child in server._trainers.children.values():
            child.kill()
            child.wait()


def state(root: Any, name: Any) -> Any:
    return RunFolder(root / name).status().state


def wait_for_state(root: Any, name: Any, wanted: Any) -> None:
    wait_for(lambda: state(root, name) == wanted)


def test_a_run_is_trained_to_its_end(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"method": "simclr", "data": "starter", "ticks": 3})
    assert name.startswith("simclr-starter-")
    wait_for_state(root, name, State.FINISHED)
    wait_for(lambda: not server._trainers.children)
    assert RunFolder(root / name).log_path.read_text() == "The fake trainer begins.\n"
    assert server.queue() == []


def test_pause_resume_stop_and_resume_again(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"method": "byol"})
    wait_for_state(root, name, State.TRAINING)
    server.pause(name)
    wait_for_state(root, name, State.PAUSED)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    assert RunFolder(root / name).status().attempt == 2


def test_a_trainer_has_a_process_group_of_its_own_in_the_servers_session_and_no_stdin(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    pid = server._trainers.children[name].pid
    assert os.getpgid(pid) == pid and os.getsid(pid) == os.getsid(0)
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path("/dev/null")


def test_visitors_one_at_a_time_and_the_others_in_order(launch: Any, root: Any) -> None:
    server = launch()
    first, second, third = (server.start({}, name) for name in ("a", "b", "c"))
    wait_for_state(root, first, State.TRAINING)
    assert server.queue() == [second, third]
    assert (server.place(first), server.place(second), server.place(third)) == (None, 1, 2)
    assert state(root, second) == State.WAITING
    assert server.paused() is None
    server.pause(first)
    wait_for_state(root, first, State.PAUSED)
    assert server.paused() == first
    server.stop(second)
    assert state(root, second) == State.STOPPED
    assert server.place(third) == 1
    server.stop(first)
    wait_for_state(root, third, State.TRAINING)
    assert server.queue() == []


def test_a_trainer_started_by_hand_has_the_device(launch: Any, root: Any) -> None:
    by_hand = create_run(root / "hand", {})
    with subprocess.Popen(fake_command("run", by_hand.path), cwd=PROJECT, stdout=subprocess.DEVNULL) as process:
        wait_for_state(root, "hand", State.TRAINING)
        server = launch()
        name = server.start({"ticks": 1})
        server.look()
        assert server.place(name) == 1
        server.stop("hand")
        process.wait(30)
        wait_for_state(root, name, State.FINISHED)


def test_resuming_twice_is_refused(launch: Any, root: Any) -> None:
    server = launch()
    server.start({}, "a")
    assert server.place("a") == 0
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


def test_a_trainer_that_dies_at_once_says_why(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({"fault": "dies"})
    wait_for_state(root, name, State.FAILED)
    message = RunFolder(root / name).status().message
    assert message == (
        "The trainer ended at once: The setting temperature is -1, but a number of at least 0 was expected."
    )
    follower = server.start({"ticks": 1})
    wait_for_state(root, follower, State.FINISHED)


def test_a_resume_that_dies_at_once_says_why(launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    wait_for(lambda: not server._trainers.children)
    monkeypatch.setattr(server._trainers, "command", lambda verb, folder: [sys.executable, "-c", "print('no weights')"])
    server.resume(name)
    wait_for_state(root, name, State.FAILED)
    status = RunFolder(root / name).status()
    assert status.message == "The trainer ended at once: no weights."
    assert status.step > 0


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


def test_a_trainer_that_cannot_be_started_says_why(launch: Any, root: Any) -> None:
    server = launch()
    server._trainers.command = lambda verb, folder: ["/no/such/program"]
    name = server.start({})
    assert state(root, name) == State.FAILED
    assert RunFolder(root / name).status().message == "The trainer could not be started: No such file or directory."


def test_durability_a_killed_trainer_is_crashed_and_can_go_on(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    server._trainers.children[name].kill()
    wait_for_state(root, name, State.CRASHED)
    wait_for(lambda: not server._trainers.children)
    server.resume(name)
    wait_for_state(root, name, State.TRAINING)
    assert RunFolder(root / name).status().attempt == 2


def test_durability_a_trainer_that_is_killed_before_its_first_word_is_crashed_and_can_be_started_anew(
    launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = launch()
    killed = "import os; print('Loading.', flush=True); os.kill(os.getpid(), 9)"
    monkeypatch.setattr(server._trainers, "command", lambda verb, folder: [sys.executable, "-c", killed])
    name = server.start({"ticks": 1})
    wait_for_state(root, name, State.CRASHED)
    assert RunFolder(root / name).status().message.endswith("before it said a word; the run can be started anew.")
    monkeypatch.setattr(server._trainers, "command", fake_command)
    wait_for(lambda: not server._trainers.children)
    server.resume(name)
    wait_for_state(root, name, State.FINISHED)


@pytest.mark.parametrize("place", [".queue.json", ".queue.lock"])
def test_bad_input_nobody_waits_at_a_pipe_in_place_of_the_queue(launch: Any, root: Any, place: Any) -> None:
    root.mkdir()
    os.mkfifo(root / place)
    server = launch()
    assert server.queue() == [] and server.paused() is None
    if place == ".queue.lock":
        with pytest.raises(UserError, match="cannot be written: Not a regular file"):
            server.start({})


@pytest.mark.parametrize("since", ["1" + "0" * 400, "1e999", "null", "[]", "-1"])
def test_bad_input_odd_numbers_in_the_queue_are_borne(launch: Any, root: Any, since: Any) -> None:
    root.mkdir()
    process = json.dumps(current_process().to_json())
    current = f'{{"name": "a", "verb": "run", "process": {process}, "since": {since}}}'
    (root / ".queue.json").write_text(f'{{"schema": 1, "waiting": [{{"name": {since}}}], "current": {current}}}')
    server = launch(read_only=True)
    assert server.queue() == [] and server.place("b") is None


def test_bad_input_a_broken_run_can_be_deleted(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    (root / "a" / "snapshots").write_text("a file in place of a folder")
    os.mkfifo(root / "a" / "log.txt")
    server.delete("a")
    assert not (root / "a").exists()


def test_bad_input_a_pipe_in_place_of_the_log_is_said(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    os.mkfifo(root / "a" / "log.txt")
    server.resume("a")
    wait_for_state(root, "a", State.FAILED)
    assert RunFolder(root / "a").status().message == "The trainer could not be started: Not a regular file."


@pytest.mark.parametrize("fault", ["stubborn", "deaf"])
def test_a_stop_that_is_not_obeyed_becomes_a_signal(
    launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(trainers, "KILL_SECONDS", 0.3)
    server = launch(stop_seconds=0.2)
    name = server.start({"fault": fault})
    wait_for_state(root, name, State.TRAINING)
    pid = server._trainers.children[name].pid
    server.stop(name)
    wait_for_state(root, name, State.CRASHED)
    wait_for(lambda: not server._trainers.children)
    assert not Path(f"/proc/{pid}").exists()


def test_durability_a_killed_server_leaves_its_trainers_and_its_queue_to_the_next(
    launch: Any, root: Any, tmp_path: Path
) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        f"import sys, time\nsys.path[:0] = [{str(PROJECT)!r}, {str(Path(__file__).parent)!r}]\n"
        "from pathlib import Path\nfrom explorer.jobs.launcher import Launcher\nfrom test_launcher import fake_command\n"
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
    assert not second._trainers.children
    assert RunFolder(root / name).log_path.read_text().count("begins") == 1


def test_durability_a_process_that_does_not_hold_the_run_is_never_signalled(launch: Any, root: Any) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        server = launch(stop_seconds=0.05)
        run = create_run(root / "a", {})
        identity = ProcessIdentity(stranger.pid, process_start(stranger.pid), boot_id())
        status = {"state": "training", "process": identity.to_json(), "updated": time.time()}
        (run.path / "status.json").write_text(json.dumps(status))
        server.stop("a")
        wait_for(lambda: "a" not in server._trainers.deadlines)
        assert stranger.poll() is None
        stranger.kill()


def test_deleting_takes_everything_but_what_is_at_work(launch: Any, root: Any) -> None:
    server = launch()
    name = server.start({})
    wait_for_state(root, name, State.TRAINING)
    with pytest.raises(UserError, match="is being trained; stop it before"):
        server.delete(name)
    server.stop(name)
    wait_for_state(root, name, State.STOPPED)
    wait_for(lambda: not server._trainers.children)
    server.delete(name)
    assert not list(root.glob("[!.]*"))
    assert not list(root.glob(".deleted-*"))


def test_a_run_that_somebody_holds_is_not_deleted(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    writer = RunWriter(root / "a")
    with pytest.raises(UserError, match="is being trained"):
        server.delete("a")
    writer.close()
    server.delete("a")


def test_what_cannot_be_done_is_said(launch: Any, root: Any) -> None:
    server = launch()
    create_run(root / "a", {})
    writer = RunWriter(root / "a")
    writer.write_status(Status(State.FINISHED))
    writer.close()
    for act in (server.pause, server.resume, server.stop):
        with pytest.raises(UserError, match="The run a"):
            act("a")
    for name in ("b", "..", "../runs/a", "", ".queue.json"):
        for act in (server.pause, server.resume, server.stop, server.delete):
            with pytest.raises(UserError, match="There is no such run"):
                act(name)
    with pytest.raises(UserError, match="cannot be a run's"):
        server.start({}, "../x")


def test_security_a_page_for_looking_only_starts_nothing(launch: Any, root: Any) -> None:
    create_run(root / "a", {})
    entry = {"name": "a", "verb": "run"}
    (root / ".queue.json").write_text(json.dumps({"schema": 1, "waiting": [entry], "current": None}))
    server = launch(read_only=True)
    for act in (server.pause, server.resume, server.stop, server.delete):
        with pytest.raises(UserError, match="looking and listening only"):
            act("a")
    with pytest.raises(UserError, match="looking and listening only"):
        server.start({})
    time.sleep(0.3)
    assert server.queue() == ["a"]
    assert state(root, "a") == State.WAITING


def test_a_damaged_queue_is_empty(launch: Any, root: Any) -> None:
    root.mkdir()
    for content in ("nonsense", "[]", '{"schema": 9}', '{"schema": 1, "waiting": [3, {"name": 1}], "current": 4}'):
        (root / ".queue.json").write_text(content)
        server = launch()
        server.look()
        assert server.queue() == []
