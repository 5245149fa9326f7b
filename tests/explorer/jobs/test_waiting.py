"""How long a run may have to wait, from what those before it may still train."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.waiting import seconds_until
from explorer.visitors.limits import Limits
from tests.support.queued import wait_for_state
from training.run import RunFolder, RunWriter, State, Status, create_run


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """made(config, status): a run that stands so."""

    def make(config: dict[str, Any], status: Status) -> RunFolder:
        run = create_run(tmp_path / str(len(list(tmp_path.iterdir()))), config)
        writer = RunWriter(run.path)
        writer.write_status(status)
        writer.close()
        return RunFolder(run.path)

    return make


@pytest.mark.parametrize(
    ("config", "status", "most", "expected"),
    [
        ({"seconds": 120.0, "steps": None}, Status(), math.inf, 120.0),
        ({"seconds": 120.0, "steps": None}, Status(), 90.0, 90.0),
        ({"seconds": 120.0, "steps": None}, Status(State.STOPPED, seconds=100.0), math.inf, 20.0),  # to be resumed
        ({"seconds": 120.0, "steps": 300}, Status(), math.inf, None),  # steps end it, at a pace that isn't known
        ({"seconds": None, "steps": 300}, Status(), 600.0, 600.0),
    ],
)
def test_of_one_run(made: Any, config: dict[str, Any], status: Status, most: float, expected: float | None) -> None:
    assert seconds_until([made(config, status)], most) == expected


def test_all_before_it_count_and_one_without_an_end_leaves_it_open(made: Any) -> None:
    known, open_end = made({"seconds": 60.0}, Status()), made({"steps": 5}, Status())
    assert seconds_until([], math.inf) == 0
    assert seconds_until([known, known], math.inf) == 120
    assert seconds_until([known, open_end], math.inf) is None


def test_visitors_who_wait_are_told_how_long(launch: Any, root: Path) -> None:
    server = launch(limits=Limits(job_seconds=60))
    first, second, third = (server.start({"seconds": 40.0}, name) for name in ("a", "b", "c"))
    wait_for_state(root, first, State.TRAINING)
    assert server.ahead(first)["wait"] is None
    assert (server.ahead(second)["wait"], server.ahead(third)["wait"]) == (40, 80)
    server.pause(first)
    wait_for_state(root, first, State.PAUSED)
    assert server.ahead(second)["wait"] is None


def test_a_trainer_knows_best_how_long_its_run_takes(root: Path) -> None:
    writer = RunWriter(create_run(root / "a", {"seconds": 100.0}).path)
    writer.write_status(replace(Status(State.TRAINING), seconds=10.0, seconds_left=33.0))
    assert seconds_until([RunFolder(writer.path)], math.inf) == 33
    writer.close()
