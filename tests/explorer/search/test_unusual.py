from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.search.unusual import more_unusual_than, pieces, usual_of
from training.anomaly.reference import NEIGHBOURS, reference_of

CLIPS, D = 60, 6
EMBEDDINGS = np.random.default_rng(0).normal(size=(CLIPS, D)).astype(np.float16).astype(np.float32)
EVERY = np.arange(CLIPS)


@pytest.fixture
def dataset(make_dataset: Any) -> Any:
    return make_dataset(CLIPS)


@pytest.fixture
def run(make_run: Any, dataset: Any, tmp_path: Path) -> Any:
    return make_run(tmp_path / "a", n=CLIPS, embedded=lambda step: EMBEDDINGS)


def slow_scores(asked: np.ndarray, left_out: list[int], known: np.ndarray = EVERY) -> list[float]:
    """As docs/anomalies.md has it, clip by clip, each a recording of its own; by the covariance of the clips `known`."""
    from sklearn.covariance import ledoit_wolf

    inverse = np.linalg.inv(ledoit_wolf(EMBEDDINGS[known])[0])
    scores = []
    for x, own in zip(asked, left_out, strict=True):
        far = [np.sqrt((x - y) @ inverse @ (x - y)) for clip, y in enumerate(EMBEDDINGS) if clip != own]
        scores.append(float(np.mean(sorted(far)[:NEIGHBOURS])))
    return scores


@pytest.fixture(scope="module")
def usual() -> np.ndarray:
    """(60,): of each clip, where neither it nor those that are left out with it are known."""
    found = np.empty(CLIPS)
    for left_out in reference_of(EMBEDDINGS, EVERY).folds:
        found[left_out] = slow_scores(EMBEDDINGS[left_out], list(left_out), np.setdiff1d(EVERY, left_out))
    return found


def test_a_sound_is_ranked_among_the_clips_of_the_map(run: Any, dataset: Any, usual: np.ndarray) -> None:
    shares = []
    for scale in (0.0, 1.0, 1.6, 2.0, 20.0):
        heard = (scale * EMBEDDINGS[:1] + 0.1).astype(np.float16).astype(np.float32)
        found = more_unusual_than(run, 20, dataset, EVERY, heard, None)
        assert found == pytest.approx(100 * (usual < slow_scores(heard, [-1])[0]).mean())
        shares.append(found)
    assert shares[-1] == 100 and 0 < shares[2] < 100


def test_a_clip_of_the_data_is_ranked_without_its_own_recording(run: Any, dataset: Any, usual: np.ndarray) -> None:
    for clip in (4, 17):
        heard = EMBEDDINGS[clip : clip + 1]
        found = more_unusual_than(run, 20, dataset, EVERY, heard, clip)
        assert found == pytest.approx(100 * (usual < usual[clip]).mean(), abs=100 / CLIPS + 1e-6)
        without = more_unusual_than(run, 20, dataset, EVERY, heard, None)
        assert without is not None and without <= found and slow_scores(heard, [-1])[0] < usual[clip]


def test_a_long_sound_is_scored_by_the_mean_of_its_pieces(run: Any, dataset: Any, usual: np.ndarray) -> None:
    heard = np.stack([EMBEDDINGS[0], 4 * EMBEDDINGS[1]])
    mean = np.mean(slow_scores(heard, [-1, -1]))
    assert more_unusual_than(run, 20, dataset, EVERY, heard, None) == pytest.approx(100 * (usual < mean).mean())


def test_a_clip_of_a_long_recording_is_ranked_among_clips(run: Any, dataset: Any) -> None:
    """Means over the clips of a recording spread less: among them, every third clip would be more unusual than all."""
    tapes = replace(dataset, files=tuple(f"{clip // 10}.wav" for clip in range(CLIPS)))
    found = [more_unusual_than(run, 20, tapes, EVERY, EMBEDDINGS[clip : clip + 1], clip) for clip in range(CLIPS)]
    np.testing.assert_allclose(np.sort(np.array(found, float)), 100 * EVERY / CLIPS, atol=1e-6)


def test_a_sound_is_cut_as_the_recordings_were(dataset: Any) -> None:
    sound = np.arange(9_500, dtype=np.float32) / 10_000  # clips of the data have 4,000 samples
    cut = pieces(sound, dataset)
    assert [len(piece) for piece in cut] == [4_000, 4_000, 1_500]
    np.testing.assert_array_equal(np.concatenate(cut), sound)
    assert [len(piece) for piece in pieces(sound[:900], dataset)] == [900]


def test_a_recording_is_scored_as_the_command_has_it_and_one_of_the_data_without_its_own_clips(dataset: Any) -> None:
    own = replace(dataset, ids=tuple(f"hash{clip}-0" for clip in range(CLIPS)))
    usual = usual_of(20, own, EMBEDDINGS, EVERY)
    (fold,) = (fold for fold in usual.reference.folds if 4 in fold)
    for content, left_out, known in (("hash4", 4, np.setdiff1d(EVERY, fold)), ("another", -1, EVERY)):
        found = usual.recording("fault/x.wav", content, EMBEDDINGS[4:6])
        scores = slow_scores(EMBEDDINGS[4:6], [left_out, left_out], known)
        assert found["score"] == pytest.approx(np.mean(scores), rel=1e-4)
        assert found["seconds"] == pytest.approx(int(np.argmax(scores)) * 4_000 / 16_000)
        assert found["anomalous"] is True and len(found["nearest"]) == NEIGHBOURS
        assert found["percentile"] == usual.reference.percentile(found["score"])


def test_nothing_is_said_where_nothing_can_be_compared(run: Any, dataset: Any, make_dataset: Any) -> None:
    heard = EMBEDDINGS[:1]
    assert more_unusual_than(run, 15, dataset, EVERY, heard, None) is None, "there is no snapshot of that step"
    assert more_unusual_than(run, 20, dataset, EVERY[:-1], heard, None) is None, "these are other clips"
    assert more_unusual_than(run, 20, dataset, EVERY + 1, heard, None) is None, "the data has fewer"
    assert more_unusual_than(run, 20, dataset, EVERY, heard[:, 1:], None) is None, "another encoder's"
    one = make_dataset(CLIPS, fingerprint="2" * 64, one_file=True)
    assert more_unusual_than(run, 20, one, EVERY, heard, None) is None, "all are of one recording"
