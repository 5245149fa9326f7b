"""A broken run and its healthy twin are one job: one place, one trainer, and what one is asked both do."""

from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.quotas import Quotas
from explorer.visitors.limits import Limits
from tests.support.queued import state, wait_for, wait_for_state
from training.config import new_config
from training.errors import UserError
from training.run import RunFolder, State
from training.run.twins import Prediction, Role, twin_of

PREDICTION = Prediction("lower", "lower", "lower", "lower", collapses=True)
CONFIG = new_config({}, method="byol", steps=100).to_json()
PART = "part:predictor"


def states(folder: Any, names: dict[Role, str]) -> list[State]:
    return [state(folder, name) for name in names.values()]


def test_both_are_trained_and_stopped_by_one_trainer(launch: Any, root: Any) -> None:
    server = launch()
    names = server.start_twins(CONFIG, PART, PREDICTION)
    for name in names.values():
        wait_for_state(root, name, State.TRAINING)
    assert len(server._trainers.children) == 1
    found = twin_of(RunFolder(root / names[Role.HEALTHY]))
    assert found is not None and (found.twin, found.prediction) == (names[Role.BROKEN], PREDICTION)
    with pytest.raises(UserError, match="training and cannot be resumed"):
        server.resume(names[Role.HEALTHY])
    server.pause(names[Role.HEALTHY])
    wait_for(lambda: states(root, names) == [State.PAUSED] * 2)
    server.resume(names[Role.HEALTHY])
    wait_for(lambda: states(root, names) == [State.TRAINING] * 2)
    server.stop(names[Role.HEALTHY])
    wait_for(lambda: states(root, names) == [State.STOPPED] * 2)


def test_a_class_begins_twins_of_one_method_within_a_second(
    launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.strftime", lambda *given: "20260304-050607")
    server = launch()
    first, second = (server.start_twins(CONFIG, PART, PREDICTION) for _ in range(2))
    assert {role: f"{name.removesuffix(f'-{role}')}-1-{role}" for role, name in first.items()} == second


@pytest.mark.parametrize("asked", list(Role))
def test_both_have_one_place_in_the_queue(asked: Role, launch: Any, root: Any) -> None:
    server = launch()
    first = server.start({})
    wait_for_state(root, first, State.TRAINING)
    names = server.start_twins(CONFIG, PART, PREDICTION)
    assert [server.place(name) for name in names.values()] == [1, 1] and len(server.queue()) == 1
    server.stop(names[asked])
    assert states(root, names) == [State.STOPPED] * 2 and server.queue() == []
    server.resume(names[asked])
    assert states(root, names) == [State.WAITING] * 2
    assert [server.place(name) for name in names.values()] == [1, 1] and len(server.queue()) == 1
    server.stop(first)
    wait_for(lambda: states(root, names) == [State.TRAINING] * 2)


def test_who_waits_behind_both_is_told_how_long_both_take(launch: Any, root: Any) -> None:
    server = launch()
    wait_for_state(root, server.start({"seconds": 40.0}), State.TRAINING)
    server.start_twins(new_config({}, method="byol", seconds=30.0).to_json(), PART, PREDICTION)
    assert server.ahead(server.start({}))["wait"] == 40 + 2 * 30


def test_where_the_one_that_waits_is_deleted_the_other_does_not_wait_for_ever(launch: Any, root: Any) -> None:
    server = launch()
    wait_for_state(root, server.start({}), State.TRAINING)
    names = server.start_twins(CONFIG, PART, PREDICTION)
    server.delete(names[Role.BROKEN])
    assert state(root, names[Role.HEALTHY]) == State.STOPPED and server.queue() == []


def test_a_trainer_that_dies_leaves_both_crashed(launch: Any, root: Any) -> None:
    server = launch()
    names = server.start_twins(CONFIG, PART, PREDICTION)
    wait_for(lambda: states(root, names) == [State.TRAINING] * 2)
    server._trainers.children[names[Role.BROKEN]].kill()
    wait_for(lambda: states(root, names) == [State.CRASHED] * 2)


def test_a_trainer_that_says_nothing_leaves_word_in_both(launch: Any, root: Any) -> None:
    server = launch()
    server._trainers.command = lambda verb, folder: ["/no/such/program"]
    names = server.start_twins(CONFIG, PART, PREDICTION)
    assert states(root, names) == [State.FAILED] * 2


def test_nothing_is_made_where_the_method_can_not_be_broken_so(launch: Any, root: Any) -> None:
    with pytest.raises(UserError, match="'part:variance' can't be done wrong; what can is: part:stop_gradient"):
        launch().start_twins(CONFIG, "part:variance", PREDICTION)
    assert not list(root.glob("[!.]*"))


def test_visitors_two_runs_share_what_one_may_take(tmp_path: Path) -> None:
    quotas = Quotas(Limits(job_steps=1_000, job_seconds=601, job_batch=128), tmp_path)
    fitted = quotas.fitted({"steps": 800, "seconds": 601, "batch_size": 256}, runs=2)
    assert fitted.config == {"steps": 500, "seconds": 301, "batch_size": 128}
    assert fitted.notes[1] == (
        "800 steps were asked for; here each of 2 runs that are trained as one has 500 at most, so this one has."
    )
    assert quotas.fitted({"steps": 800}).config == {"steps": 800}


def test_visitors_two_runs_are_one_job(launch: Any, root: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.jobs.launcher.asking", lambda: "somebody")
    server = launch(limits=Limits(visitor_jobs=1))
    names = server.start_twins(CONFIG, PART, PREDICTION)
    wait_for(lambda: states(root, names) == [State.TRAINING] * 2)
    with pytest.raises(UserError, match="isn't over yet, and a visitor may have 1 at a time"):
        server.start({})
