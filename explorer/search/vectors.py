"""Embeddings of all clips, searched: each compared up to a million, through an index of usearch beyond.

<cache>/embeddings/KEY.npy       (n, D) float16, as the model gave them
<cache>/embeddings/KEY.usearch   their index (HNSW), beside it KEY.json: which share of the true nearest it finds

The index is an extra (`pip install 'hearsight[search]'`); without it every clip is compared, however many there are.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from explorer.runs.neighbours import Neighbour, nearest_rows
from explorer.runs.snapshots import file_stamp, unit_rows, usable
from training.run import reading

MOST_COMPARED = 1_000_000
"""Clips that are all compared with each question: some 60 ms of one core at 128 numbers a clip."""
ROWS = 10_000
"""Read, or put into the index, at a time."""
CANDIDATES = 64
"""The index names at least so many, which are then compared exactly."""
ASKED = 200
"""Questions by which an index's recall is measured."""
ASKED_FOR = 10


@dataclass(frozen=True)
class Vectors:
    """Every clip compared."""

    units: np.ndarray
    """(n, D) float32, rows of length 1 without their mean, so that a cosine of 0 is unrelated."""
    centre: np.ndarray
    """(D,) float32: what was taken away, and must be from a question too."""

    def __len__(self) -> int:
        return len(self.units)

    def nearest(self, query: np.ndarray, count: int) -> list[Neighbour]:
        """The `count` rows with the largest cosine to `query` (D,), centred as they are; best first."""
        return nearest_rows(self.units, query, count)

    @property
    def note(self) -> str:
        """One sentence on what a search compares."""
        return f"All {len(self):,} clips of the data were searched."


@dataclass(frozen=True)
class IndexedVectors:
    """Those compared that an index names; the vectors stay on disk."""

    kept: np.ndarray
    """(n, D) float16, mapped from its file."""
    centre: np.ndarray
    """(D,) float32, as above."""
    index: Any
    """usearch.index.Index of the rows without their mean, mapped from its file."""
    recall: float
    """Share of the nearest `ASKED_FOR` that it found for clips of this very data."""

    def __len__(self) -> int:
        return len(self.kept)

    def nearest(self, query: np.ndarray, count: int) -> list[Neighbour]:
        """As of `Vectors`, but for what the index misses."""
        named = self.index.search(query.astype(np.float32), max(count, CANDIDATES), threads=1)
        rows = np.sort(np.asarray(named.keys, dtype=np.int64))
        near = nearest_rows(unit_rows(self.kept[rows].astype(np.float32) - self.centre), query, count)
        return [Neighbour(int(rows[n.row]), n.score) for n in near]

    @property
    def note(self) -> str:
        """One sentence on what a search compares."""
        return f"All {len(self):,} clips of the data were searched by an index, which finds {100 * self.recall:.1f} % of the nearest."


def opened(path: Path) -> Vectors | IndexedVectors | None:
    """What is kept under `path`; None where it is not all there, or damaged."""
    stamp, index_stamp = file_stamp(path), file_stamp(path.with_suffix(".usearch"))
    return None if stamp is None else _opened(path, stamp, index_stamp)


def to_be_indexed(vectors: np.ndarray) -> bool:
    """Whether these (n, D) are too many to compare all, and the index can be made."""
    return len(vectors) > MOST_COMPARED and find_spec("usearch") is not None


def write_index(vectors: Path, to: Path, done: Callable[[int], bool]) -> None:
    """Make TO.usearch and TO.json of what the file `vectors` holds; on one thread, some .2 ms a clip.

    done: told how many clips are in; where it answers False, the rest is left undone and nothing is written.
    """
    from usearch.index import Index

    kept = np.load(vectors, mmap_mode="r", allow_pickle=False)
    middle = _mean(kept)
    # Half of usearch's own effort takes half of its time, and found .999 of the nearest where that found 1.000.
    index = Index(ndim=kept.shape[1], metric="ip", dtype="f16", expansion_add=64)
    for begin in range(0, len(kept), ROWS):
        rows = unit_rows(kept[begin : begin + ROWS].astype(np.float32) - middle)
        index.add(np.arange(begin, begin + len(rows)), rows, threads=1)
        if not done(begin + len(rows)):
            return
    found = {"recall": _recall(IndexedVectors(kept, middle, index, 0.0)), "centre": middle.tolist()}
    to.with_suffix(".json").write_text(json.dumps(found), encoding="utf-8")
    index.save(str(to.with_suffix(".usearch")))


@lru_cache(maxsize=2)
def _opened(path: Path, stamp: Any, index_stamp: Any) -> Vectors | IndexedVectors | None:
    if index_stamp is not None and find_spec("usearch") is not None:
        return _indexed(path)
    vectors = usable(reading.read_array(path))
    if vectors is None:
        return None
    centre = vectors.mean(axis=0)
    return Vectors(unit_rows(vectors - centre), centre)


def _indexed(path: Path) -> IndexedVectors | None:
    from usearch.index import Index

    about = reading.read_object(path.with_suffix(".json"))
    try:
        kept = np.load(path, mmap_mode="r", allow_pickle=False)
        centre = np.asarray(about["centre"], dtype=np.float32)
        index = Index.restore(str(path.with_suffix(".usearch")), view=True)
        whole = index is not None and len(index) == len(kept) and kept.shape[1:] == centre.shape == (index.ndim,)
        return IndexedVectors(kept, centre, index, float(about["recall"])) if whole else None
    except (OSError, ValueError, TypeError, KeyError, RuntimeError):  # cut short, or of another kind
        return None


def _mean(kept: np.ndarray) -> np.ndarray:
    """(D,) float32, without all rows in memory at once."""
    total = np.zeros(kept.shape[1])
    for begin in range(0, len(kept), ROWS):
        total += kept[begin : begin + ROWS].sum(axis=0, dtype=np.float64)
    return (total / len(kept)).astype(np.float32)


def _recall(vectors: IndexedVectors) -> float:
    """Share of the truly nearest that are found, of some clips spread over all."""
    asked = np.unique(np.linspace(0, len(vectors) - 1, ASKED).astype(int))
    questions = unit_rows(vectors.kept[asked].astype(np.float32) - vectors.centre)
    best: list[list[tuple[float, int]]] = [[] for _ in asked]
    for begin in range(0, len(vectors), ROWS):
        rows = unit_rows(vectors.kept[begin : begin + ROWS].astype(np.float32) - vectors.centre)
        for own, question in zip(best, questions, strict=True):
            near = nearest_rows(rows, question, ASKED_FOR)
            own[:] = sorted(own + [(-n.score, begin + n.row) for n in near])[:ASKED_FOR]
    found = [
        len({row for _, row in own} & {n.row for n in vectors.nearest(question, ASKED_FOR)}) / len(own)
        for own, question in zip(best, questions, strict=True)
    ]
    return float(np.mean(found))
