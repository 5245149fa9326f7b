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
ALONE = -1
"""The recording of a clip that is none of the usual ones."""
_CHUNK = 256


@dataclass(frozen=True)
class Scores:
    """What is said of m clips."""

    distances: np.ndarray
    """(m,) float32: the anomaly score of each."""
    nearest: np.ndarray
    """(m, k) int64: the usual clips that are nearest to it, the nearest first."""


@dataclass(frozen=True)
class Reference:
    """Usual clips, in a space where they spread alike in every direction."""

    centre: np.ndarray
    """(D,) float64: their mean."""
    whitening: np.ndarray
    """(D, D) float64: Euclidean distances of (x - centre) @ whitening are Mahalanobis distances."""
    points: np.ndarray
    """(n, D) float32: the clips there."""
    recordings: np.ndarray
    """(n,) int64: which recording each was cut from."""

    def scores(self, embeddings: np.ndarray, own: np.ndarray | None = None) -> Scores:
        """Of embeddings (m, D). Usual clips of the recording `own` (m,), ALONE where there is none, are left out."""
        return self._scores(_whitened(embeddings, self.centre, self.whitening), own)

    @cached_property
    def of_clips(self) -> np.ndarray:
        """(n,) float32: the score of each usual clip, by the clips of the other recordings."""
        return self._scores(self.points, self.recordings).distances

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

    def _scores(self, points: np.ndarray, own: np.ndarray | None) -> Scores:
        count = min(NEIGHBOURS, len(self.points) - int(np.unique(self.recordings, return_counts=True)[1].max()))
        distances, nearest = np.empty(len(points), np.float32), np.empty((len(points), count), np.int64)
        lengths = np.square(self.points).sum(axis=1)
        for begin in range(0, len(points), _CHUNK):
            chunk = slice(begin, begin + _CHUNK)
            asked = points[chunk]
            far = lengths - 2 * asked @ self.points.T  # squared distances but for what all of a row share
            if own is not None:
                far[own[chunk, None] == self.recordings] = np.inf
            found = np.argpartition(far, count - 1, axis=1)[:, :count]
            true = np.linalg.norm(asked[:, None] - self.points[found], axis=2)
            order = np.argsort(true, axis=1, kind="stable")
            nearest[chunk] = np.take_along_axis(found, order, axis=1)
            distances[chunk] = true.mean(axis=1)
        return Scores(distances, nearest)


def reference_of(embeddings: np.ndarray, recordings: np.ndarray) -> Reference:
    """Of the embeddings (n, D) of usual clips, by their covariance as Ledoit and Wolf (2004) shrink it.

    Raises UserError where all clips are of one recording, which then has none to be compared with.
    """
    if len(np.unique(recordings)) < 2:
        raise UserError("Anomaly scores need usual sounds from two recordings at least, but all clips are of one.")
    from sklearn.covariance import LedoitWolf

    centre = embeddings.mean(axis=0, dtype=np.float64)
    apart = embeddings - centre
    scale = float(np.abs(apart).max()) or 1.0
    spread, directions = np.linalg.eigh(LedoitWolf(assume_centered=True).fit(apart / scale).covariance_)
    whitening = directions / np.sqrt(np.maximum(spread, np.finfo(np.float32).eps)) / scale
    return Reference(centre, whitening, _whitened(embeddings, centre, whitening), recordings)


def _whitened(embeddings: np.ndarray, centre: np.ndarray, whitening: np.ndarray) -> np.ndarray:
    """(m, D) float32. The same for equal embeddings, also in directions in which clips hardly differ."""
    found: np.ndarray = ((embeddings.astype(np.float64) - centre) @ whitening).astype(np.float32)
    return found


def of_recordings(distances: np.ndarray, recordings: np.ndarray) -> np.ndarray:
    """(R,) float64: the mean of the `distances` (n,) of each recording's clips, in the order of the numbers (n,) of recordings."""
    _, place, count = np.unique(recordings, return_inverse=True, return_counts=True)
    mean: np.ndarray = np.bincount(place.reshape(-1), distances) / count
    return mean
