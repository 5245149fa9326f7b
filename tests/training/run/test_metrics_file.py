"""The file of metrics is read line by line, whatever was cut, replaced or spoiled in it."""

import json
import os
import random

import pytest

from training.run import (
    SCHEMA,
    MetricsReader,
    RunFolder,
    RunWriter,
    current_rows,
)


def test_durability_a_torn_last_line_waits_until_it_is_whole(run: RunFolder) -> None:
    reader = MetricsReader(run.metrics_path())
    assert reader.read() == ([], False)
    with run.metrics_path().open("ab", buffering=0) as file:
        file.write(b'{"step": 1}\n{"step": 2, "train/lo')
        assert reader.read() == ([{"step": 1}], False)
        assert reader.read() == ([], False)
        file.write(b'ss": 3}\n')
        assert reader.read() == ([{"step": 2, "train/loss": 3}], False)


@pytest.mark.parametrize("seed", range(5))
def test_durability_following_equals_a_fresh_read_whatever_is_cut_where(run: RunFolder, seed: int) -> None:
    """The file comes byte by byte; each row is given once, however the bytes are cut."""
    chance = random.Random(seed)
    content = "".join(
        json.dumps({"step": i, "text": "é" * chance.randrange(40)}, ensure_ascii=False) + "\n" for i in range(40)
    )
    raw, reader, found, at = content.encode(), MetricsReader(run.metrics_path()), [], 0
    while at < len(raw):
        upto = at + chance.randrange(1, 60)
        with run.metrics_path().open("ab") as file:
            file.write(raw[at:upto])
        at = upto
        rows, void = reader.read()
        assert not void
        found += rows
    assert found == [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize("change", ["truncated", "replaced", "replaced_by_longer", "removed", "emptied", "rolled_back"])
def test_durability_a_file_that_changed_under_a_reader_is_read_afresh(run: RunFolder, change: str) -> None:
    path, lines = run.metrics_path(), [f'{{"step": {i}}}\n' for i in range(100)]
    path.write_text("".join(lines[:60]))
    reader = MetricsReader(run.metrics_path())
    assert len(reader.read()[0]) == 60
    if change == "truncated":
        os.truncate(path, len("".join(lines[:20])))
    elif change == "replaced":
        path.write_text('{"step": 1000}\n')
    elif change == "replaced_by_longer":
        path.write_text("".join(f'{{"step": {i + 5000}}}\n' for i in range(200)))
    elif change == "removed":
        path.unlink()
    elif change == "emptied":
        path.write_text("")
    elif change == "rolled_back":
        path.write_text("".join(lines[:30]) + "".join(f'{{"step": {i}, "again": 1}}\n' for i in range(30, 90)))
    rows, void = reader.read()
    assert void
    assert rows == (MetricsReader(run.metrics_path()).read()[0])
    assert reader.read() == ([], False)


def test_lines_that_are_no_rows_are_skipped(run: RunFolder) -> None:
    run.metrics_path().write_bytes(
        b'{"step": 1}\nnot json\n[1, 2]\n\xff\xfe\n\n{"step": "two"}\n{"no": "step"}\n'
        + b"[" * 100_000 + b'\n{"step": 3}\n{"step": 4'
    )  # fmt: skip
    assert [row["step"] for row in run.metrics()] == [1, 3]


def test_rows_of_a_superseded_attempt_are_left_out() -> None:
    rows = [{"step": s, "attempt": 1} for s in (0, 5, 10, 15)]
    rows += [{"resumed_from": 10, "attempt": 2}, {"step": 12, "attempt": 2}, {"step": 20, "attempt": 2}]
    assert [(r["step"], r["attempt"]) for r in current_rows(rows)] == [(0, 1), (5, 1), (10, 1), (12, 2), (20, 2)]
    rows += [{"resumed_from": -1, "attempt": 3}, {"step": 0, "attempt": 3}]
    assert [(r["step"], r["attempt"]) for r in current_rows(rows)] == [(0, 3)]


def test_durability_a_torn_line_is_cut_when_a_writer_opens_the_file(run: RunFolder) -> None:
    run.metrics_path().write_bytes(b'{"step": 1}\n{"step": 2, "tra')
    writer = RunWriter(run.path)
    writer.append_metrics({"step": 3, "train/loss": float("nan"), "train/x": float("inf")})
    writer.close()
    assert run.metrics_path().read_bytes().splitlines()[0] == b'{"step": 1}'
    assert run.metrics() == [{"step": 1}, {"schema": SCHEMA, "step": 3, "train/loss": None, "train/x": None}]


def test_a_file_that_is_all_torn_is_cut_to_nothing(run: RunFolder) -> None:
    run.metrics_path().write_bytes(b'{"step": 2, "tra')
    RunWriter(run.path).close()
    assert run.metrics_path().read_bytes() == b""


def test_bad_input_what_is_no_number_in_a_row_is_left_out(run: RunFolder) -> None:
    deep = "[" * 400 + "]" * 400
    run.metrics_path().write_text(
        f'{{"step": 1, "a": {deep}}}\n{{"step": 2, "a": [1], "b": {{}}, "c": "{"x" * 20_000}", "d": 1e999, "e": 1.5}}\n'
    )
    assert run.metrics() == [{"step": 2, "d": None, "e": 1.5}]


def test_a_file_of_many_windows_is_read_whole(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.run.metrics_file.WINDOW_BYTES", 100)
    run.metrics_path().write_text("".join(f'{{"step": {i}}}\n' for i in range(100)))
    assert [row["step"] for row in run.metrics()] == list(range(100))


def test_the_newest_of_each_number_is_found_at_the_end(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RunWriter(run.path)
    for step in range(50):
        writer.append_metrics({"step": step, "train/loss": 1.0 / (step + 1)})
        if step % 20 == 0:
            writer.append_metrics({"step": step, "measure/uniformity": -step, "train/own": float("nan")})
    writer.append_metrics({"resumed_from": 30})
    writer.append_metrics({"step": 31, "train/loss": 7.0, "a later version's": 3})
    writer.close()
    assert [(curve.key, value) for curve, value in run.latest()] == [("train/loss", 7.0), ("measure/uniformity", -20.0)]
    monkeypatch.setattr("training.run.metrics_file.END_BYTES", 200)
    assert [curve.key for curve, _ in run.latest()] == ["train/loss"]
