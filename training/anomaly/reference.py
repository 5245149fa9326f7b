"""The anomaly score: the mean Mahalanobis distance of an embedding to its nearest neighbours among clips that are usual.

Shapes:  n usual clips, m clips that are asked, D dimensions, k neighbours, R recordings.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.errors import UserError

NEIGHBOURS = 5
USUAL = 99.0
"""A recording is above the threshold where it scores higher than so many per cent of the usual ones."""
FOLDS = 10
"""So many times a tenth of the usual recordings is held against the others."""
ALONE = -1
"""The recording of a clip that is none of the usual ones."""
CLIPS = 20_000
"""At most so many clips of the run's own sounds are compared with, drawn evenly over class and group."""
_CHUNK = 256


@dataclass(frozen=True)
class Scores:
    """What is said of m clips."""

    distances: np.ndarray
    """(m,) float32: the anomaly score of each."""
    nearest: np.ndarray
    """(m, k) int64: the usual clips that are nearest to it, the nearest first."""


@dataclass(frozen=True)
class Space:
    """Where distances of points are Mahalanobis distances of embeddings: usual clips spread alike there in every direction."""

    centre: np.ndarray
    """(D,) float64: the mean of these clips."""
    whitening: np.ndarray
    """(D, D) float64."""

    def points(self, embeddings: np.ndarray) -> np.ndarray:
        """(m, D) float32. The same for equal embeddings (m, D), also in directions in which clips hardly differ."""
        found: np.ndarray = ((embeddings.astype(np.float64) - self.centre) @ self.whitening).astype(np.float32)
        return found


@dataclass(frozen=True)
class Reference:
    """Usual clips, and the spaces that new clips and they themselves are compared in.

    A covariance is smallest in the directions that its own clips leave out, and there any other clip seems far: of new clips
    that are no different, one in ten can score above 99 % of those whose covariance it is. So a usual clip, too, is compared in
    a space that doesn't know it: in that of nine tenths of the recordings.
    """

    embeddings: np.ndarray
    """(n, D) float32: of the clips."""
    recordings: np.ndarray
    """(n,) int64: which recording each was cut from."""
    space: Space
    """By all of them: for new clips."""
    folds: tuple[np.ndarray, ...]
    """The recordings that each of `without` leaves out."""
    without: tuple[Space, ...]

    @cached_property
    def points(self) -> np.ndarray:
        """(n, D) float32: the clips where new ones are compared with them."""
        return self.space.points(self.embeddings)

    @property
    def neighbours(self) -> int:
        """How many nearest clips a score is the mean of: fewer than NEIGHBOURS where one recording leaves fewer others."""
        return min(NEIGHBOURS, len(self.embeddings) - int(np.unique(self.recordings, return_counts=True)[1].max()))

    def scores(self, embeddings: np.ndarray, own: np.ndarray | None = None) -> Scores:
        """Of embeddings (m, D). Clips of a usual recording `own` (m,), ALONE where there is none, are compared without it."""
        found = Scores(np.empty(len(embeddings), np.float32), np.empty((len(embeddings), self.neighbours), np.int64))
        own = np.full(len(embeddings), ALONE) if own is None else own

        def put(which: np.ndarray, space: Space, points: np.ndarray) -> None:
            asked = space.points(embeddings[which])
            found.distances[which], found.nearest[which] = self._scores(asked, own[which], points)

        put(~np.isin(own, self.recordings), self.space, self.points)
        for left_out, space in zip(self.folds, self.without, strict=True):
            which = np.isin(own, left_out)
            if which.any():
                put(which, space, space.points(self.embeddings))
        return found

    @cached_property
    def of_clips(self) -> np.ndarray:
        """(n,) float32: the score of each usual clip, by the clips of the other recordings."""
        return self.scores(self.embeddings, self.recordings).distances

    @cached_property
    def usual(self) -> np.ndarray:
        """(R,) float64, rising: the score of each usual recording."""
        return np.sort(of_recordings(self.of_clips, self.recordings))

    @property
    def threshold(self) -> float:
        """USUAL per cent of the usual recordings score lower."""
        return float(np.percentile(self.usual, USUAL))

    def percentile(self, score: float) -> float:
        """The share, in per cent, of the usual recordings that score lower."""
        return 100 * float(np.searchsorted(self.usual, score)) / len(self.usual)

    def _scores(self, asked: np.ndarray, own: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distances (m,) and nearest clips (m, k) of points (m, D) among the points (n, D) of the clips of other recordings."""
        count = self.neighbours
        distances, nearest = np.empty(len(asked), np.float32), np.empty((len(asked), count), np.int64)
        lengths = np.square(points).sum(axis=1)
        for begin in range(0, len(asked), _CHUNK):
            chunk = slice(begin, begin + _CHUNK)
            far = lengths - 2 * asked[chunk] @ points.T  # squared distances but for what all of a row share
            far[own[chunk, None] == self.recordings] = np.inf
            found = np.argpartition(far, count - 1, axis=1)[:, :count]
            true = np.linalg.norm(asked[chunk, None] - points[found], axis=2)
            order = np.argsort(true, axis=1, kind="stable")
            nearest[chunk] = np.take_along_axis(found, order, axis=1)
            distances[chunk] = true.mean(axis=1)
        return distances, nearest


def reference_of(embeddings: np.ndarray, recordings: np.ndarray) -> Reference:
    """Of the embeddings (n, D) of usual clips.

    Raises UserError where all clips are of one recording, which then has none to be compared with.
    """
    numbers = np.unique(recordings)
    if len(numbers) < 2:
        raise UserError("Anomaly scores need usual sounds from two recordings at least, but all clips are of one.")
    folds = tuple(np.array_split(np.random.default_rng(0).permutation(numbers), min(FOLDS, len(numbers))))
    without = tuple(_space(embeddings[~np.isin(recordings, fold)]) for fold in folds)
    return Reference(embeddings, recordings, _space(embeddings), folds, without)


def _space(embeddings: np.ndarray) -> Space:
    """By the covariance of the embeddings (n, D), as Ledoit and Wolf (2004) shrink it."""
    from sklearn.covariance import ledoit_wolf

    centre = embeddings.mean(axis=0, dtype=np.float64)
    apart = embeddings - centre
    scale = float(np.abs(apart).max()) or 1.0
    covariance, _ = ledoit_wolf(apart / scale, assume_centered=True)
    spread, directions = np.linalg.eigh(covariance)
    return Space(centre, directions / np.sqrt(np.maximum(spread, np.finfo(np.float32).eps)) / scale)


def of_recordings(distances: np.ndarray, recordings: np.ndarray) -> np.ndarray:
    """(R,) float64: the mean of the `distances` (n,) of each recording's clips, in the order of the numbers (n,) of recordings."""
    _, place, count = np.unique(recordings, return_inverse=True, return_counts=True)
    mean: np.ndarray = np.bincount(place.reshape(-1), distances) / count
    return mean
