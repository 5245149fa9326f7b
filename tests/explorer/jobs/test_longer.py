"""A run that has finished is trained longer from the page: when its turn comes, within the limits, and its twin with it."""

from pathlib import Path
from typing import Any

import pytest

from explorer.visitors.limits import Limits
from tests.support.limits_enforced import asked
from tests.support.queued import state, wait_for_state
from training.config import new_config
from training.errors import UserError
from training.run import RunFolder, RunWriter, State, Status, create_run
from training.run.twins import Role, Twin, write_twin

NOTHING = {"bound": "seconds", "lengths": []}


def finished(root: Path, name: str = "a", **length: Any) -> RunFolder:
    """A run that came to its end and keeps what a resume needs, as far as nobody reads that."""
    run = create_run(root / name, new_config({}, **(length or {"steps": 10})).to_json())
    writer = RunWriter(run.path)
    writer.write_checkpoint(10, b"", b"", {})
    writer.write_status(
        Status(State.FINISHED, attempt=1, step=10, steps=length.get("steps", 10), seconds=100.2, progress=1.0)
    )
    writer.close()
    return run


def test_it_goes_on_to_its_new_end(launch: Any, root: Path) -> None:
    run, server = finished(root), launch()
    assert server.longer("a") == {"bound": "steps", "lengths": [15, 20, 40]}
    server.lengthen("a", 20)
    wait_for_state(root, "a", State.TRAINING)
    assert run.config()["steps"] == 20 and run.status().attempt == 2
    assert server.longer("a") == {"bound": "steps", "lengths": []}
    with pytest.raises(UserError, match="is being trained or waits for it"):
        server.lengthen("a", 40)


def test_it_waits_for_its_turn_and_can_be_taken_out_of_the_queue(launch: Any, root: Path) -> None:
    server = launch()
    wait_for_state(root, server.start({}), State.TRAINING)
    run = finished(root)
    server.lengthen("a", 20)
    assert state(root, "a") == State.WAITING and server.queue() == ["a"]
    server.stop("a")
    assert (state(root, "a"), run.status().progress, server.queue()) == (State.STOPPED, 0.5, [])


def test_visitors_are_offered_and_given_no_more_than_a_run_may_have(launch: Any, root: Path) -> None:
    finished(root, seconds=100.0)
    server = launch(limits=Limits(job_seconds=250))
    assert server.longer("a") == {"bound": "seconds", "lengths": [150, 200]}
    with pytest.raises(UserError, match=r"^Here a run has 250 seconds at most, and 400 were asked for\.$"):
        server.lengthen("a", 400)
    assert state(root, "a") == State.FINISHED


def test_visitors_with_a_run_already_and_full_disks_leave_it_as_it_is(
    launch: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, server = finished(root), launch(limits=Limits(visitor_jobs=1))
    before = run.config()
    with asked("somebody"):
        wait_for_state(root, server.start({}), State.TRAINING)
        with pytest.raises(UserError, match="isn't over yet"):
            server.lengthen("a", 20)
    monkeypatch.setattr(server.quotas, "disk_refusal", lambda: "Only 0 % of the disk is free.")
    with pytest.raises(UserError, match="Only 0 %"):
        server.lengthen("a", 20)
    assert state(root, "a") == State.FINISHED and run.config() == before


def test_twins_are_trained_longer_together_and_share_what_one_may_take(launch: Any, root: Path) -> None:
    for role in Role:
        finished(root, role.value)
        write_twin(root / role.value, Twin(role, role.other.value, "part:negatives"))
    server = launch(limits=Limits(job_steps=40))
    assert server.longer("broken")["lengths"] == [15, 20]
    with pytest.raises(UserError, match="each of 2 runs that are trained as one has 20 steps at most"):
        server.lengthen("broken", 40)
    server.lengthen("broken", 20)
    for role in Role:
        wait_for_state(root, role.value, State.TRAINING)
        assert RunFolder(root / role.value).config()["steps"] == 20


def test_security_a_page_for_looking_only_offers_nothing(launch: Any, root: Path) -> None:
    finished(root)
    server = launch(read_only=True)
    assert server.longer("a") == server.longer("nothing") == NOTHING
    with pytest.raises(UserError, match="looking and listening only"):
        server.lengthen("a", 20)
