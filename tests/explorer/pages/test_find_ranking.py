"""Several sounds are ranked beside the run's own recordings as the command ranks them, each to be heard."""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from explorer.pages.find_ranking import MOST_RANKED, Ranking, row_of
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.finder import Finder
from explorer.search.process import EmbeddingProcess
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from tests.support.fake_embedder import FakeEmbedder, spectrum
from tests.support.sound_files import tone, written
from training.anomaly.recording import COLUMNS, scores_table

CLIPS, POINTS = 60, 40


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the page's framework puts what visitors send."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    (tmp_path / "gradio").mkdir()
    return tmp_path / "gradio"


@pytest.fixture
def ranking(tmp_path: Path, cache: Path, sent: Path, make_run: Any, make_dataset: Any) -> Iterator[Any]:
    """Of a run whose probe is 40 of its 60 clips, each of a quarter of a second."""
    dataset = make_dataset(CLIPS)
    embedded = [spectrum(dataset.waveform(clip), 20) for clip in range(POINTS)]
    make_run(tmp_path / "runs" / "a", POINTS, fingerprint=dataset.fingerprint, embedded=lambda step: np.stack(embedded))
    library = Library(tmp_path / "runs", open_datasets=OpenDatasets())
    process = EmbeddingProcess(f"{FakeEmbedder.__module__}:{FakeEmbedder.__name__}")
    services = SimpleNamespace(
        library=library, finder=Finder(library, LayoutFolders(), process, cache), uploads=Uploads(sent)
    )
    made = Ranking.__new__(Ranking)
    made._frame = SimpleNamespace(services=services)
    yield made
    services.finder.close()
    services.uploads.close()


def ranked(ranking: Ranking, *paths: Path) -> tuple[dict[str, Any], Any]:
    """What is said at last, and the list."""
    *_, (zone, told, listed) = ranking._rank({"run": "a"}, None, [str(path) for path in paths])
    assert zone is None
    return (told if told["text"] else {"text": listed["text"]}), listed


def test_the_most_unusual_sounds_come_first_and_can_be_heard(ranking: Any, sent: Path) -> None:
    files = [written(sent / f"{hz}.wav", tone(0.25, hz=hz)) for hz in (220, 1_500, 440)]
    broken = sent / "notes.txt"
    broken.write_text("no sound")
    told, listed = ranked(ranking, *files, broken)
    assert [row["label"] for row in listed["rows"]] == [
        "1500.wav",
        *sorted(["220.wav", "440.wav"], key=listed["table"].index),
    ]
    assert "above the threshold" in listed["rows"][0]["note"] and "most unusual at" not in listed["rows"][0]["note"]
    assert told["text"].startswith("3 of 3 sounds score above the threshold of 0.00, as 1 % of")
    assert (
        "the run's own 60 recordings do, by the weights of step 20. 1 file left out: notes.txt cannot" in told["text"]
    )
    uploads = ranking._frame.services.uploads
    assert [len(uploads.samples(row["sound"]["upload"])) for row in listed["rows"]] == [4_000] * 3
    assert listed["run"] == "a" and listed["name"] == "unusual-a.csv"
    table = list(csv.DictReader(io.StringIO(listed["table"])))
    assert [row["file"] for row in table] == [row["label"] for row in listed["rows"]]
    assert listed["table"].split("\n")[0] == ",".join(COLUMNS) == scores_table([]).strip()
    assert (table[0]["above_threshold"], table[0]["percentile"]) == ("1", "100.0")


def test_a_row_says_what_is_above_the_threshold_alone() -> None:
    row: Any = {"file": "a/b.wav", "score": 3.0, "percentile": 99.96, "seconds": 0.0, "threshold": 3.0}
    sound = {"upload": "t"}
    said = "score 3.00  ·  more unusual than 100.0 % of the run's own"
    assert row_of(row, sound) == {"sound": sound, "label": "a/b.wav", "note": said, "file": "a/b.wav"}
    lower: Any = {**row, "threshold": 2.9}
    assert row_of(lower, sound)["note"] == f"{said}  ·  above the threshold"


def test_long_sounds_are_cut_and_it_is_told_that_lengths_differ(ranking: Any, sent: Path) -> None:
    sound = np.concatenate([tone(0.75, hz=220), tone(0.25, hz=1_500)])
    told, listed = ranked(ranking, written(sent / "anomaly.wav", sound))
    assert listed["rows"][0]["note"].endswith("most unusual at 0.75 s")
    assert "These recordings last 1 s and the run's own 0.2" in told["text"]
    assert listed["table"].strip().endswith(",anomalous")


def test_a_zip_is_ranked_as_the_folder_it_is_of(ranking: Any, sent: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(sent / "new.zip", "w") as archive:
        for name, hz in (("a/1.wav", 220), ("b/1.wav", 1_500)):
            archive.write(written(tmp_path / "one.wav", tone(0.25, hz=hz)), name)
    _, listed = ranked(ranking, sent / "new.zip")
    assert [row["file"] for row in listed["rows"]] == ["b/1.wav", "a/1.wav"]


def test_what_cannot_be_ranked_is_a_sentence(ranking: Any, sent: Path, tmp_path: Path) -> None:
    (sent / "notes.txt").write_text("no sound")
    elsewhere = written(tmp_path / "elsewhere.wav", tone(0.25))
    many = [written(sent / "one.wav", tone(0.25))] * (MOST_RANKED + 1)
    for paths, said in (
        ([sent / "notes.txt"], "None of these files is a sound that can be ranked. notes.txt cannot be used"),
        ([elsewhere], "This is not a sound that was sent to this page."),
        (many, f"{MOST_RANKED + 1} files were dropped, and {MOST_RANKED} are the most here"),
        ([], "Nothing was dropped."),
    ):
        told, listed = ranked(ranking, *paths)
        assert (told["tone"], listed) == ("bad", gr.skip()) and told["text"].startswith(said)
    *_, (_, told, _) = ranking._rank({"run": "gone"}, None, [str(many[0])])
    assert told["text"] == "There is no run called gone."
