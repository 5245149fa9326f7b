"""Two runs of which one is broken: what is told of them beside each other, and what they are called."""

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.library import Library
from explorer.runs.twins import twins_of
from training.commands.twins import table
from training.run import RunFolder, State
from training.run.twins import Prediction, Role, Twin, write_twin
from training.twins import outcome_of

PREDICTION = Prediction("same", "same", "same", "same", collapses=False)


@pytest.fixture
def twins(make_run: Any, tmp_path: Path) -> dict[Role, RunFolder]:
    """Two finished runs with the same curves."""
    made = {}
    for role in Role:
        run = make_run(tmp_path / "runs" / role, n=20)
        write_twin(run.path, Twin(role, role.other, "mistake:high_temperature", PREDICTION))
        with run.metrics_path().open("a") as rows:
            rows.write('{"step": 20, "train/loss": 2.5, "measure/effective_rank": 9, "measure/normalised_std": 0.9}\n')
        made[role] = run
    return made


@pytest.mark.parametrize("looked_at", list(Role))
def test_both_are_told_of_from_either(looked_at: Role, twins: dict[Role, RunFolder]) -> None:
    told = twins_of(twins[looked_at])
    assert told is not None
    assert told["runs"] == {"healthy": "healthy", "broken": "broken"} and told["method"] == "SimCLR"
    assert told["wrong"]["title"] == "with temperature 10" and "rank falls" in told["wrong"]["expected"]
    assert told["outcome"]["step"] == 20 and told["outcome"]["ended"]
    spread = next(measure for measure in told["outcome"]["measures"] if measure["name"] == "spread")
    assert spread["healthy"] == spread["broken"] and (spread["happened"], spread["right"]) == ("same", True)


def test_what_is_known_of_it_is_kept_back_until_both_have_ended(make_run: Any, twins: dict[Role, RunFolder]) -> None:
    status = twins[Role.HEALTHY].path / "status.json"
    status.write_text(status.read_text().replace('"finished"', '"waiting"'))
    told = twins_of(twins[Role.BROKEN])
    assert told is not None and told["wrong"]["expected"] == "" and told["wrong"]["does"]
    assert told["outcome"]["ended"] is False


def test_twins_that_were_stopped_are_told_so(twins: dict[Role, RunFolder]) -> None:
    told = twins_of(twins[Role.BROKEN])
    assert told is not None and told["outcome"]["early"] is None
    for run in twins.values():
        status = json.loads((run.path / "status.json").read_text())
        (run.path / "status.json").write_text(json.dumps({**status, "state": "stopped", "steps": 300}))
    found = outcome_of(twins[Role.BROKEN])
    assert found is not None and (found.step, found.ended, found.early) == (20, True, 300)
    assert table(found).startswith("They ended before their 300 steps were over.")


def test_what_is_told_of_them_is_of_one_snapshot(twins: dict[Role, RunFolder]) -> None:
    row = '{"step": 30, "train/loss": 2.5, "measure/effective_rank": 9, "measure/normalised_std": 0.9}\n'
    for role, step in ((Role.BROKEN, 20), (Role.HEALTHY, 30)):  # the one is a snapshot ahead, then both have it
        with twins[role].metrics_path().open("a") as rows:
            rows.write(row)
        told = twins_of(twins[Role.BROKEN])
        assert told is not None and told["outcome"]["step"] == step
        assert {told["verdicts"][each]["step"] for each in Role} == {step}


def test_a_run_without_a_twin_has_nothing_to_tell(make_run: Any, tmp_path: Path, twins: dict[Role, RunFolder]) -> None:
    assert twins_of(make_run(tmp_path / "runs" / "alone", n=5)) is None
    (twins[Role.HEALTHY].path / "config.json").unlink()
    assert twins_of(twins[Role.BROKEN]) is None


def test_twins_of_another_version_are_told_of_as_runs_alone(twins: dict[Role, RunFolder]) -> None:
    for role, run in twins.items():
        write_twin(run.path, Twin(role, role.other, "part:unheard_of"))
    assert twins_of(twins[Role.BROKEN]) is None


def test_both_are_told_apart_in_the_list(twins: dict[Role, RunFolder], tmp_path: Path) -> None:
    titles = {summary.name: summary.title for summary in Library(tmp_path / "runs").summaries()}
    assert titles["broken"] == "SimCLR with high temperature" and titles["healthy"] == "SimCLR, healthy twin"
    assert {run.status().state for run in twins.values()} == {State.FINISHED}
