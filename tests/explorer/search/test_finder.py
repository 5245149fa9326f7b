import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.library import Library
from explorer.runs.snapshots import snapshot_hash, unit_rows
from explorer.search.comparison import random_pair_cosines
from explorer.search.finder import Finder
from explorer.search.matches import anchors_among, place_among
from explorer.search.process import EmbeddingProcess
from tests.support.fake_embedder import spectrum
from training.errors import UserError

CLIPS, POINTS = 60, 40


@pytest.fixture
def dataset(make_dataset: Any) -> Any:
    return make_dataset(CLIPS)


@pytest.fixture
def run(make_run: Any, dataset: Any, tmp_path: Path) -> Any:
    """Its probe is the first 40 of the 60 clips."""

    def embedded(step: Any) -> Any:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(POINTS)])

    return make_run(tmp_path / "runs" / "a", n=POINTS, embedded=embedded)


@pytest.fixture
def finder(run: Any, tmp_path: Path) -> Iterator[Any]:
    process = EmbeddingProcess("tests.support.fake_embedder:FakeEmbedder")
    made = Finder(Library(tmp_path / "runs"), LayoutFolders(), process)
    yield made
    made.close()


def wait_until_ready(finder: Any, name: Any = "a", step: Any = None) -> None:
    until = time.monotonic() + 60
    while finder.prepare(name, step):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def tone(hz: Any, seconds: Any = 0.25) -> Any:
    return np.sin(2 * np.pi * hz * np.arange(int(16_000 * seconds)) / 16_000).astype(np.float32)


def test_a_search_answers_from_the_map_until_all_clips_are_embedded(finder: Any, dataset: Any) -> None:
    first = finder.find("a", dataset.waveform(3))
    if not first.complete:
        assert first.searched == POINTS
        assert first.note.startswith("So far the 40 clips of the map were searched. Listening to all 60 clips")
    wait_until_ready(finder)
    found = finder.find("a", dataset.waveform(3))
    assert (found.complete, found.searched, found.step) == (True, CLIPS, 20)
    assert found.note == "All 60 clips of the data were searched."
    assert len(found.matches) == 10
    assert {match.labels["class"] for match in found.matches} == {"seven"}
    assert found.matches[0].score == pytest.approx(1, abs=2e-3)
    assert [match.score for match in found.matches] == sorted((m.score for m in found.matches), reverse=True)
    for match in found.matches:
        assert match.id == dataset.ids[match.clip]
        assert match.point == (match.clip if match.clip < POINTS else None)


def test_a_map_of_all_clips_is_searched_at_once(
    finder: Any, make_run: Any, tmp_path: Path, dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def embedded(step: Any) -> Any:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(CLIPS)])

    make_run(tmp_path / "runs" / "b", n=CLIPS, embedded=embedded)
    monkeypatch.setattr(finder._index, "begin", lambda *asked: 1 / 0)  # nothing is embedded anew
    assert finder.prepare("b") == ""
    found = finder.find("b", dataset.waveform(3))
    assert (found.complete, found.searched) == (True, CLIPS)
    assert found.note == "All 60 clips of the data were searched."
    assert (found.matches[0].score, found.matches[0].point) == (pytest.approx(1, abs=2e-3), found.matches[0].clip)


def test_a_sound_lies_among_its_neighbours_on_the_map(finder: Any, run: Any, dataset: Any) -> None:
    assert finder.find("a", tone(440)).place is None
    angles = 2 * np.pi * (np.arange(POINTS) % 5) / 5
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    LayoutFolders().write(snapshot_hash(run, 20), Layout(places, "umap", 1.0))
    found = finder.find("a", tone(440))
    assert found.place == pytest.approx(places[1].tolist(), abs=0.05)
    assert found.place_step == 20


def test_without_the_sounds_the_map_alone_is_searched(finder: Any, make_run: Any, tmp_path: Path, dataset: Any) -> None:
    def embedded(step: Any) -> Any:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(POINTS)])

    make_run(tmp_path / "runs" / "b", n=POINTS, fingerprint="1" * 64, embedded=embedded)
    found = finder.find("b", dataset.waveform(2), step=11)
    assert (found.complete, found.searched, found.step) == (False, POINTS, 10)
    assert "are not on this machine" in found.note
    assert {match.labels["class"] for match in found.matches[:8]} == {"rain"}
    assert "are not on this machine" in finder.prepare("b")


def test_how_unusual_a_sound_is(finder: Any, make_run: Any, tmp_path: Path, dataset: Any) -> None:
    def embedded(step: Any) -> Any:
        heard = np.stack([spectrum(dataset.waveform(clip), step) for clip in range(POINTS)])
        return heard + 0.01 * np.random.default_rng(0).normal(size=heard.shape)  # or clips of a class were copies

    make_run(tmp_path / "runs" / "b", n=POINTS, embedded=embedded)
    noise = np.random.default_rng(0).normal(size=8_000).astype(np.float32)
    assert finder.more_unusual_than("b", noise) == 100
    usual, own = (finder.more_unusual_than("b", dataset.waveform(3), own=clip) for clip in (None, 3))
    assert usual <= own < 50
    make_run(tmp_path / "runs" / "c", n=POINTS, fingerprint="1" * 64, embedded=embedded)
    assert finder.more_unusual_than("c", noise) is None, "its sounds are not here"


def test_two_sounds_are_compared_with_what_is_usual(finder: Any) -> None:
    same, other = finder.compare("a", tone(440), tone(440)), finder.compare("a", tone(440), tone(1100))
    assert same.cosine == pytest.approx(1)
    assert same.percentile >= 75
    assert other.cosine < same.cosine
    assert other.percentile < same.percentile
    assert other.random_low <= other.random_median <= other.random_high
    assert same.step == 20


def test_a_comparison_at_every_kept_step(finder: Any) -> None:
    rows = [finder.compare("a", tone(440), tone(1100), step) for step in (1, 9, 99)]
    assert [row.step for row in rows] == [0, 10, 20]
    # The stand-in's sounds share more or less with the steps; what all of them share doesn't count.
    assert [row.cosine for row in rows] == pytest.approx([rows[0].cosine] * 3, abs=0.01)
    assert rows[0].cosine < 0


def test_what_cannot_be_searched_is_said(finder: Any, make_run: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no such run"):
        finder.find("../a", tone(440))
    for nothing in (np.zeros(0), np.full(5, np.nan), np.zeros((5, 2))):
        with pytest.raises(UserError, match="This is no sound"):
            finder.find("a", nothing)


def test_a_new_clip_is_placed_close_to_where_it_would_lie() -> None:
    random = np.random.default_rng(0)
    places = random.normal(size=(1_000, 2))
    lifted = np.concatenate([np.cos(places), np.sin(places), np.cos(places / 2), np.sin(places / 2)], axis=1)
    units = unit_rows(lifted)
    away = []
    for left_out in range(100):
        rest = np.arange(1_000) != left_out
        away.append(
            np.hypot(*(place_among(anchors_among(units[rest], units[left_out]), places[rest]) - places[left_out]))
        )
    radius = np.quantile(np.hypot(*places.T), 0.98)
    assert np.median(away) < 0.03 * radius
    np.testing.assert_allclose(place_among(anchors_among(units, units[5]), places), places[5], atol=0.01)


def test_random_pairs_are_of_different_clips() -> None:
    cosines = random_pair_cosines(np.eye(4, dtype=np.float32))
    assert not cosines.any()
    np.testing.assert_array_equal(random_pair_cosines(np.eye(4)), cosines)


def test_two_views_are_compared_now_and_before_training(finder: Any, dataset: Any) -> None:
    views = [np.random.default_rng(i).normal(size=(20, 24)).astype(np.float32) for i in range(2)]
    assert finder.compare_views("a", [views[0], views[0]]).cosine == pytest.approx(1, abs=1e-3)
    now = finder.compare_views("a", views)
    assert now.step == 20 and now.cosine < 1 and 0 <= now.percentile <= 100
    assert finder.untrained("a") == 0
    assert finder.compare_views("a", views, 0).step == 0
    with pytest.raises(UserError, match="no such run"):
        finder.untrained("nowhere")


def test_recordings_are_ranked_beside_all_clips_of_the_data(
    finder: Any, make_run: Any, tmp_path: Path, dataset: Any
) -> None:
    def embedded(step: Any) -> Any:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(CLIPS)])

    make_run(tmp_path / "runs" / "b", n=CLIPS, embedded=embedded)
    wait_until_ready(finder)
    usual, on_map = finder.usual("a"), finder.usual("b")
    assert len(usual.clips) == len(on_map.clips) == CLIPS, "the map of the one holds fewer"
    np.testing.assert_allclose(usual.reference.points, on_map.reference.points, rtol=1e-2, atol=1e-2)
    found = finder.ranked("a", usual, "7.wav", "of nobody", dataset.waveform(7))
    assert found["file"] == "7.wav" and found["score"] >= 0 and found["seconds"] == 0
