"""Runs whose folders are written, read and spoiled."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from training.run import (
    RunFolder,
    RunWriter,
    State,
    Status,
    create_run,
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
    assert run.is_newer() in (True, False)
    assert isinstance(run.probe(), dict) and isinstance(run.baselines(), dict)
    assert isinstance(run.schema(), Schema) and isinstance(run.columns(), dict)
    for row in run.metrics():
        assert isinstance(row["step"], int)
    for step in run.snapshots():
        arrays = run.snapshot(step)
        assert arrays is None or all(isinstance(a, np.ndarray) for a in arrays.values())
    for step in run.checkpoints():
        assert isinstance(run.manifest(step), dict)
