"""A million clips are all compared; more are found through an index, whose recall is measured on them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.search import vectors as module
from explorer.search.vectors import IndexedVectors, Vectors, opened, to_be_indexed, write_index


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """3,000 vectors around 30 places, off their origin, in three pieces' worth of rows."""
    monkeypatch.setattr(module, "ROWS", 1_000)
    rng = np.random.default_rng(0)
    places = rng.standard_normal((30, 24))[rng.integers(0, 30, 3_000)]
    path = tmp_path / "key.npy"
    np.save(path, (places + 0.3 * rng.standard_normal((3_000, 24)) + 2).astype(np.float16))
    return path


def test_an_index_finds_what_comparing_all_finds(kept: Path) -> None:
    compared = opened(kept)
    assert isinstance(compared, Vectors)
    write_index(kept, kept.with_suffix(""), lambda done: True)
    indexed = opened(kept)
    assert isinstance(indexed, IndexedVectors) and len(indexed) == len(compared) == 3_000
    np.testing.assert_allclose(indexed.centre, compared.centre, atol=1e-3)
    found = []
    for row in range(0, 3_000, 50):
        true = compared.nearest(compared.units[row], 10)
        near = indexed.nearest(compared.units[row], 10)
        assert near[0].row == row and near[0].score == pytest.approx(1, abs=1e-4)
        assert [n.score for n in near] == sorted((n.score for n in near), reverse=True)
        same = {n.row: n.score for n in true}
        assert all(n.score == pytest.approx(same[n.row], abs=1e-4) for n in near if n.row in same)
        found.append(len({n.row for n in near} & set(same)) / 10)
    assert np.mean(found) > 0.97
    assert indexed.recall == pytest.approx(np.mean(found), abs=0.03)
    assert f"finds {100 * indexed.recall:.1f} % of the nearest" in indexed.note


def test_a_recall_is_measured_and_not_taken_for_granted(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IndexedVectors, "nearest", lambda vectors, query, count: [])
    write_index(kept, kept.with_suffix(""), lambda done: True)
    assert module.reading.read_object(kept.with_suffix(".json"))["recall"] == 0


def test_what_is_left_undone_is_not_written(kept: Path) -> None:
    seen: list[int] = []
    write_index(kept, kept.with_suffix(""), lambda done: bool(seen.append(done)) or len(seen) < 2)
    assert seen == [1_000, 2_000] and isinstance(opened(kept), Vectors)


@pytest.mark.parametrize("suffix", [".usearch", ".json"])
def test_a_damaged_index_is_none(kept: Path, suffix: str) -> None:
    write_index(kept, kept.with_suffix(""), lambda done: True)
    kept.with_suffix(suffix).write_bytes(b"nonsense")
    assert opened(kept) is None


def test_without_the_extra_all_are_compared(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(kept, kept.with_suffix(""), lambda done: True)
    monkeypatch.setattr(module, "MOST_COMPARED", 100)
    assert to_be_indexed(np.zeros((101, 2))) and not to_be_indexed(np.zeros((100, 2)))
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    module._opened.cache_clear()
    assert not to_be_indexed(np.zeros((101, 2))) and isinstance(opened(kept), Vectors)


def test_an_index_is_asked_for_more_than_are_wanted(kept: Path) -> None:
    asked = []

    class Counting:
        def search(self, query: np.ndarray, count: int, threads: int) -> SimpleNamespace:
            asked.append(count)
            return SimpleNamespace(keys=np.arange(count))

    vectors = np.load(kept)
    found = IndexedVectors(vectors, np.zeros(24, np.float32), Counting(), 1.0)
    assert len(found.nearest(vectors[0].astype(np.float32), 10)) == 10
    assert len(found.nearest(vectors[0].astype(np.float32), 100)) == 100
    assert asked == [module.CANDIDATES, 100]
