"""The anomaly score, held against a slow way to compute it."""

import warnings

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from training.anomaly.reference import ALONE, FOLDS, NEIGHBOURS, of_recordings, reference_of
from training.errors import UserError

D = 12


def made(clips: int, seed: int = 0) -> np.ndarray:
    """(clips, D): directions that are alike and of different scales, as those of an encoder."""
    random = np.random.default_rng(seed)
    mixing = np.random.default_rng(9).normal(size=(D, D)) * np.geomspace(1, 1e-2, D)
    found: np.ndarray = (random.normal(size=(clips, D)) @ mixing + 5).astype(np.float32)
    return found


def slow_scores(
    usual: np.ndarray, recordings: np.ndarray, asked: np.ndarray, own: np.ndarray, known: np.ndarray | None = None
) -> np.ndarray:
    """Mahalanobis distances by their formula, pair by pair, by the covariance of what is `known`."""
    covariance, _ = ledoit_wolf((usual if known is None else known).astype(np.float64))
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
    slow = slow_scores(usual, recordings, asked[::2], own[::2])
    np.testing.assert_allclose(scores.distances[::2], slow, rtol=1e-3)
    assert scores.nearest.shape == (40, NEIGHBOURS)
    assert not (recordings[scores.nearest[1::2]] == 7).any()
    every = np.linalg.norm((asked[:, None] - usual) @ reference.space.whitening, axis=2)
    assert (scores.nearest[0] == every[0].argsort()[:NEIGHBOURS]).all()


def test_a_usual_recording_is_scored_by_the_others_in_a_space_that_does_not_know_it() -> None:
    usual, recordings = made(300), np.arange(300) // 5
    reference = reference_of(usual, recordings)
    assert sorted(np.concatenate(reference.folds)) == list(range(60)) and len(reference.folds) == FOLDS
    slow = np.empty(300)
    for left_out in reference.folds:
        of_it = np.isin(recordings, left_out)
        own = recordings[of_it]
        slow[of_it] = slow_scores(usual, recordings, usual[of_it], own, known=usual[~of_it])
        np.testing.assert_allclose(reference.scores(usual[of_it], own).distances, slow[of_it], rtol=1e-3)
    np.testing.assert_allclose(reference.of_clips, slow, rtol=1e-3)
    np.testing.assert_allclose(reference.usual, np.sort(slow.reshape(60, 5).mean(axis=1)), rtol=1e-3)
    assert reference.percentile(np.inf) == 100 and reference.percentile(0.0) == 0
    assert reference.percentile(reference.usual[30]) == 50
    assert (reference.usual > reference.threshold).sum() == 1


def test_of_new_recordings_that_are_no_different_as_many_are_above_the_threshold_as_of_usual_ones() -> None:
    clips = np.random.default_rng(0).normal(size=(2_200, 4 * D)).astype(np.float32)
    above, percentiles = [], []
    for first in range(0, 1_000, 200):
        reference = reference_of(clips[first : first + 200], np.arange(200))
        scores = reference.scores(clips[1_000:]).distances
        above.append((scores > reference.threshold).mean())
        percentiles.append(np.mean([reference.percentile(score) for score in scores]))
    assert np.mean(above) < 0.03, "one in a hundred, with what chance makes of 200"
    assert 45 < np.mean(percentiles) < 56


def test_the_copy_of_a_recording_is_the_nearest_to_it() -> None:
    usual = np.concatenate([made(100), made(100)])
    reference = reference_of(usual, np.arange(200))
    assert reference.scores(usual[:1], np.array([0])).nearest[0, 0] == 100
    assert reference.scores(usual[100:101], np.array([100])).nearest[0, 0] == 0


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
