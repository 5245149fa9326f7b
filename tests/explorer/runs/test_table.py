import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.mutilate import mutilate
from explorer.runs.cached import status_of
from explorer.runs.library import Library
from explorer.runs.marks import Marks
from explorer.runs.table import RunTable, begun, moment
from tests.support.finished_runs import finished_run
from training.process import current_process
from training.run import MetricsReader, RunFolder, RunWriter, State, Status, create_run
from training.run.example import EXAMPLE

KNN = "measure/cross_group_knn"


@pytest.fixture
def table(tmp_path: Path) -> RunTable:
    return RunTable(Library(tmp_path / "runs"), Marks())


def test_a_run_has_one_row_with_all_that_tells_it_from_others(make_run: Any, table: RunTable, tmp_path: Path) -> None:
    config = {"breaks": ["negatives"], "batch_size": 64, "created": "2025-01-01T12:00:00+00:00"}
    run = make_run(tmp_path / "runs" / "a", config=config)
    Marks().star(run, True)
    Marks().rename(run, "without a hold")
    (row,) = table.rows(changed=True)
    assert row == {
        "name": "a",
        "title": "without a hold",
        "own_title": "SimCLR without negatives",
        "starred": True,
        "method": "simclr",
        "breaks": ["negatives"],
        "data": "Made-up sounds",
        "changed": ["batch size 64"],
        "seed": 0,
        "repeats": row["repeats"],
        "score": {
            "value": 0.7,
            "step": 20,
            "facet": "class",
            "beside": {"random_init": 0.5, "mfcc": 0.6, "log_mel": 0.5, "chance": 0.2},
        },
        "warning": "",
        "seconds": 5.0,
        "planned": 1735732800.0,
        "begun": 1735732800.0,
        "state": "finished",
        "read_only": False,
    }
    (short,) = table.rows()
    assert (short["changed"], short["seed"], short["repeats"]) == (None, None, None)


def test_a_run_that_was_judged_only_afterwards_has_its_alarm(
    table: RunTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished_run(tmp_path / "runs", "older")
    rows = run.metrics_path().read_text().replace('"measure/effective_rank": 9.0', '"measure/effective_rank": 1.5')
    run.metrics_path().write_text(rows)
    assert run.status().warning == "" and "torch" in sys.modules
    (row,) = table.rows()
    assert row["warning"].startswith("Dimensional collapse")
    monkeypatch.delitem(sys.modules, "torch")
    (row,) = table.rows()
    assert row["warning"] == "", "no list waits for torch"


def test_runs_that_differ_in_their_seed_alone_share_a_word(make_run: Any, table: RunTable, tmp_path: Path) -> None:
    for name, config in (
        ("first", {"seed": 0}),
        ("second", {"seed": 3, "created": "2025-02-01T00:00:00", "data": "elsewhere"}),
        ("other", {"seed": 0, "batch_size": 64}),
        ("untold", {"seed": None}),
    ):
        make_run(tmp_path / "runs" / name, n=10, config=config)
    rows = {row["name"]: row for row in table.rows(changed=True)}
    assert [rows[name]["seed"] for name in ("first", "second", "other", "untold")] == [0, 3, 0, None]
    words = [rows[name]["repeats"] for name in ("first", "second", "other", "untold")]
    assert words[0] == words[1] != words[2] and words[3] is None


def scores(table: RunTable) -> list[Any]:
    return [row["score"] and (row["score"]["value"], row["score"]["step"]) for row in table.rows()]


def test_the_last_snapshot_counts_not_the_best_nor_what_a_resume_took_back(tmp_path: Path, table: RunTable) -> None:
    writer = RunWriter(create_run(tmp_path / "runs" / "a", {"method": "simclr"}).path)
    writer.append_metrics({"step": 0, "train/loss": 3.0})
    assert scores(table) == [None]
    writer.append_metrics({"step": 0, KNN: 0.95})
    assert scores(table) == [(0.95, 0)]
    for step, value in ((1, 0.3), (10, 0.6), (20, 0.5), (30, 0.4)):
        writer.append_metrics({"step": step, KNN: value})
    assert scores(table) == [(0.4, 30)], "as compare ranks runs"
    writer.append_metrics({"resumed_from": 20})
    assert scores(table) == [(0.5, 20)]
    writer.append_metrics({"step": 30, KNN: float("nan")})
    writer.append_metrics({"step": 40, KNN: 0.7})
    assert scores(table) == [(0.7, 40)]
    RunFolder(tmp_path / "runs" / "a").metrics_path().write_text(json.dumps({"step": 5, KNN: 0.1}) + "\n")
    assert scores(table) == [(0.1, 5)], "another file has come in its place"
    writer.close()


def test_runs_that_stay_as_they_are_are_read_once(
    make_run: Any, table: RunTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(5):
        make_run(tmp_path / "runs" / f"r{i}", n=10)
    first = table.rows()
    opened: list[Any] = []
    monkeypatch.setattr("training.run.reading.regular", lambda path, flags=0: opened.append(path) or 1 / 0)
    assert table.rows() == first
    assert opened == []


def test_the_folder_of_the_runs_is_listed_once_a_question(
    make_run: Any, table: RunTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path / "runs" / "a", n=10)
    listed: list[Any] = []
    runs = Library.runs
    monkeypatch.setattr(Library, "runs", lambda library: listed.append(library) or runs(library))
    assert len(table.rows()) == len(listed) == 1


def test_a_run_that_goes_away_is_forgotten(make_run: Any, table: RunTable, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a", n=10)
    assert len(table.rows()) == 1
    shutil.rmtree(tmp_path / "runs" / "a")
    assert table.rows() == [] and table._followers == {}


def test_a_state_is_looked_up_while_a_trainer_is_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = create_run(tmp_path / "a", {"method": "simclr"})
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING, process=current_process().to_json()))
    assert status_of(run).state == State.TRAINING
    monkeypatch.setattr("training.process.ProcessIdentity.alive", lambda self: False)
    assert status_of(run).state == State.CRASHED, "though its file says the same"
    writer.close()


def test_rows_of_mutilated_folders_can_be_sent(make_run: Any, tmp_path: Path, table: RunTable) -> None:
    whole = make_run(tmp_path / "whole", n=30).path
    for i in range(20):
        shutil.copytree(whole, tmp_path / "runs" / f"run-{i}")
        mutilate(tmp_path / "runs" / f"run-{i}", i)
    rows = table.rows(changed=True)
    assert len(rows) > 10
    json.dumps(rows, allow_nan=False).encode()


def test_the_example_can_be_marked_and_is_read_only(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "shipped", n=10)
    Marks().star(run, True)
    (row,) = RunTable(Library(tmp_path / "runs", run.path), Marks()).rows()
    assert (row["name"], row["starred"], row["read_only"]) == (EXAMPLE, True, True)


@pytest.mark.parametrize(
    ("created", "expected"),
    [("1970-01-02", 86400.0), ("1970-01-01T01:00:00+01:00", 0.0), ("", None), ("yesterday", None)],
)
def test_when_a_run_was_planned(created: str, expected: float | None) -> None:
    assert moment(created) == expected


def test_a_run_that_waited_began_with_its_first_trainer() -> None:
    created = "1970-01-01T00:00:09"
    for status, expected in (
        (Status(State.WAITING), None),
        (Status(State.TRAINING, attempt=1, begun=50.0), 50.0),
        (Status(State.WAITING, attempt=1, begun=50.0), 50.0),  # until it goes on
        (Status(State.FINISHED, attempt=1), 9.0),  # of an earlier version
        (Status(State.CRASHED), 9.0),
    ):
        assert begun(status, created) == expected


def test_lines_without_a_word_that_is_asked_for_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 1, "a": 1}\n{"step": 2, "b": 1}\n{"step": 3, "c": 1}\n')
    reader = MetricsReader(file, (b'"a"', b'"c"'))
    assert [row["step"] for row in reader.read()[0]] == [1, 3]
    with file.open("a") as more:
        more.write('{"step": 4, "b": 2}\n{"step": 5, "a": 2}\n')
    assert [row["step"] for row in reader.read()[0]] == [5]
