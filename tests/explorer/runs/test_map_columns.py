from typing import Any

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from explorer.runs import map_columns, neighbours
from explorer.runs.map_columns import local_trust, mean_trust, nearness
from explorer.runs.snapshots import unit_rows

K = map_columns.NEIGHBOURS


def slow_trust(units: np.ndarray, places: np.ndarray, point: int) -> float:
    """Of one point, by loops."""
    n = len(units)
    others = [i for i in range(n) if i != point]
    truly = sorted(others, key=lambda i: -float(units[point] @ units[i]))
    shown = sorted(others, key=lambda i: float(np.sum((places[point] - places[i]) ** 2)))[:K]
    cost = sum(max(0, truly.index(i) + 1 - K) for i in shown)
    return 1 - 2 * cost / (K * (2 * n - 3 * K - 1))


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(200, 12))


def test_each_point_is_trusted_as_by_loops_and_their_mean_is_the_known_measure(
    vectors: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "CHUNK", 64)
    units = unit_rows(vectors)
    for places in (vectors[:, :2], np.random.default_rng(1).normal(size=(200, 2))):
        found = local_trust(units, places)
        assert found[::20] == pytest.approx([slow_trust(units, places, i) for i in range(0, 200, 20)], abs=1e-6)
        slow = trustworthiness(units, places, n_neighbors=K, metric="cosine")
        assert mean_trust({"map_trust": found}) == pytest.approx(slow, abs=1e-6)


def test_of_very_many_points_some_are_judged(vectors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    units, places = unit_rows(vectors), vectors[:, :2]
    whole = local_trust(units, places)
    monkeypatch.setattr(map_columns, "MOST_POINTS", 50)
    some = local_trust(units, places)
    judged = np.isfinite(some)
    assert judged.sum() == 50
    np.testing.assert_array_equal(some[judged], whole[judged])
    assert mean_trust({"map_trust": some}) == pytest.approx(some[judged].mean())


def test_few_points_have_no_trust_and_one_place_for_all_is_borne(vectors: Any) -> None:
    units = unit_rows(vectors)
    assert local_trust(units[:20], vectors[:20, :2]) is None
    assert mean_trust({}) is None
    flat = local_trust(units, np.zeros((200, 2), np.float32))
    assert ((flat >= 0) & (flat <= 1)).all()


def test_nearness_is_the_mean_cosine_of_the_ten_nearest(vectors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    units = unit_rows(vectors)
    found = nearness(units, vectors[:, :2])
    for point in (0, 57, 199):
        cosines = np.sort(np.delete(units @ units[point], point))[-K:]
        assert found[point] == pytest.approx(cosines.mean(), abs=1e-6)
    monkeypatch.setattr(map_columns, "MOST_POINTS", 50)
    assert np.isfinite(nearness(units, vectors[:, :2])).sum() == 50
    assert nearness(units[:10], vectors[:10, :2]) is None
