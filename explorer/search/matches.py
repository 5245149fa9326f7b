"""The answer to a search: the clips found, and where what was asked lies on the map.

Shapes:  n clips, D numbers of each.
"""

from dataclasses import dataclass

import numpy as np

from explorer.runs.neighbours import nearest_rows
from explorer.runs.points import Points
from explorer.search.vectors import IndexedVectors, Vectors
from training.data.dataset import Dataset

PLACE_NEIGHBOURS = 8
Anchors = tuple[tuple[int, float], ...]
"""(row, weight) of points of a map that say where a sound lies; the weights add up to 1."""
Said = tuple[tuple[str, float], ...]
"""Texts of the data and how near they are to a sound, as cosines; the nearest first."""


@dataclass(frozen=True)
class Match:
    """A clip that sounds alike."""

    clip: int
    """Its index in the run's data set."""
    point: int | None
    """Its point on the map, if it is one of the probe clips."""
    id: str
    score: float
    """Cosine, -1 to 1."""
    labels: dict[str, str]


@dataclass(frozen=True)
class Matches:
    """The answer to a search."""

    run: str
    step: int
    """The step of the weights that listened."""
    matches: tuple[Match, ...]
    searched: int
    """How many clips were compared."""
    complete: bool
    """Whether these were all clips of the data, not the probe alone."""
    note: str
    """One sentence on what was searched."""
    place: tuple[float, float] | None
    """Where the sound lies on the map of `place_step`; None where that is not made yet."""
    place_step: int | None
    anchors: Anchors = ()
    """The points that the place is the mean of, with their weights, so that it can move with them through time."""
    said: Said = ()
    """What the model reads of the data and finds nearest to the sound, where it reads."""


def place_among(anchors: Anchors, places: np.ndarray) -> np.ndarray:
    """(2,): where a sound lies on a map with `places` (n, 2): the mean of its neighbours' places, by their weights."""
    rows, weights = zip(*anchors, strict=True)
    place: np.ndarray = np.array(weights) @ places[list(rows)]
    return place


def anchors_among(units: np.ndarray, query: np.ndarray) -> Anchors:
    """The neighbours among `units` (n, D) that say where `query` (D,) lies, each of length 1, weighted by 1 / distance²."""
    near = nearest_rows(units, query, PLACE_NEIGHBOURS)
    weights = np.array([1 / (1 - min(n.score, 1.0) + 1e-4) ** 2 for n in near])
    return tuple((n.row, float(w)) for n, w in zip(near, weights / weights.sum(), strict=True))


def clip_matches(
    dataset: Dataset, about: Points, clips: Vectors | IndexedVectors, query: np.ndarray, count: int
) -> tuple[Match, ...]:
    """The `count` clips of the data nearest to `query` (D,), centred as they are and of length 1."""
    point_of = {clip: point for point, clip in enumerate(about.clips)}
    matches = []
    for near in clips.nearest(query, count):
        found = {name: facet.label(near.row) for name, facet in dataset.facets.items()}
        labels = {name: label for name, label in found.items() if label is not None}
        matches.append(Match(near.row, point_of.get(near.row), dataset.ids[near.row], near.score, labels))
    return tuple(matches)


def point_matches(about: Points, probe: np.ndarray, query: np.ndarray, count: int) -> tuple[Match, ...]:
    """The same among the clips of a map, `probe` (n, D) of length 1."""
    near = nearest_rows(probe, query, count)
    return tuple(Match(about.clips[n.row], n.row, about.ids[n.row], n.score, about.labels(n.row)) for n in near)
