"""What a run has learned to read, in a file that numpy alone opens: its vectors are those of the page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command_line import sentence
from training.__main__ import main
from training.data.dataset import Dataset
from training.data.texts import BUCKETS, PIECES, pieces_of, texts_of
from training.embedder import Embedder
from training.run import RunFolder
from training.trainer import train

DOCUMENT = Path(__file__).parents[3] / "docs" / "run-folder.md"


@pytest.fixture
def run(made_run: Callable[..., RunFolder], tones: Dataset) -> RunFolder:
    made = made_run("reads", method="audio_text", steps=4)
    train(made.path)
    return made


def test_the_code_of_the_document_turns_words_and_sounds_into_the_vectors_of_the_page(
    run: RunFolder, tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["encoder", str(run.path), "--out", "encoder.pt2", "--words", "words.npz"]) == 0
    assert "Wrote what it reads to words.npz." in capsys.readouterr().err
    code = DOCUMENT.read_text().partition("## Words beside sounds")[2].partition("```python\n")[2].partition("```")[0]
    found: dict[str, Any] = {}
    exec(code, found)
    embedder = Embedder(run)
    known = {piece for text in texts_of(tones) for piece in pieces_of(text)} - {0}
    texts = [*texts_of(tones)[:3], "unknown number", "A " + texts_of(tones)[0].upper() + "?!", "number " * 60]
    for text in texts:
        read = [piece for piece in pieces_of(text) if piece in known]  # as Find asks
        page = embedder.project_texts([read + [0] * (PIECES - len(read))])[0]
        np.testing.assert_allclose(found["vector_of_words"](text), page, atol=1e-4)
    snapshot = run.snapshot(embedder.step)
    assert snapshot is not None
    heard = snapshot["embeddings"].astype(np.float32)
    np.testing.assert_allclose(found["vector_of_sound"](heard), embedder.project(heard), atol=1e-3)
    assert found["file"]["read"].shape == (BUCKETS,) and set(np.flatnonzero(found["file"]["read"])) == known


def test_a_run_that_reads_nothing_and_another_name_are_sentences(
    run: RunFolder, made_run: Callable[..., RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, out = made_run("other", method="simclr"), tmp_path / "encoder.pt2"
    for asked, name, said in (
        (other, "words.npz", "The method of this run, simclr, reads no words"),
        (run, "words.csv", "a name that ends in .npz was expected"),
    ):
        words = str(tmp_path / name)
        assert said in sentence(capsys, "encoder", str(asked.path), "--out", str(out), "--words", words)
    assert not out.exists()
