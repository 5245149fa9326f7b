import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.search import process as module
from explorer.search.process import EmbeddingProcess
from tests.support.fake_embedder import FakeEmbedder, spectrum
from training.data.texts import pieces_of
from training.errors import UserError
from training.process import process_start

FAKE = f"{FakeEmbedder.__module__}:{FakeEmbedder.__name__}"
TONE = np.sin(np.arange(8_000) / 5).astype(np.float32)


@pytest.fixture
def process(cache: Path) -> Iterator[Any]:
    made = EmbeddingProcess(FAKE)
    yield made
    made.close()


def test_sounds_are_embedded_by_the_weights_of_a_step(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=(0, 10))
    for step in (0, 10):
        found = process.embeddings(run, step, [TONE, TONE[:100]])
        np.testing.assert_allclose(found, [spectrum(TONE, step), spectrum(TONE[:100], step)], rtol=1e-5)
    assert process.embeddings(run, 0, [TONE]).dtype == np.float32


def test_views_are_embedded_in_their_own_shape(process: Any, make_run: Any, tmp_path: Path) -> None:
    views = [np.random.default_rng(i).normal(size=(20, 24)).astype(np.float32) for i in range(2)]
    found = process.view_embeddings(make_run(tmp_path / "run", snapshots=(0, 10)), 10, views)
    np.testing.assert_allclose(found, [view[:16].mean(axis=1) * 11 for view in views], rtol=1e-5)


def test_what_is_embedded_is_projected_and_texts_beside_it(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    h = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    np.testing.assert_array_equal(process.projections(run, 10, h), h[:, :8])
    texts = process.text_projections(run, 10, [pieces_of(text) for text in ("a dog", "rain", "a dog far away")])
    assert texts.shape == (3, 8) and (texts[0] == texts[2]).all() and (texts[0] != texts[1]).any()


def test_nothing_is_started_once_it_was_ended(process: Any, make_run: Any, tmp_path: Path) -> None:
    process.close()
    with pytest.raises(UserError, match="page is being ended"):
        process.embeddings(make_run(tmp_path / "run"), 0, [TONE])
    assert process._process is None


def test_the_end_of_the_page_waits_for_no_answer(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", config={"fault": "slow"})
    process.embeddings(run, 10, [TONE])
    refused: list[UserError] = []

    def ask() -> None:
        with pytest.raises(UserError) as told:
            process.embeddings(run, 10, [TONE[:9]] * 400)
        refused.append(told.value)

    asking = threading.Thread(target=ask)
    asking.start()
    while not process._turn.locked():
        time.sleep(0.01)
    process.close()
    asking.join()
    assert ["page is being ended" in str(error) for error in refused] == [True]


def test_clips_are_embedded_without_sending_them(
    process: Any, make_run: Any, make_dataset: Any, tmp_path: Path
) -> None:
    dataset = make_dataset(20)
    found = process.clip_embeddings(make_run(tmp_path / "run"), 10, "0" * 64, 3, 7)
    np.testing.assert_allclose(found, [spectrum(dataset.waveform(clip), 10) for clip in range(3, 7)], rtol=1e-5)


def test_what_cannot_be_answered_is_said(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    with pytest.raises(UserError, match="no weights of step 1,234"):
        process.embeddings(run, 1234, [TONE])
    with pytest.raises(UserError, match="sounds of this run are not on this machine"):
        process.clip_embeddings(run, 10, "1" * 64, 0, 1)
    for fault, sentence in (("refuses", "weights of another"), ("breaks", "cannot be used"), ("dies", "broke down")):
        with pytest.raises(UserError, match=sentence.replace("weights of", "weights are of")):
            process.embeddings(make_run(tmp_path / fault, config={"fault": fault}), 10, [TONE])
    with pytest.raises(UserError, match="no finite embedding"):
        process.embeddings(run, 10, [np.full(100, np.nan, np.float32)])
    assert process.embeddings(run, 10, [TONE]).shape == (1, 16)


def test_durability_one_that_was_killed_is_started_again(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    process.embeddings(run, 10, [TONE])
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    assert process.embeddings(run, 10, [TONE]).shape == (1, 16)


def test_durability_one_that_dies_under_a_question_is_asked_anew(process: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    right = process.embeddings(run, 10, [TONE])
    process._process.send_signal(signal.SIGSTOP)  # it takes the question and never answers
    killing = threading.Timer(0.1, process._process.kill)
    killing.start()
    np.testing.assert_array_equal(process.embeddings(run, 10, [TONE]), right)
    killing.join()


def test_one_that_takes_too_long_is_ended(
    process: Any, make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", config={"fault": "slow"})
    process.embeddings(run, 10, [TONE])
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.1)
    pid = process._process.pid
    with pytest.raises(UserError, match="takes too long"):
        process.embeddings(run, 10, [TONE[:9]] * 400)  # of twenty seconds
    assert process_start(pid) is None


def test_it_ends_with_its_server(process: Any, make_run: Any, tmp_path: Path) -> None:
    process.embeddings(make_run(tmp_path / "run"), 10, [TONE])
    process._connection.close()
    process._connection = None
    assert process._process.wait(120) == 0


def test_visitors_go_before_the_background(
    process: Any, make_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked = make_run(tmp_path / "run"), threading.Event()
    monkeypatch.setattr(process, "_answer", lambda question, sounds: asked.set())
    background = threading.Thread(target=process.clip_embeddings, args=(run, 10, "0" * 64, 0, 4))
    with process._before_others():
        background.start()
        assert not asked.wait(0.3), "it asked while a visitor waits"
    background.join(60)
    assert asked.is_set()
