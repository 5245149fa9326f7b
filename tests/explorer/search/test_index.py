import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.search import index as module
from explorer.search import vectors
from explorer.search.index import Index, Progress
from explorer.search.process import EmbeddingProcess
from tests.support.fake_embedder import spectrum

FAKE = "tests.support.fake_embedder:FakeEmbedder"


@pytest.fixture
def index(cache: Path) -> Iterator[Any]:
    process = EmbeddingProcess(FAKE)
    yield Index(process)
    process.close()


def wait_for_end(index: Any, *asked: Any) -> Any:
    until = time.monotonic() + 60
    while (progress := index.begin(*asked)) is not None and progress.error is None:
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return progress


def test_all_clips_are_embedded_once_and_kept(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, cache: Path
) -> None:
    dataset, run = make_dataset(150), make_run(tmp_path / "run")
    assert index.vectors(run, 10, dataset) is None
    assert index.begin(run, 10, dataset).text == "Listening to all 150 clips: 0 %"
    assert wait_for_end(index, run, 10, dataset) is None
    heard = np.stack([spectrum(dataset.waveform(clip), 10) for clip in range(150)])
    found = index.vectors(run, 10, dataset)
    np.testing.assert_allclose(found.centre, heard.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(found.units, unit_rows(heard - heard.mean(axis=0)), atol=0.02)
    np.testing.assert_allclose(index.kept(run, 10, dataset), heard, atol=1e-3)
    assert index.kept(run, 0, dataset) is None
    assert [path.suffix for path in (cache / "embeddings").iterdir()] == [".npy"]
    another = Index(EmbeddingProcess("no:module"))
    assert another.begin(run, 10, dataset) is None
    assert another.vectors(run, 20, dataset) is None


def test_other_weights_have_other_embeddings(index: Any, make_run: Any, make_dataset: Any, tmp_path: Path) -> None:
    dataset = make_dataset(30)
    assert wait_for_end(index, make_run(tmp_path / "a", seed=1), 10, dataset) is None
    assert index.vectors(make_run(tmp_path / "b", seed=2), 10, dataset) is None


def test_what_fails_says_why(index: Any, make_run: Any, make_dataset: Any, tmp_path: Path) -> None:
    failed = wait_for_end(index, make_run(tmp_path / "run", config={"fault": "refuses"}), 10, make_dataset(30))
    assert failed.text == "These weights are of another model."


def test_a_step_whose_place_another_one_took_is_embedded_when_it_is_asked_for_again(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, run = make_dataset(30), make_run(tmp_path / "run", snapshots=(0, 10, 20))
    embed, on = index._process.clip_embeddings, threading.Event()
    monkeypatch.setattr(index._process, "clip_embeddings", lambda *asked: on.wait(60) and embed(*asked))
    for step in (0, 10, 20):  # the first one is at work, the second one waits, the third one takes its place
        index.begin(run, step, dataset)
        while step == 0 and index._wanted:
            time.sleep(0.01)
    on.set()
    assert wait_for_end(index, run, 20, dataset) is None and wait_for_end(index, run, 10, dataset) is None


def test_a_damaged_file_is_made_again(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, cache: Path
) -> None:
    dataset, run = make_dataset(30), make_run(tmp_path / "run")
    wait_for_end(index, run, 10, dataset)
    next((cache / "embeddings").iterdir()).write_bytes(b"nonsense")
    assert index.vectors(run, 10, dataset) is None
    assert wait_for_end(index, run, 10, dataset) is None
    assert index.vectors(run, 10, dataset).units.shape == (30, 16)


def test_the_oldest_go_when_there_are_too_many(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_BYTES", 3_000)
    dataset, run = make_dataset(30), make_run(tmp_path / "run", snapshots=(0, 10, 20))
    for step in (0, 10, 20):
        wait_for_end(index, run, step, dataset)
        os.utime(index.path(run, step, dataset.fingerprint), (step, step))  # a disk's clock ticks in milliseconds
    assert [index.vectors(run, step, dataset) is not None for step in (0, 10, 20)] == [False, True, True]


def test_what_a_killed_process_left_half_written_goes_and_what_is_being_written_stays(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, cache: Path
) -> None:
    folder = cache / "embeddings"
    folder.mkdir(parents=True)
    left, written = folder / ".left.17.npy", folder / ".written.18.npy"
    for part in (left, written):
        part.write_bytes(b"half")
    os.utime(left, (0, 0))
    wait_for_end(index, make_run(tmp_path / "run"), 10, make_dataset(30))
    assert written.exists() and not left.exists()


def test_progress_in_words() -> None:
    assert Progress(0, 0).text == "Listening to all 0 clips: 0 %"
    assert Progress(1_200, 2_400).text == "Listening to all 2,400 clips: 50 %"


def test_many_clips_are_sorted_into_an_index_which_goes_with_them(
    index: Any, make_run: Any, make_dataset: Any, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MOST_COMPARED", 100)
    monkeypatch.setattr(module, "KEPT_BYTES", 1)
    dataset, run = make_dataset(150), make_run(tmp_path / "run", snapshots=(0, 10, 20))
    (cache / "embeddings").mkdir(parents=True)
    (cache / "embeddings" / "gone.usearch").write_bytes(
        b"of a process that was killed before its vectors were in place"
    )
    said = []
    monkeypatch.setattr(Index, "_is_sorted", lambda self, key, done, clips: said.append((done, clips)) or True)
    for step in (0, 10):
        assert wait_for_end(index, run, step, dataset) is None
        assert isinstance(index.vectors(run, step, dataset), vectors.IndexedVectors)
    assert said == [(150, 150)] * 2
    kept = sorted(path.name for path in (cache / "embeddings").iterdir())
    key = index.path(run, 10, dataset.fingerprint).stem
    assert kept == [f"{key}.json", f"{key}.npy", f"{key}.usearch"]
    assert Progress(50, 100, doing="Sorting").text == "Sorting all 100 clips: 50 %"
