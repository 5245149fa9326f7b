"""Which clips moved most between two snapshots: not on the flat map, but by how their true neighbours changed."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from explorer.runs.neighbours import cosines_in_chunks
from explorer.runs.snapshots import file_stamp, unit_embeddings
from training.evenly import evenly_spaced
from training.run import RunFolder

NEIGHBOURS = 10
MOST_JUDGED = 2_000
"""Of more clips only so many, evenly taken, are judged: the time grows with their number times that of all."""


@dataclass(frozen=True)
class Moved:
    """The clips that were judged, those that moved most first."""

    points: tuple[int, ...]
    changed: tuple[float, ...]
    """Of each: Jaccard distance of its sets of nearest clips, 0 where they are the same to 1 where none stayed."""


def moved_most(run: RunFolder, before: int, after: int) -> Moved | None:
    """How far the NEIGHBOURS nearest of each clip changed from one step to another; None where a snapshot is missing."""
    stamps = tuple(file_stamp(run.snapshot_path(step)) for step in (before, after))
    return None if None in stamps else _moved(run.path, before, after, stamps)


@lru_cache(maxsize=64)
def _moved(path: Path, before: int, after: int, stamps: tuple[object, ...]) -> Moved | None:
    old, new = (unit_embeddings(RunFolder(path), step) for step in (before, after))
    if old is None or new is None or len(old) != len(new):
        return None
    judged = evenly_spaced(len(old), MOST_JUDGED)
    changed, still_near = compared(old, new, judged)
    order = np.lexsort((judged, still_near, -changed))
    return Moved(tuple(judged[order].tolist()), tuple(changed[order].tolist()))


def compared(old: np.ndarray, new: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each of `rows` (m,) among `old` and `new` (n, D; rows of length 1): how far its nearest changed.

    (m,) float64 Jaccard distances of the sets of nearest before and after, and (m,) float32 mean cosines that those from
    before have now, which order what has changed altogether. Fewer than NEIGHBOURS others cannot change.
    """
    count = min(NEIGHBOURS, len(old) - 1)
    if count < 1:
        return np.zeros(len(rows)), np.zeros(len(rows), np.float32)
    shared, still_near = np.empty(len(rows)), np.empty(len(rows), np.float32)
    for (part, scores_before), (_, scores) in zip(
        cosines_in_chunks(old, rows), cosines_in_chunks(new, rows), strict=True
    ):
        before, after = (np.argpartition(-s, count - 1, axis=1)[:, :count] for s in (scores_before, scores))
        shared[part] = (before[:, :, None] == after[:, None, :]).sum(axis=(1, 2))
        still_near[part] = np.take_along_axis(scores, before, axis=1).mean(axis=1)
    return 1 - shared / (2 * count - shared), still_near
