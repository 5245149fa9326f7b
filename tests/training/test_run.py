"""A run's folder survives whatever happens to it, and whoever reads it is never brought down."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from benchmarks.mutilate import mutilate
from training.errors import UserError
from training.process import current_process
from training.run import (
    SCHEMA,
    Control,
    MetricsReader,
    RunFolder,
    RunWriter,
    State,
    Status,
    create_run,
    current_rows,
    find_runs,
)
from training.run.schema import Column, Schema


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path / "run", {"method": "simclr", "created": "2026-01-01"})


@pytest.fixture
def full(run: RunFolder) -> RunFolder:
    """A run with something in every file."""
    writer = RunWriter(run.path)
    writer.write_status(Status(State.FINISHED, step=20, progress=1.0))
    writer.write_probe({"ids": ["a", "b"], "facets": {}})
    writer.write_schema(Schema(columns=(Column("duration", "Duration", "number"),)))
    writer.write_columns({"duration": [1.5, None]})
    writer.write_baselines({"main_facet": "class"})
    for step in (0, 10, 20):
        writer.append_metrics({"step": step, "train/loss": 1.0 / (step + 1)})
        writer.write_snapshot(step, {"embeddings": np.ones((2, 3), np.float16), "lens/x": np.eye(2, dtype=np.float32)})
        writer.write_checkpoint(step, b"weights" * 50, b"state" * 50, {"weights": "0" * 64, "state": "1" * 64})
    writer.close()
    return run


def read_all(run: RunFolder) -> None:
    """Everything a page asks of a run."""
    assert isinstance(run.config(), dict)
    status = run.status()
    assert isinstance(status, Status) and status.state in State
    assert isinstance(status.step, int) and isinstance(status.message, str) and isinstance(status.warning, str)
    json.dumps(asdict(status))
    assert run.read_only() in (True, False)
    assert isinstance(run.probe(), dict) and isinstance(run.baselines(), dict)
    assert isinstance(run.schema(), Schema) and isinstance(run.columns(), dict)
    for row in run.metrics():
        assert isinstance(row["step"], int)
    for step in run.snapshots():
        arrays = run.snapshot(step)
        assert arrays is None or all(isinstance(a, np.ndarray) for a in arrays.values())
    for step in run.checkpoints():
        assert isinstance(run.manifest(step), dict)


def test_what_is_written_is_read(full: RunFolder) -> None:
    assert full.config()["method"] == "simclr" and full.config()["schema"] == SCHEMA
    assert full.status().state == State.FINISHED and full.status().step == 20
    assert full.snapshots() == [0, 10, 20] == full.checkpoints()
    assert [row["step"] for row in full.metrics()] == [0, 10, 20]
    arrays = full.snapshot(10)
    assert arrays is not None and arrays["embeddings"].dtype == np.float16 and arrays["lens/x"].shape == (2, 2)
    assert [s for s in full.checkpoints() if full.state_path(s).exists()] == [10, 20]
    assert full.probe()["ids"] == ["a", "b"]
    assert full.schema().columns == (Column("duration", "Duration", "number"),)
    assert full.columns() == {"duration": [1.5, None]}


def test_every_file_carries_its_schema(full: RunFolder) -> None:
    for path in full.path.rglob("*.json"):
        assert json.loads(path.read_text())["schema"] == SCHEMA, path
    assert all(json.loads(line)["schema"] == SCHEMA for line in full.metrics_path().read_text().splitlines())
    arrays = full.snapshot(0)
    assert arrays is not None and arrays["schema"] == SCHEMA


def test_a_folder_that_holds_a_run_is_not_written_over(run: RunFolder) -> None:
    before = (run.path / "config.json").read_bytes()
    with pytest.raises(UserError, match="holds a run already"):
        create_run(run.path, {})
    assert (run.path / "config.json").read_bytes() == before


def test_a_run_cannot_be_made_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written to"):
        create_run(tmp_path / "file" / "run", {})


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


def test_a_second_writer_is_refused_and_the_lock_ends_with_its_holder(run: RunFolder) -> None:
    first = RunWriter(run.path)
    with pytest.raises(UserError, match="already being trained by another process"):
        RunWriter(run.path)
    first.close()
    RunWriter(run.path).close()


def test_durability_a_second_writer_in_another_process_is_refused_within_two_seconds(run: RunFolder) -> None:
    script = f"import sys\nfrom training.run import RunWriter\nheld = RunWriter({str(run.path)!r})\nprint('held', flush=True)\nsys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(UserError):
            RunWriter(run.path)
    finally:
        holder.kill()
        holder.communicate()
    RunWriter(run.path).close()


def test_durability_what_a_killed_writer_left_half_written_is_removed(run: RunFolder) -> None:
    RunWriter(run.path).close()
    left = [run.path / ".status.json.123.tmp", run.path / "checkpoints" / ".000005.safetensors.123.tmp"]
    for path in left:
        path.write_bytes(b"half")
    RunWriter(run.path).close()
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize("state", [State.PREPARING, State.TRAINING, State.PAUSED, State.STOPPING])
def test_durability_an_active_run_without_its_trainer_reads_crashed(run: RunFolder, state: State) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    me = current_process().to_json()
    for process in ({**me, "pid": dead.pid}, {**me, "start": "1"}, None, "nobody", {"pid": 1}):
        value = {**asdict(Status(state, step=7)), "updated": time.time(), "process": process}
        (run.path / "status.json").write_text(json.dumps(value))
        assert run.status().state == State.CRASHED and run.status().step == 7, process
        assert "resumed" in run.status().message
    value["process"] = me
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == state


def test_a_trainer_on_another_machine_is_judged_by_its_heartbeat(run: RunFolder) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    value = {**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": time.time()}
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == State.TRAINING
    (run.path / "status.json").write_text(json.dumps({**value, "updated": time.time() - 16}))
    assert run.status().state == State.CRASHED


@pytest.mark.parametrize("updated", ["1" + "0" * 400, "1e300", "-1e300", "1e999", "NaN", '"now"', "4e9", "[]"])
def test_bad_input_a_heartbeat_that_is_no_time_does_not_keep_a_run_alive(run: RunFolder, updated: str) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    content = json.dumps({**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": 0})
    (run.path / "status.json").write_text(content.replace('"updated": 0', f'"updated": {updated}'))
    assert run.status().state in (State.CRASHED, State.FAILED)


def test_durability_a_clock_that_is_a_day_ahead_changes_nothing(run: RunFolder) -> None:
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    value = {**asdict(Status(State.TRAINING)), "process": elsewhere, "updated": time.time() + 86_400}
    (run.path / "status.json").write_text(json.dumps(value))
    assert run.status().state == State.TRAINING


def test_durability_a_run_whose_trainer_was_killed_before_its_first_word_is_crashed(run: RunFolder) -> None:
    (run.path / "status.json").unlink()
    assert run.status().state == State.CRASHED and "can be started anew" in run.status().message
    assert find_runs(run.path.parent)[0].path == run.path


def test_durability_a_run_made_by_its_trainer_is_never_left_waiting(tmp_path: Path) -> None:
    """The trainer is killed at once after it has made its run."""
    script = f"from training.run import create_run; from pathlib import Path; create_run(Path({str(tmp_path / 'run')!r}), {{}}, trained_here=True)"
    subprocess.run([sys.executable, "-c", script], check=True)
    assert RunFolder(tmp_path / "run").status().state == State.CRASHED
    assert create_run(tmp_path / "mine", {}, trained_here=True).status().state == State.PREPARING


def test_durability_a_folder_becomes_a_run_only_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr("training.durable.write_json", lambda path, value: written.append(path.name))
    create_run(tmp_path / "run", {})
    assert written == ["status.json", "config.json"]


def test_durability_last_words_that_say_that_all_is_well_are_none(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING, attempt=2))
    writer.close()
    status = json.loads((run.path / "status.json").read_text())
    (run.path / "status.json").write_text(json.dumps({**status, "process": None}))
    for state, attempt, read in (
        (State.TRAINING, 2, State.CRASHED),
        (State.FAILED, 1, State.CRASHED),
        (State.FAILED, 2, State.FAILED),
    ):
        run.lock_path.write_text(json.dumps(asdict(Status(state, attempt=attempt, message="The disk is gone."))))
        assert run.status().state == read


@pytest.mark.parametrize("name", [".lock", ".reserve", "metrics.jsonl"])
def test_bad_input_a_writer_never_waits_at_a_pipe(run: RunFolder, name: str) -> None:
    os.mkfifo(run.path / name)
    with pytest.raises(UserError, match="cannot be written: Not a regular file"):
        RunWriter(run.path)


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


def test_a_status_beats_whenever_it_is_written(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    first = run.status()
    writer.write_status(Status(State.TRAINING))
    assert run.status().heartbeat == first.heartbeat + 1 and run.status().state == State.TRAINING
    writer.close()


def test_durability_a_newer_run_is_read_and_never_written(full: RunFolder) -> None:
    config = full.config()
    (full.path / "config.json").write_text(json.dumps({**config, "schema": SCHEMA + 1, "new_entry": [1]}))
    assert full.read_only() and full.config()["new_entry"] == [1]
    read_all(full)
    for act in (lambda: full.ask(Control.STOP), lambda: RunWriter(full.path)):
        with pytest.raises(UserError, match="newer version"):
            act()
    assert not list((full.path / "control").iterdir())


def test_a_state_of_a_newer_version_is_said_to_be_one(full: RunFolder) -> None:
    status = json.loads((full.path / "status.json").read_text())
    (full.path / "status.json").write_text(json.dumps({**status, "schema": SCHEMA + 1, "state": "dreaming"}))
    found = full.status()
    assert found.state == State.UNKNOWN and "newer version" in found.message
    (full.path / "status.json").write_text(json.dumps({**status, "state": "dreaming"}))
    assert full.status().state == State.FAILED and "cannot be read" in full.status().message


def test_controls_come_in_the_order_they_were_asked(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    for i, control in enumerate((Control.STOP, Control.PAUSE, Control.RESUME)):
        run.ask(control)
        os.utime(run.path / "control" / control.value, ns=(i, i))
    assert writer.controls() == [Control.STOP, Control.PAUSE, Control.RESUME]
    assert writer.controls() == []
    run.ask(Control.STOP)
    writer.close()
    assert not list((run.path / "control").iterdir())


def test_dropping_a_snapshot_drops_its_weights(full: RunFolder) -> None:
    writer = RunWriter(full.path)
    writer.drop_snapshot(10)
    writer.close()
    assert full.snapshots() == full.checkpoints() == [0, 20]
    assert not list(full.path.rglob("000010*"))


def test_runs_are_found_newest_first(tmp_path: Path) -> None:
    for name, created in (("b", "2026-01-02"), ("a", "2026-01-03"), ("c", "2026-01-01")):
        create_run(tmp_path / name, {"created": created})
    (tmp_path / "no run").mkdir()
    (tmp_path / "file").write_text("")
    assert [run.name for run in find_runs(tmp_path)] == ["a", "b", "c"]
    assert find_runs(tmp_path / "nowhere") == []


def test_durability_no_read_during_writes_is_partial(full: RunFolder) -> None:
    """A writer replaces status and snapshot as fast as it can; each of 1,000 reads finds a whole one."""
    script = f"""
import sys, numpy as np
from training.run import RunWriter, State, Status
writer = RunWriter({str(full.path)!r})
print("begun", flush=True)
i = 0
while True:
    i += 1
    writer.write_status(Status(State.FINISHED, step=i, message="x" * (i * 37 % 5000)))
    writer.write_snapshot(0, {{"embeddings": np.full((64, 64), i % 100, np.float16)}})
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        seen = set()
        for _ in range(1000):
            status, arrays = full.status(), full.snapshot(0)
            assert status.state == State.FINISHED and arrays is not None
            assert len(set(arrays["embeddings"].ravel().tolist())) == 1
            seen.add(status.step)
        assert len(seen) > 3
    finally:
        process.kill()
        process.communicate()


def test_bad_input_mutilated_folders_are_read_without_a_fault(full: RunFolder, tmp_path: Path) -> None:
    for seed in range(300):
        folder = tmp_path / "many" / f"run{seed}"
        shutil.copytree(full.path, folder)
        mutilate(folder, seed)
        read_all(RunFolder(folder))
    with_config = [p for p in (tmp_path / "many").glob("*/config.json") if p.is_file()]
    assert len(find_runs(tmp_path / "many")) == len(with_config) > 200


@pytest.mark.parametrize("name", list(Status.__dataclass_fields__))
def test_a_status_of_odd_types_is_no_status_or_a_sound_one(full: RunFolder, name: str) -> None:
    good = json.loads((full.path / "status.json").read_text())
    for odd in (None, [], {}, "x", "", 0.5, True, False, -3, 10**30, float("inf"), float("nan")):
        (full.path / "status.json").write_text(json.dumps({**good, name: odd}))
        status = full.status()
        read_all(full)
        assert status.steps is None or type(status.steps) is int
        assert status.seconds_left is None or type(status.seconds_left) in (int, float)
        assert type(status.warning) is str and type(status.schema) is int


def test_bad_input_a_configuration_of_many_megabytes_is_not_read(run: RunFolder) -> None:
    path = run.path / "config.json"
    path.write_text('{"method": "simclr", "more": [' + "{}," * 500_000 + "{}]}")
    assert run.config() == {} and not run.read_only()
    assert [found.name for found in find_runs(run.path.parent)] == ["run"]
