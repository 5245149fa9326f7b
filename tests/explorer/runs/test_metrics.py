import json
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.metrics import START, NewRows, rows_since
from training.run import RunFolder, current_rows


@pytest.fixture
def run(tmp_path: Path) -> Any:
    return RunFolder(tmp_path)


def append(run: Any, *rows: Any) -> None:
    with run.metrics_path().open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def steps(answer: NewRows) -> Any:
    return [row["step"] for row in answer.rows]


def test_no_file_no_rows(run: Any) -> None:
    assert rows_since(run) == NewRows(START, False, [])


def test_each_answer_carries_what_is_new(run: Any) -> None:
    append(run, {"step": 1}, {"step": 2})
    first = rows_since(run)
    append(run, {"step": 3})
    second = rows_since(run, first.cursor)
    third = rows_since(run, second.cursor)
    assert (steps(first), steps(second), steps(third)) == ([1, 2], [3], [])
    assert not (first.void or second.void or third.void)


def test_a_torn_line_waits_until_it_is_whole(run: Any) -> None:
    run.metrics_path().write_text('{"step": 1}\n{"st')
    first = rows_since(run)
    with run.metrics_path().open("a") as file:
        file.write('ep": 2}\n')
    assert (steps(first), steps(rows_since(run, first.cursor))) == ([1], [2])


def test_lines_that_are_no_rows_are_skipped(run: Any) -> None:
    run.metrics_path().write_bytes(b'{"step": 1}\nnonsense\n[1]\n\xff\xfe\n' + b"[" * 100_000 + b'\n{"step": 2}\n')
    assert steps(rows_since(run)) == [1, 2]


def test_what_is_not_finite_is_none(run: Any) -> None:
    run.metrics_path().write_text('{"step": 1, "train/loss": NaN}\n{"step": 2, "train/loss": -Infinity}\n')
    assert [row["train/loss"] for row in rows_since(run).rows] == [None, None]


@pytest.mark.parametrize("truncate", [True, False], ids=["truncated", "replaced"])
def test_another_file_equals_a_fresh_read(run: Any, truncate: Any) -> None:
    append(run, *({"step": step} for step in range(100)))
    cursor = rows_since(run).cursor
    replacement = "".join(json.dumps({"step": step, "again": True}) + "\n" for step in range(200))
    if truncate:
        run.metrics_path().write_text(replacement)
    else:
        other = run.path / "other"
        other.write_text(replacement)
        other.replace(run.metrics_path())
    answer = rows_since(run, cursor)
    assert answer.void
    assert answer.rows == rows_since(run).rows
    assert len(answer.rows) == 200


def test_a_file_that_went_away_voids_what_was_read(run: Any) -> None:
    append(run, {"step": 1})
    cursor = rows_since(run).cursor
    run.metrics_path().unlink()
    assert rows_since(run, cursor) == NewRows(START, True, [])


def test_a_resume_voids_what_it_superseded(run: Any) -> None:
    append(run, *({"step": step, "attempt": 1} for step in range(10)))
    cursor = rows_since(run).cursor
    append(run, {"resumed_from": 4, "attempt": 2}, {"step": 5, "attempt": 2})
    answer = rows_since(run, cursor)
    assert answer.void
    assert steps(answer) == [0, 1, 2, 3, 4, 5]
    assert answer.rows == rows_since(run).rows


@pytest.mark.parametrize("cursor", ["nonsense", "1-2", "-1--5-", "9" * 400 + "-1-x", "１-２-3"])
def test_a_cursor_that_means_nothing_starts_anew(run: Any, cursor: Any) -> None:
    append(run, {"step": 1})
    answer = rows_since(run, cursor)
    assert answer.void
    assert steps(answer) == [1]


@pytest.mark.parametrize("number", ["9" * 5_000, "٣", "²", "-1", "1e5", str(10**15), "9" * 20])
@pytest.mark.parametrize("place", [0, 1])
def test_bad_input_a_cursor_of_odd_numbers_counts_as_none(
    make_run: Any, tmp_path: Path, number: Any, place: Any
) -> None:
    run = make_run(tmp_path / "run")
    whole = rows_since(run)
    parts = whole.cursor.split("-")
    parts[place] = number
    assert rows_since(run, "-".join(parts)).rows == whole.rows


def test_a_huge_file_comes_in_windows(make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run")
    whole, found, cursor = rows_since(run).rows, [], START
    monkeypatch.setattr("training.run.metrics_file.WINDOW_BYTES", 300)
    while (answer := rows_since(run, cursor)).rows:
        assert not answer.void
        found, cursor = found + answer.rows, answer.cursor
    assert found == whole and len(found) > 20


def test_of_a_huge_file_a_resume_voids_rows_of_windows_before(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("explorer.runs.metrics", "training.run.metrics_file"):
        monkeypatch.setattr(f"{module}.WINDOW_BYTES", 100)
    append(run, *({"step": step} for step in range(12)))
    append(run, {"resumed_from": 9}, {"step": 10, "again": 1}, {"resumed_from": 4}, {"step": 5, "again": 1})
    found, cursor = [], START
    while (answer := rows_since(run, cursor)).rows:
        assert not answer.void
        found, cursor = found + answer.rows, answer.cursor
    assert current_rows(found) == [*({"step": step} for step in range(5)), {"step": 5, "again": 1}]


def test_two_who_know_more_and_less_learn_of_the_same_up_to_a_cursor(run: Any) -> None:
    append(run, {"step": 1})
    early = rows_since(run)
    append(run, {"step": 2})
    late = rows_since(run, early.cursor)
    append(run, {"step": 3})
    nobody = rows_since(run, START, late.cursor)
    assert (steps(nobody), nobody.cursor) == ([1, 2], late.cursor)
    assert rows_since(run, early.cursor, late.cursor) == late
    assert rows_since(run, late.cursor, early.cursor) == NewRows(late.cursor, False, [])
    assert steps(rows_since(run, early.cursor, "nonsense")) == [2, 3]


def test_what_was_measured_afterwards_is_joined_and_its_first_rows_void_what_was_read(run: Any) -> None:
    """Whoever follows a run then learns of curves that it did not know of."""
    append(run, {"step": 1, "train/loss": 2.0})
    first = rows_since(run)
    measured = run.metrics_paths()[1]
    measured.parent.mkdir()
    measured.write_text("")
    assert not rows_since(run, first.cursor).void, "there is no curve yet"
    measured.write_text('{"step": 1, "measure/effective_rank": 9.0}\n')
    joined = rows_since(run, first.cursor)
    assert joined.void and [set(row) - {"step"} for row in joined.rows] == [{"train/loss"}, {"measure/effective_rank"}]
    append(run, {"step": 2, "train/loss": 1.0})
    more = rows_since(run, joined.cursor)
    assert not more.void and [row["step"] for row in more.rows] == [2]
