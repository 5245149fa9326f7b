import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.snapshots import embeddings, snapshot_hash, unit_embeddings, unit_rows, usable


def test_a_snapshot_is_known_by_its_content(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 10))
    assert snapshot_hash(run, 10) == hashlib.sha256(run.snapshot_path(10).read_bytes()).hexdigest()
    assert snapshot_hash(run, 10) != snapshot_hash(run, 0)
    assert snapshot_hash(run, 11) is None


def test_a_replaced_snapshot_has_another_hash(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 10))
    before = snapshot_hash(run, 10)
    run.snapshot_path(0).replace(run.snapshot_path(10))
    assert snapshot_hash(run, 10) != before


def test_embeddings_are_read_whole(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=40, dim=8)
    found = embeddings(run, 20)
    assert found.shape == (40, 8)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(unit_embeddings(run, 20), axis=1), 1, atol=1e-6)


def test_a_damaged_snapshot_has_no_embeddings(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    whole = run.snapshot_path(10).read_bytes()
    for damaged in (b"", b"nonsense", whole[: len(whole) // 2], whole[:2000] + b"\0" * 500 + whole[2500:]):
        run.snapshot_path(10).write_bytes(damaged)
        assert embeddings(run, 10) is None


def test_embeddings_that_are_not_finite_are_none(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    np.savez(run.snapshot_path(10), embeddings=np.full((30, 4), np.nan, np.float16))
    assert embeddings(run, 10) is None


def test_a_row_of_zeros_stays() -> None:
    assert unit_rows(np.zeros((1, 3), np.float32)).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("value", [1e300, 3e38, float("inf"), float("nan")])
def test_bad_input_embeddings_that_nobody_can_compute_with_are_none(value: Any) -> None:
    assert usable(np.full((2, 2), value)) is None and usable(np.ones(3)) is None and usable(None) is None
    assert usable(np.ones((2, 2), np.int64)).dtype == np.float32
