"""Words find the clips that lie beside them, all of the data as soon as they are embedded, and a sound its words."""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.library import Library
from explorer.runs.snapshots import snapshot_hash, unit_rows
from explorer.search import words as module
from explorer.search.finder import Finder
from explorer.search.process import EmbeddingProcess
from explorer.search.words import LONGEST_TEXT, MOST_TEXTS, negated, reads
from tests.support.fake_embedder import FakeEmbedder, spectrum
from training.data.texts import pieces_of
from training.errors import UserError
from training.methods import METHODS
from training.run import RunFolder

CLIPS, POINTS = 60, 40
READS = {"config": {"method": "audio_text"}}


@pytest.fixture
def dataset(make_dataset: Any) -> Any:
    return make_dataset(CLIPS)


@pytest.fixture
def run(make_run: Any, dataset: Any, tmp_path: Path) -> RunFolder:
    """Its probe is the first 40 of the 60 clips."""

    def embedded(step: int) -> np.ndarray:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(POINTS)])

    made: RunFolder = make_run(tmp_path / "runs" / "a", n=POINTS, embedded=embedded, **READS)
    return made


@pytest.fixture
def finder(run: Any, tmp_path: Path) -> Iterator[Finder]:
    process = EmbeddingProcess(f"{FakeEmbedder.__module__}:{FakeEmbedder.__name__}")
    made = Finder(Library(tmp_path / "runs"), LayoutFolders(), process)
    yield made
    made.close()


def ready(finder: Finder) -> None:
    until = time.monotonic() + 60
    while finder.prepare("a"):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_words_find_the_clips_of_the_map_and_then_all(
    finder: Finder, dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = finder.find_words("a", "rain", count=12)
    if not first.complete:
        assert first.searched == POINTS and first.note.startswith("So far the 40 clips of the map were searched.")
        assert {match.labels["class"] for match in first.matches[: POINTS // 5]} == {"rain"}
    ready(finder)
    monkeypatch.setattr(module, "PROJECTED_ROWS", 17)  # in four parts, none of which is of one class
    found = finder.find_words("a", "rain", count=12)
    assert (found.complete, found.searched, found.note) == (True, CLIPS, "All 60 clips of the data were searched.")
    assert {match.labels["class"] for match in found.matches} == {"rain"}
    assert {match.clip for match in found.matches} == {clip for clip in range(CLIPS) if clip % 5 == 2}
    fake = FakeEmbedder(RunFolder(finder._run("a").path), found.step)
    text = unit_rows(fake.project_texts([pieces_of("rain")]))[0]
    clips = unit_rows(fake.project(fake.embed([dataset.waveform(match.clip) for match in found.matches])))
    np.testing.assert_allclose([match.score for match in found.matches], clips @ text, atol=1e-3)


def test_a_map_of_all_clips_is_searched_at_once(
    finder: Finder, dataset: Any, make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def embedded(step: int) -> np.ndarray:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(CLIPS)])

    make_run(tmp_path / "runs" / "b", n=CLIPS, embedded=embedded, **READS)
    monkeypatch.setattr(finder._index, "begin", lambda *asked: 1 / 0)  # nothing is embedded anew
    found = finder.find_words("b", "violin")
    assert (found.complete, found.searched) == (True, CLIPS)
    assert {match.labels["class"] for match in found.matches} == {"violin"}


def test_words_lie_among_their_clips_on_the_map(finder: Finder, run: Any) -> None:
    angles = 2 * np.pi * (np.arange(POINTS) % 5) / 5
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    key = snapshot_hash(run, 20)
    assert key is not None
    LayoutFolders().write(key, Layout(places, "umap", 1.0))
    assert finder.find_words("a", "dog").place == pytest.approx(places[1].tolist(), abs=0.05)


def test_a_sound_is_told_its_words(finder: Finder, dataset: Any) -> None:
    said = finder.find("a", dataset.waveform(3)).said
    assert said[0][0] == "seven" and len(said) == module.SAID
    assert said[0][1] == pytest.approx(1, abs=1e-3) and said[0][1] > said[1][1] >= said[2][1]


def test_words_that_lie_beside_no_sound_are_told(finder: Finder) -> None:
    assert finder.find_words("a", "dog, rain").note.startswith(("All 60", "So far"))
    said = "None of these words lies beside a sound of the data: what is found hangs on how they are spelled. "
    assert finder.find_words("a", "rainy").note.startswith(said)
    some = "Not beside any sound of the data: “cat”, “jumps”, “wet” and 1 more. "
    assert finder.find_words("a", "Dog, cat jumps on the wet roof").note.startswith(some)


def test_function_words_are_not_blamed(finder: Finder) -> None:
    assert finder.find_words("a", "a dog and the rain").note.startswith(("All 60", "So far"))
    assert finder.find_words("a", "the rainy").note.startswith("None of these words lies beside a sound of the data")


@pytest.mark.parametrize("text", ["not rain", "dog, without rain", "No rain"])
def test_a_negation_is_told_to_be_none(text: str, finder: Finder) -> None:
    said = re.search(r"not|without|no", text.lower())
    assert said is not None
    note = finder.find_words("a", text).note
    assert note.startswith(f"“{said[0]}” leaves nothing out: words are searched for, and negation is not understood. ")
    assert "Not beside" not in note and "None of" not in note


@pytest.mark.parametrize("text", ["no", "rain", "yes no", "knot"])
def test_a_spoken_no_denies_nothing(text: str) -> None:
    assert negated(text) == ""


def test_what_was_never_read_changes_nothing(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    ask = finder._process.text_projections
    monkeypatch.setattr(
        finder._process, "text_projections", lambda run, step, pieces: asked.extend(pieces) or ask(run, step, pieces)
    )
    for text in ("dog", "a dog", "x"):
        with contextlib.suppress(UserError):
            finder.find_words("a", text)
    assert asked == [pieces_of("dog")] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" …?! ", "These are no words"),
        ("xyz", "Neither these words nor parts of them lie beside a sound of the data"),
        ("rain " * LONGEST_TEXT, f"has {5 * LONGEST_TEXT:,} characters; at most {LONGEST_TEXT}"),
    ],
)
def test_what_is_no_question_is_a_sentence(text: str, said: str, finder: Finder) -> None:
    with pytest.raises(UserError, match=said):
        finder.find_words("a", text)


def test_clips_are_read_and_projected_once_and_a_sentence_says_where_they_are_gone(
    finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(finder)
    for _ in range(2):
        finder.find_words("a", "rain")
    monkeypatch.setattr(finder._index, "kept", lambda *asked: None)
    assert finder.find_words("a", "dog").complete
    finder._words._kept.clear()
    with pytest.raises(UserError, match="removed just now; search once more"):
        finder.find_words("a", "dog")


def test_more_clips_than_are_compared_are_a_sentence(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(finder)
    monkeypatch.setattr(module, "MOST_COMPARED", CLIPS - 1)
    with pytest.raises(UserError, match="Words are compared with 59 clips at most, and this data has 60"):
        finder.find_words("a", "rain")


def test_as_many_texts_are_compared_as_there_is_time_for(
    finder: Finder, dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    ask = finder._process.text_projections
    monkeypatch.setattr(
        finder._process, "text_projections", lambda run, step, pieces: asked.append(pieces) or ask(run, step, pieces)
    )
    monkeypatch.setattr(module, "MOST_TEXTS", 3)
    for _ in range(2):
        finder.find("a", dataset.waveform(0))
    assert [len(texts) for texts in asked] == [3] and MOST_TEXTS >= 1_000  # read once


@pytest.mark.parametrize("method", METHODS)
def test_only_what_needs_captions_reads(method: str, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=10, config={"method": method})
    assert reads(run) == (METHODS[method].card.needs == "caption")
