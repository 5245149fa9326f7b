"""The anomaly score, held against a slow way to compute it."""

import warnings

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from training.anomaly.reference import ALONE, NEIGHBOURS, of_recordings, reference_of
from training.errors import UserError

D = 12


def made(clips: int, seed: int = 0) -> np.ndarray:
    """(clips, D): directions that are alike and of different scales, as those of an encoder."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(9).normal(size=(D, D)) * np.geomspace(1, 1e-2, D)
    found: np.ndarray = (random.normal(size=(clips, D)) @ mixing + 5).astype(np.float32)
    return found


def slow_scores(usual: np.ndarray, recordings: np.ndarray, asked: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Mahalanobis distances by their formula, pair by pair."""
    covariance, _ = ledoit_wolf(usual.astype(np.float64))
    inverse = np.linalg.inv(covariance)
    found = []
    for x, without in zip(asked.astype(np.float64), own, strict=True):
        far = [np.sqrt((x - y) @ inverse @ (x - y)) for y, of in zip(usual, recordings, strict=True) if of != without]
        found.append(np.mean(sorted(far)[:NEIGHBOURS]))
    return np.array(found)


def test_the_score_is_the_mean_mahalanobis_distance_to_the_nearest() -> None:
    usual, asked = made(300), made(40, seed=1)
    recordings = np.arange(300) // 5
    own = np.where(np.arange(40) % 2, 7, ALONE)
    reference = reference_of(usual, recordings)
    scores = reference.scores(asked, own)
    np.testing.assert_allclose(scores.distances, slow_scores(usual, recordings, asked, own), rtol=1e-3)
    assert scores.nearest.shape == (40, NEIGHBOURS)
    assert not (recordings[scores.nearest[1::2]] == 7).any()
    every = np.linalg.norm((asked[:, None] - usual) @ reference.whitening, axis=2)
    assert (scores.nearest[0] == every[0].argsort()[:NEIGHBOURS]).all()


def test_a_usual_recording_is_scored_by_the_others() -> None:
    usual, recordings = made(300), np.arange(300) // 5
    reference = reference_of(usual, recordings)
    slow = slow_scores(usual, recordings, usual, recordings).reshape(60, 5).mean(axis=1)
    np.testing.assert_allclose(reference.usual, np.sort(slow), rtol=1e-3)
    assert reference.percentile(np.inf) == 100 and reference.percentile(0.0) == 0
    assert reference.percentile(reference.usual[30]) == 50
    assert (reference.usual > reference.threshold).sum() == 1


def test_a_recording_of_which_there_are_two_copies_is_as_usual_as_its_copy() -> None:
    usual = np.concatenate([made(100), made(100)])
    found = reference_of(usual, np.arange(200)).scores(usual[:1], np.array([0]))
    assert found.nearest[0, 0] == 100
    np.testing.assert_allclose(
        found.distances, reference_of(usual, np.arange(200)).scores(usual[100:101], np.array([100])).distances
    )


def test_the_scale_of_an_encoder_does_not_matter() -> None:
    usual, asked, recordings = made(60), made(5, seed=1), np.arange(60)
    first, second = (reference_of(usual * by, recordings).scores(asked * by).distances for by in (1.0, 1e-6))
    np.testing.assert_allclose(first, second, rtol=1e-3)


def test_an_encoder_that_has_collapsed_finds_nothing_unusual() -> None:
    usual = np.ones((20, D), np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reference = reference_of(usual, np.arange(20))
        assert (reference.scores(usual[:3]).distances == 0).all()
        assert reference.percentile(0.0) == 0


def test_one_recording_alone_has_nothing_to_be_compared_with() -> None:
    with pytest.raises(UserError, match="two recordings at least, but all clips are of one"):
        reference_of(made(20), np.zeros(20, np.int64))


def test_a_recording_of_most_clips_leaves_fewer_neighbours() -> None:
    recordings = np.array([0] * 18 + [1, 2])
    reference = reference_of(made(20), recordings)
    assert reference.scores(made(3, seed=1)).nearest.shape == (3, 2)
    assert np.isfinite(reference.usual).all() and len(reference.usual) == 3


def test_a_recording_s_score_is_the_mean_of_its_clips() -> None:
    assert of_recordings(np.array([1.0, 5.0, 3.0, 2.0]), np.array([4, 0, 4, 9])).tolist() == [5, 2, 2]
