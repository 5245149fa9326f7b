"""A run's folder survives whatever happens to it, and whoever reads it is never brought down."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.mutilate import mutilate
from tests.training.run.conftest import read_all
from training.errors import UserError
from training.run import (
    SCHEMA,
    Control,
    RunFolder,
    RunWriter,
    State,
    create_run,
    find_runs,
)
from training.run.schema import Column


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


def test_durability_a_folder_becomes_a_run_only_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr("training.durable.write_json", lambda path, value: written.append(path.name))
    create_run(tmp_path / "run", {})
    assert written == ["status.json", "config.json"]


def test_durability_a_newer_run_is_read_and_never_written(full: RunFolder) -> None:
    config = full.config()
    (full.path / "config.json").write_text(json.dumps({**config, "schema": SCHEMA + 1, "new_entry": [1]}))
    assert full.is_newer() and full.config()["new_entry"] == [1]
    read_all(full)
    for act in (lambda: full.ask(Control.STOP), lambda: RunWriter(full.path)):
        with pytest.raises(UserError, match="newer version"):
            act()
    assert not list((full.path / "control").iterdir())


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
        seen, reads, until = set(), 0, time.monotonic() + 120
        while reads < 1000 or len(seen) <= 3:  # of a slow disk a few statuses are all that is written meanwhile
            assert time.monotonic() < until, "the writer writes nothing"
            reads += 1
            status, arrays = full.status(), full.snapshot(0)
            assert status.state == State.FINISHED and arrays is not None
            assert len(set(arrays["embeddings"].ravel().tolist())) == 1
            seen.add(status.step)
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


def test_bad_input_a_configuration_of_many_megabytes_is_not_read(run: RunFolder) -> None:
    path = run.path / "config.json"
    path.write_text('{"method": "simclr", "more": [' + "{}," * 500_000 + "{}]}")
    assert run.config() == {} and not run.is_newer()
    assert [found.name for found in find_runs(run.path.parent)] == ["run"]
