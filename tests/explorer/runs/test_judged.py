"""A run that has ended without a judgement is judged by what it measured, as `diagnose` judges it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from explorer.export import contents
from explorer.runs.bundle import Bundle
from explorer.runs.judged import with_verdict
from tests.support.finished_runs import finished_run
from training.run import RunFolder, State
from training.verdicts import in_status, judged_run


def test_a_finished_run_without_a_verdict_is_judged(tmp_path: Path) -> None:
    run = finished_run(tmp_path, "older")
    assert run.status().verdict is None
    told = with_verdict(run, run.status())
    assert told == replace(run.status(), **in_status(judged_run(run)[1]))
    assert told.verdict is not None and told.verdict["kind"] == "learning"
    assert contents.status(Bundle(run))["verdict"]["kind"] == "learning"


def test_one_that_went_wrong_is_alarming(tmp_path: Path) -> None:
    run = finished_run(tmp_path, "older")
    rows = run.metrics_path().read_text().replace('"measure/effective_rank": 9.0', '"measure/effective_rank": 1.5')
    run.metrics_path().write_text(rows)
    told = with_verdict(run, run.status())
    assert told.warning.startswith("Dimensional collapse") and told.warned_by == "effective_rank"


@pytest.mark.parametrize(
    "changed",
    [{"state": State.TRAINING}, {"warning": "Collapse: all clips are one."}, {"verdict": {"kind": "plateau"}}],
)
def test_what_goes_on_or_was_judged_stays_as_it_is(changed: dict[str, Any], tmp_path: Path) -> None:
    run = finished_run(tmp_path, "older")
    status = replace(run.status(), **changed)
    assert with_verdict(run, status) is status


def test_what_measured_nothing_is_not_judged(make_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = make_run(tmp_path / "bare", snapshots=(), state=State.STOPPED)
    assert with_verdict(run, run.status()) == run.status()
