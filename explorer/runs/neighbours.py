"""The nearest clips in the encoder's own space, where distances mean something, unlike on the map."""

from dataclasses import dataclass

import numpy as np

from explorer.runs.snapshots import unit_embeddings
from training.run import RunFolder


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


def nearest_rows(units: np.ndarray, query: np.ndarray, count: int, leave_out: int | None = None) -> list[Neighbour]:
    """The `count` rows of `units` (n, D; rows of length 1) with the largest cosine to `query` (D,), best first."""
    unit = (query / max(float(np.linalg.norm(query)), 1e-12)).astype(np.float32)
    # `@` would start threads, which fight with a training on the same machine.
    scores = np.einsum("nd,d->n", units, unit)
    if leave_out is not None:
        scores[leave_out] = -np.inf
    count = max(0, min(count, len(scores) - (leave_out is not None)))
    best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
    best = best[np.lexsort((best, -scores[best]))]
    return [Neighbour(int(row), float(scores[row])) for row in best]
