"""Places on a plane or in space by plain linear algebra: PCA, turning one map onto another, neighbours.

Shapes: n points, D dimensions of an embedding, A axes of a map (2 or 3), k neighbours.
"""

import numpy as np

from explorer.runs.neighbours import nearest_of_all

RADIUS_SHARE = 0.98
"""This share of the points lies within the unit circle or ball; a few far ones may lie outside rather than shrink the map."""


def pca_places(vectors: np.ndarray, axes: int = 2) -> np.ndarray:
    """(n, A) float32: the first principal components of `vectors` (n, D), zeros where there is nothing to tell apart.

    Signs are fixed (each component's largest weight is positive), so that equal vectors give equal places.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, components = np.linalg.eigh(centred.T @ centred)
    leading = components[:, ::-1][:, :axes]
    leading = leading * np.sign(leading[np.abs(leading).argmax(axis=0), np.arange(leading.shape[1])])
    places = np.zeros((len(vectors), axes), np.float32)
    places[:, : leading.shape[1]] = centred @ leading
    return places


def unit_radius(places: np.ndarray) -> tuple[np.ndarray, float]:
    """`places` (n, A) centred and shrunk so that nearly all lie within the unit circle or ball, and by how much."""
    centred = places.astype(np.float64) - places.mean(axis=0, dtype=np.float64)
    radius = float(np.quantile(np.linalg.norm(centred, axis=1), RADIUS_SHARE)) if len(places) else 0.0
    if not radius > 1e-9:
        return np.zeros(places.shape, np.float32), 1.0
    return (centred / radius).astype(np.float32), radius


def turned_onto(places: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """`places` turned and mirrored, not stretched, to lie as near to `reference` as they can (orthogonal Procrustes).

    Both (n, A), centred, row i being the same point; Schönemann 1966.
    """
    left, _, right = np.linalg.svd(places.T.astype(np.float64) @ reference.astype(np.float64))
    turned: np.ndarray = (places @ (left @ right)).astype(np.float32)
    return turned


def nearest_with_itself(units: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """For each row of `units` (n, D; length 1): its k nearest by cosine, itself first, and their distances 1 - cosine.

    Exact, as UMAP takes it: (n, k) int32 and (n, k) float32. Raises ValueError for more than n.
    """
    rows, cosines = nearest_of_all(units, k - 1)
    itself = np.arange(len(units), dtype=np.int32)[:, None]
    away = (1 - cosines).clip(0)
    return np.hstack([itself, rows]), np.hstack([np.zeros((len(units), 1), np.float32), away])
