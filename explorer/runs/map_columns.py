"""The columns of clips that the projector writes beside each map: what each is, and how it is computed. A new one is a line."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from explorer.runs.neighbours import cosines_in_chunks
from training.evenly import evenly_spaced
from training.run.schema import Column

NEIGHBOURS = 10
MOST_POINTS = 5_000
"""Of more points only so many, evenly taken, are judged: the time grows with their number times that of all."""


@dataclass(frozen=True)
class MapColumn:
    """A column of clip and snapshot that depends on the map."""

    column: Column
    values: Callable[[np.ndarray, np.ndarray], np.ndarray | None]
    """(units (n, D) rows of length 1, places (n, 2)) → (n,) float32, NaN for no value; None where it has no meaning."""


def local_trust(units: np.ndarray, places: np.ndarray) -> np.ndarray | None:
    """(n,) float32: how far each point's neighbours on the map are its neighbours in truth, 0 to 1; NaN where not judged.

    Its mean is the trustworthiness of Venna and Kaski 2001 with k = 10: each of the k that is a point's r-th nearest in
    truth costs r - k where that is positive, relative to the most that could be. None for fewer than 3 k points.
    """
    n, k = len(units), NEIGHBOURS
    if n < 3 * k:
        return None
    from scipy.spatial import KDTree  # takes long to import, and a page that only reads values needs none

    tree, trust = KDTree(places), np.full(n, np.nan, np.float32)
    for rows, cosines in _cosines(units):
        _, found = tree.query(places[rows], k + 1)
        theirs = np.take_along_axis(cosines, _others(found, rows), axis=1)
        cost = np.zeros(len(rows), np.int64)
        for j in range(k):
            nearer = (cosines > theirs[:, [j]]).view(np.uint8)  # a sum of bools is five times as slow
            cost += np.maximum(nearer.sum(axis=1, dtype=np.uint32).astype(np.int64) + 1 - k, 0)
        trust[rows] = 1 - 2 * cost / (k * (2 * n - 3 * k - 1))
    return trust


def nearness(units: np.ndarray, places: np.ndarray) -> np.ndarray | None:
    """(n,) float32: the mean cosine of each point to its k = 10 truly nearest; NaN where not judged. None for k points or
    fewer.
    """
    if len(units) <= NEIGHBOURS:
        return None
    near = np.full(len(units), np.nan, np.float32)
    for rows, cosines in _cosines(units):
        near[rows] = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:].mean(axis=1)
    return near


def _cosines(units: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(rows (m,), their cosines to all (m, n), to themselves minus infinity), until all that are judged have come."""
    judged = evenly_spaced(len(units), MOST_POINTS)
    for part, cosines in cosines_in_chunks(units, judged):
        yield judged[part], cosines


def _others(found: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(m, k): the nearest points on the map `found` (m, k + 1) for each of `rows`, itself left out."""
    itself = found == rows[:, None]
    itself[~itself.any(axis=1), -1] = True  # among many copies it may not be in its own list
    return found[~itself].reshape(len(rows), -1)


MAP_TRUST = Column(
    "map_trust", "Map trust", "number", "snapshot", writer="projector",
    meaning="How far the clip's neighbours on this map are its neighbours in truth; 1 means all of them, about 0.5 is chance.",
)  # fmt: skip
NEARNESS = Column(
    "nearness", "Similarity of neighbours", "number", "snapshot", writer="projector",
    meaning="The mean cosine similarity of the clip to its 10 truly nearest: low is a clip that stands alone.",
)  # fmt: skip
MAP_COLUMNS = (MapColumn(MAP_TRUST, local_trust), MapColumn(NEARNESS, nearness))


def map_columns(units: np.ndarray, places: np.ndarray) -> dict[str, np.ndarray]:
    """The values (n,) of all MAP_COLUMNS that have a meaning here, by name: of `units` (n, D) at `places` (n, 2)."""
    found = {each.column.name: each.values(units, places) for each in MAP_COLUMNS}
    return {name: values for name, values in found.items() if values is not None}


def mean_trust(columns: Mapping[str, np.ndarray]) -> float | None:
    """Trustworthiness of the whole map, the mean of its points'; None where it has no meaning."""
    trust = columns.get(MAP_TRUST.name)
    return None if trust is None else float(np.nanmean(trust))
