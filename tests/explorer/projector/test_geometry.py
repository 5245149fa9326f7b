from typing import Any

import numpy as np
import pytest

from explorer.projector.geometry import nearest_with_itself, pca_places, turned_onto, unit_radius
from explorer.runs.snapshots import unit_rows

RANDOM = np.random.default_rng(0)


def rotation(degrees: Any) -> Any:
    turn = np.deg2rad(degrees)
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def test_pca_finds_the_plane_of_most_spread() -> None:
    plane = RANDOM.normal(size=(200, 2)) * [5, 2]
    axes = np.linalg.qr(RANDOM.normal(size=(10, 10)))[0]
    vectors = plane @ axes[:, :2].T + 0.01 * RANDOM.normal(size=(200, 10)) + 3
    places = pca_places(vectors.astype(np.float32))
    plane -= plane.mean(axis=0)
    assert np.abs(np.corrcoef(places[:, 0], plane[:, 0])[0, 1]) > 0.99
    assert places.std(axis=0) == pytest.approx(plane.std(axis=0), rel=0.02)


def test_the_signs_of_pca_are_fixed() -> None:
    vectors = RANDOM.normal(size=(50, 6)).astype(np.float32)
    order = RANDOM.permutation(50)
    np.testing.assert_allclose(pca_places(vectors)[order], pca_places(vectors[order]), atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 4), (2, 1), (30, 1), (5, 3)])
def test_pca_of_little_is_still_a_place(shape: Any) -> None:
    places = pca_places(RANDOM.normal(size=shape).astype(np.float32))
    assert places.shape == (shape[0], 2)
    assert np.isfinite(places).all()


def test_the_radius_becomes_one() -> None:
    places, scale = unit_radius(RANDOM.normal(size=(2_000, 2)) * 7 + 30)
    assert np.quantile(np.hypot(*places.T), 0.98) == pytest.approx(1)
    assert scale == pytest.approx(7 * np.sqrt(-2 * np.log(0.02)), rel=0.05)
    flat, one = unit_radius(np.full((5, 2), 3.0))
    assert not flat.any()
    assert one == 1


@pytest.mark.parametrize("mirror", [1, -1])
def test_a_turned_map_is_turned_back(mirror: Any) -> None:
    reference, _ = unit_radius(RANDOM.normal(size=(100, 2)) * [3, 1])
    turned = reference @ rotation(130) @ np.diag([1, mirror])
    np.testing.assert_allclose(turned_onto(turned, reference), reference, atol=1e-5)


def test_turning_does_not_stretch() -> None:
    places, reference = RANDOM.normal(size=(2, 50, 2))
    turned = turned_onto(places, reference)
    np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*places.T), rtol=1e-5)


def test_neighbours_are_exact() -> None:
    units = unit_rows(RANDOM.normal(size=(1_500, 8)))
    indices, distances = nearest_with_itself(units, 6)
    for point in (0, 1_100, 1_499):
        cosine = units @ units[point]
        assert indices[point].tolist() == np.argsort(-cosine)[:6].tolist()
        np.testing.assert_allclose(distances[point], 1 - np.sort(cosine)[::-1][:6], atol=1e-6)
    assert indices[:, 0].tolist() == list(range(1_500))


def test_copies_come_after_themselves() -> None:
    indices, distances = nearest_with_itself(unit_rows(np.ones((40, 3), np.float32)), 15)
    assert indices[:, 0].tolist() == list(range(40))
    np.testing.assert_allclose(distances, 0, atol=1e-6)
