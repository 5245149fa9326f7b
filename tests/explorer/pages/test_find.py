"""Find asks again while there is something to wait for, and no longer."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from explorer.pages.find_search import NEWEST, NOTHING_LISTED, UNREAD, Search, whose
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.finder import Finder
from explorer.search.process import EmbeddingProcess
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from tests.support.fake_embedder import FakeEmbedder, spectrum

RAIN = {"words": "rain", "reads": True}
FAKE = f"{FakeEmbedder.__module__}:{FakeEmbedder.__name__}"


@pytest.fixture
def search(tmp_path: Path, cache: Path) -> Iterator[Any]:
    library = Library(tmp_path / "runs", open_datasets=OpenDatasets())
    finder = Finder(library, LayoutFolders(), EmbeddingProcess(FAKE), cache)
    services = SimpleNamespace(library=library, finder=finder, uploads=Uploads(tmp_path))
    made = Search.__new__(Search)
    made.frame = SimpleNamespace(services=services)
    yield made
    finder.close()
    services.uploads.close()


def asked(search: Any, run: str) -> tuple[Any, Any]:
    """The notice and whether it is asked again, after a search and once more."""
    token = search.frame.services.uploads.add((32_000 * np.sin(np.arange(4_000) / 5)).astype(np.int16)).token
    given = ({"run": run}, {"sound": {"upload": token}}, NEWEST, None)
    first, again = Search._search(search, *given), Search._search_on(search, *given)
    return (first[1]["tone"], first[3].active), (again[1]["tone"], again[3].active)


def test_sounds_that_are_not_here_are_not_waited_for(search: Any, make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a", 40, 16, fingerprint="1" * 64)  # of as many numbers as the embedder gives
    assert asked(search, "a") == (("", False), ("", False))


def test_words_are_meant_before_the_sound_that_is_shown(search: Any, make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a", 40, 16, fingerprint="1" * 64, config={"method": "audio_text"})
    listed, told, place, _ = Search._search(search, {"run": "a"}, None, NEWEST, RAIN)
    assert told["text"].startswith("Nearest to the words “rain”. Only the 40 clips of the map were searched.")
    assert len(listed["rows"]) == 40 and all("agrees" not in row for row in listed["rows"])
    assert place["marks"][0]["label"] == "these words" and place["alone"]


@pytest.mark.parametrize(("method", "reads"), [("audio_text", True), ("simclr", False), ("my own", False)])
def test_words_are_asked_for_where_a_run_reads(
    method: str, reads: bool, search: Any, make_run: Any, tmp_path: Path
) -> None:
    make_run(tmp_path / "runs" / "a", 40, 16, config={"method": method})
    _, field, listed, _ = Search._of_run(search, {"run": "a"}, RAIN)
    assert field == {"reads": reads, "note": UNREAD, "words": "rain"}, "the address keeps them for a run that reads"
    assert (listed == NOTHING_LISTED) == (not reads), "what words found of another run is not this one's"
    assert (Search._search(search, {"run": "a"}, None, NEWEST, RAIN)[0] == NOTHING_LISTED) == (not reads)
    assert Search._of_run(search, {"run": "gone"}, None)[1] == {"reads": False, "note": "", "words": ""}


def test_an_emptied_player_leaves_the_list_to_the_words(search: Any, make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "a", 40, 16, fingerprint="1" * 64, config={"method": "audio_text"})
    for emptied in (None, {"title": "none"}):
        assert Search._search_sound(search, {"run": "a"}, emptied, NEWEST, None) == (gr.skip(),) * 4
    token = search.frame.services.uploads.add(np.ones(4_000, np.int16)).token
    assert Search._search_sound(search, {"run": "a"}, {"sound": {"upload": token}}, NEWEST, None)[0]["rows"]


def test_how_unusual_a_sound_is_is_said_of_sounds_alone(
    search: Any, make_run: Any, make_dataset: Any, tmp_path: Path
) -> None:
    dataset = make_dataset(40)

    def embedded(step: int) -> np.ndarray:
        return np.stack([spectrum(dataset.waveform(clip), step) for clip in range(40)])

    reading = {"method": "audio_text"}
    make_run(tmp_path / "runs" / "a", 40, fingerprint=dataset.fingerprint, embedded=embedded, config=reading)
    clip = {"sound": {"fingerprint": dataset.fingerprint, "index": 0}}
    until = time.monotonic() + 60
    while not (told := Search._how_unusual(search, {"run": "a"}, clip, NEWEST, None)["text"]):
        assert time.monotonic() < until, "waited in vain"
    assert "on the map" in told and told.endswith(", with its own recording left out.")
    for asked, words in ((None, None), (clip, RAIN), ({"sound": {"upload": "gone"}}, None)):
        assert Search._how_unusual(search, {"run": "a"}, asked, NEWEST, words) == {"text": "", "tone": ""}
    assert Search._how_unusual(search, None, clip, NEWEST, None) == {"text": "", "tone": ""}


def test_where_nothing_is_asked_nothing_is_listed(search: Any) -> None:
    asks_nothing = ({"run": "a"}, None, NEWEST, None)
    assert Search._search(search, *asks_nothing)[:2] == (NOTHING_LISTED, None)
    listed, told, *_ = Search._search_again(search, *asks_nothing)
    assert listed == told == gr.skip(), "a sound may have been found meanwhile"


def test_long_words_are_told_in_short() -> None:
    assert whose(None, "rain") == "Nearest to the words “rain”. " and len(whose(None, "rain " * 100)) < 100
