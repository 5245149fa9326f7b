"""A trainer that waits gets its run at once, and leaves nothing behind where none comes."""

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.queue_file import Current, Queue
from explorer.jobs.quotas import Quotas
from explorer.jobs.standby import Standby
from explorer.jobs.trainers import Trainers, trainer_command
from explorer.jobs.turns import Turns
from explorer.visitors.limits import Limits
from training.process import ProcessIdentity, boot_id
from training.run import RunFolder, State, create_run


def test_without_a_waiting_trainer_there_is_nothing_to_hand_over(tmp_path: Path) -> None:
    assert Standby().hand_over("run", tmp_path) is None


def test_at_most_one_trainer_waits_and_it_ends_when_it_is_let_go() -> None:
    standby = Standby()
    standby.prepare()
    process = standby._process
    assert process is not None
    standby.prepare()
    assert standby._process is process
    assert os.getsid(process.pid) == os.getsid(0), "the projector makes way within one session alone"
    standby.close()
    assert process.returncode == -signal.SIGKILL
    standby.close()
    standby.prepare()
    assert standby._process is None, "nobody would end it"


@pytest.mark.parametrize("then", ["hand_over", "prepare"])
def test_a_waiting_trainer_that_has_died_leaves_no_open_pipe(then: str, tmp_path: Path) -> None:
    standby = Standby()
    standby.prepare()
    process = standby._process
    assert process is not None and process.stdin is not None
    process.kill()
    process.wait()
    if then == "hand_over":
        assert standby.hand_over("run", tmp_path) is None
    standby.prepare()
    assert process.stdin.closed and standby._process not in (None, process)
    standby.close()


def test_a_waiting_trainer_ends_by_itself_when_the_server_is_gone() -> None:
    standby = Standby()
    standby.prepare()
    process = standby._process
    assert process is not None and process.stdin is not None
    process.stdin.close()  # all that it sees of a server that was killed
    assert process.wait(120) == 0


def test_the_run_that_is_handed_over_is_trained_and_its_words_are_in_its_log(tmp_path: Path) -> None:
    run: RunFolder = create_run(
        tmp_path / "run", {"method": "no such method", "data": str(tmp_path / "nothing"), "steps": 1}
    )
    standby = Standby()
    standby.prepare()
    process = standby.hand_over("run", run.path)
    assert process is not None
    assert process.wait(120) == 2
    assert run.status().state is State.FAILED
    assert run.status().message in run.log_path.read_text()
    assert standby.hand_over("run", run.path) is None


def test_where_no_trainer_can_be_started_ahead_the_queue_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr("explorer.jobs.standby.subprocess.Popen", none)
    create_run(tmp_path / "ended", {})
    standby = Standby()
    trainers = Trainers(tmp_path, trainer_command, standby)
    turns = Turns(tmp_path, Quotas(Limits(), tmp_path), trainers, standby, 30)
    with turns.changing() as queue:
        queue.now = Queue(current=Current("ended", "run", ProcessIdentity(2**22 + 1, "0", boot_id()), 0.0))
    turns.look()
    assert turns.queue().current is None
    assert "No trainer could be started ahead of its run" in caplog.text
