"""UMAP (McInnes et al. 2018) that goes on from a map instead of beginning anew.

`umap.UMAP` stretches whatever it starts from to a square of 10 by 10, which throws away what the eye had learnt. So
its own parts are called one by one: the fuzzy graph from exact neighbours, then gradient descent from given places.
Importing this takes seconds, and the very first call on a machine compiles for ten more, which numba then keeps beside the
package or in its own cache. So only the projector's process does either (and `make`, once).
"""

import contextlib
import warnings
from functools import cache

import numpy as np
from numba.extending import is_jitted

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it tells that tensorflow is missing, which nothing here would use
    from umap import layouts, umap_
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set, make_epochs_per_sample

MIN_DIST = 0.1
SEED = 20_000
COMPILED = [found for module in (layouts, umap_) for found in vars(module).values() if is_jitted(found)]

for function in COMPILED:
    with contextlib.suppress(RuntimeError):  # neither place can be written to
        function.enable_caching()


def umap_places(
    indices: np.ndarray, distances: np.ndarray, start: np.ndarray, epochs: int, strength: float
) -> np.ndarray:
    """(n, A) float32: where UMAP moves the points from `start` (n, A; in its own units, on A axes) in `epochs` rounds.

    `indices`, `distances` (n, k): exact neighbours, each point first in its own list; `strength`: of the first round's
    moves, falling to 0. The same arguments give the same places.
    """
    n = len(start)
    random = np.random.RandomState(SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph, _, _ = fuzzy_simplicial_set(
            np.empty((n, 1), np.float32), indices.shape[1], random, "cosine", knn_indices=indices, knn_dists=distances
        )
    edges = graph.tocoo()
    strong = edges.data >= edges.data.max() / max(epochs, 100)
    weights = edges.data[strong]
    places = np.ascontiguousarray(start, dtype=np.float32).copy()
    places += random.normal(scale=1e-3, size=places.shape).astype(np.float32)  # so that copies of a clip can part
    a, b = _curve()
    moved = optimize_layout_euclidean(
        places,
        places,
        edges.row[strong],
        edges.col[strong],
        epochs,
        n,
        make_epochs_per_sample(weights, epochs),
        a,
        b,
        random.randint(-(2**31) + 1, 2**31 - 2, 3).astype(np.int64),
        initial_alpha=strength,
        move_other=True,
    )
    return np.asarray(moved, dtype=np.float32)


def warm_up() -> None:
    """Compile everything, so that the first map need not wait for it."""
    random = np.random.default_rng(0)
    indices = (np.arange(64)[:, None] + np.arange(15)[None]).astype(np.int32) % 64
    distances = np.sort(random.random((64, 15)), axis=1).astype(np.float32)
    distances[:, 0] = 0
    umap_places(indices, distances, random.normal(size=(64, 2)).astype(np.float32), 2, 1.0)


@cache
def _curve() -> tuple[float, float]:
    a, b = find_ab_params(1.0, MIN_DIST)
    return float(a), float(b)
