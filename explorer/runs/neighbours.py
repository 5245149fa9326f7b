"""The nearest clips in the encoder's own space, where distances mean something, unlike on the map."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from explorer.runs.snapshots import unit_embeddings
from training.run import RunFolder

CHUNK = 256
"""Rows at a time: their cosines to some thousand points fit into a core's own cache."""


@dataclass(frozen=True)
class Neighbour:
    """One of the nearest."""

    row: int
    """Its row among the vectors that were searched."""
    score: float
    """Cosine of the embeddings without their mean, -1 to 1; 0 is unrelated."""


def neighbours_of_point(run: RunFolder, step: int, point: int, count: int = 10) -> list[Neighbour] | None:
    """The probe clips nearest to one of them at `step`, itself left out; None where snapshot or point isn't there."""
    units = unit_embeddings(run, step)
    if units is None or not 0 <= point < len(units):
        return None
    return nearest_rows(units, units[point], count, leave_out=point)


def nearest_of_all(units: np.ndarray, count: int, asked: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What `nearest_rows` finds for each row of `units` (n, D) or for the `asked` (m,) of them, itself left out, at once.

    (m, count) int32 rows, best first, and (m, count) float32 cosines. Raises ValueError for more than n - 1 of them.
    """
    if not 0 < count < len(units):
        raise ValueError(f"{count} neighbours of {len(units)} points")
    asked = np.arange(len(units)) if asked is None else asked
    rows = np.empty((len(asked), count), np.int32)
    scores = np.empty((len(asked), count), np.float32)
    for part, theirs in cosines_in_chunks(units, asked):
        best = np.argpartition(-theirs, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(theirs, best, axis=1)
        order = np.lexsort((best, -found), axis=1)
        rows[part] = np.take_along_axis(best, order, axis=1)
        scores[part] = np.take_along_axis(found, order, axis=1)
    return rows, scores


def cosines_in_chunks(units: np.ndarray, rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Which of `rows` (m,), and the cosines (k, n) float32 of these to all `units` (n, D; length 1), until all have come; to
    itself each has minus infinity.
    """
    for begin in range(0, len(rows), CHUNK):
        part = slice(begin, begin + CHUNK)
        chunk = rows[part]
        cosines = units[chunk] @ units.T
        cosines[np.arange(len(chunk)), chunk] = -np.inf
        yield part, cosines


def nearest_rows(units: np.ndarray, query: np.ndarray, count: int, leave_out: int | None = None) -> list[Neighbour]:
    """The `count` rows of `units` (n, D; rows of length 1) with the largest cosine to `query` (D,), best first."""
    unit = (query / max(float(np.linalg.norm(query)), 1e-12)).astype(np.float32)
    # `@` would start threads, which gain nothing on one row and fight with a training on the same machine.
    scores = np.einsum("nd,d->n", units, unit)
    if leave_out is not None:
        scores[leave_out] = -np.inf
    count = max(0, min(count, len(scores) - (leave_out is not None)))
    best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
    best = best[np.lexsort((best, -scores[best]))]
    return [Neighbour(int(row), float(scores[row])) for row in best]
