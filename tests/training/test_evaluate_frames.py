"""Frames are asked what is said in them, across speakers: the same numbers as by hand with scikit-learn."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.support.command_line import sentence
from training import evaluate_frames
from training.__main__ import main
from training.data import open_dataset
from training.embedder import Embedder
from training.evaluate_frames import asked_frames
from training.measures.knn import knn_accuracy
from training.probe import mfcc
from training.run import RunFolder
from training.trainer import train

RATE = 16_000
SPEAKERS, WORDS = (84, 174, 251), ("low", "mid", "high")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two utterances of each speaker, each of six tones of .5 s that go by WORDS, with a silence of .1 s behind each."""
    random = np.random.default_rng(0)
    for speaker in SPEAKERS:
        for number in range(2):
            name = tmp_path / f"corpus/{speaker}/1/{speaker}-1-000{number}"
            name.parent.mkdir(parents=True, exist_ok=True)
            said = random.permutation(np.repeat(np.arange(3), 2))
            time = np.arange(RATE // 2) / RATE
            tones = [np.sin(2 * np.pi * (300 * 3**word + speaker) * time) * 0.3 for word in said]
            sound = np.concatenate([part for tone in tones for part in (tone, np.zeros(RATE // 10))])
            soundfile.write(f"{name}.flac", sound + random.normal(0, 0.01, len(sound)), RATE)
            lines = [f"{9600 * i} {9600 * i + 8000} {WORDS[word]}\n" for i, word in enumerate(said)]
            name.with_suffix(".wrd").write_text("".join(lines))
    return tmp_path / "corpus"


def test_it_equals_what_scikit_learn_says_of_the_same_frames(
    made_run: Callable[..., RunFolder], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(steps=2, method="apc")
    train(run.path)
    capsys.readouterr()
    assert main(["evaluate", str(run.path), "--frames", "--data", str(corpus), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    embedder, untrained = Embedder(run), Embedder(run)
    untrained.reinitialise()
    rows: dict[str, list[np.ndarray]] = {"trained": [], "random_init": [], "mfcc": []}
    labels, groups = [], []
    for path in sorted(corpus.rglob("*.flac")):
        waveform = soundfile.read(path, dtype="float32")[0]
        frames = {"trained": embedder.frames(waveform), "random_init": untrained.frames(waveform)}
        frames["mfcc"] = mfcc([waveform])[0][0].T.numpy()
        for line in path.with_suffix(".wrd").read_text().splitlines():
            start, end, word = line.split()
            for i in range(len(frames["trained"])):
                middle = 160 + 640 * i  # of two frames of 20 ms
                if int(start) <= middle < int(end):
                    for name, vectors in frames.items():
                        rows[name].append(vectors[round(middle / 320) if name == "mfcc" else i])
                    labels.append(WORDS.index(word))
                    groups.append(SPEAKERS.index(int(path.name.split("-")[0])))
    told = found["facets"]["words"]
    assert found["frames"] == told["frames"] == len(labels) == 468
    assert (found["recordings"], found["hop_seconds"], found["group"], told["labels"]) == (6, 0.04, "speaker", 3)
    assert told["chance"] == pytest.approx(np.bincount(labels).max() / len(labels))
    for name, each in rows.items():
        x, of = np.stack(each), told if name == "trained" else told["baselines"][name]
        assert of["probe"] == pytest.approx(by_hand(x, np.array(labels), np.array(groups)), abs=0.01)
        knn = knn_accuracy(torch.from_numpy(x), torch.tensor(labels), torch.tensor(groups))
        assert of["cross_group_knn"] == pytest.approx(knn, abs=0.01)
    assert told["baselines"]["log_mel"]["probe"] > 0.9 and told["chance"] < 0.4
    assert main(["evaluate", str(run.path), "--frames", "--data", str(corpus)]) == 0
    said = capsys.readouterr().out
    assert f"{len(labels)} frames of 40 ms from 6 recordings" in said and "asked across speaker" in said
    assert "words (chance" in said and "Linear probe" in said


def by_hand(x: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    right = 0
    for seen, asked in GroupKFold(3).split(x, labels, groups):
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300, tol=1e-3))
        right += int((model.fit(x[seen].astype(float), labels[seen]).predict(x[asked]) == labels[asked]).sum())
    return right / len(x)


def test_what_is_asked_is_drawn_from_what_is_said_most(
    made_run: Callable[..., RunFolder], corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=1)
    train(run.path)
    dataset, times = open_dataset(str(corpus), window_seconds=60.0), Embedder(run).frame_times
    whole = asked_frames(dataset, times)
    monkeypatch.setattr(evaluate_frames, "FRAMES", 20)
    monkeypatch.setattr(evaluate_frames, "LABELS", 2)
    drawn = asked_frames(dataset, times)
    assert len(drawn.clips) == 20 < len(whole.clips)
    assert set(whole.labels["words"]) == {0, 1, 2} and set(drawn.labels["words"]) == {0, 1}
    assert (np.diff(drawn.clips) >= 0).all()


def test_a_mistake_gets_one_sentence(
    made_run: Callable[..., RunFolder], corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(steps=1)
    train(run.path)
    given = ["evaluate", str(run.path), "--frames", "--data"]
    assert "are of one speaker alone" in sentence_of_one_speaker(capsys, given, corpus)
    for path in corpus.rglob("*.wrd"):
        path.unlink()
    assert "corpus has no labels with times" in sentence(capsys, *given, str(corpus))


def sentence_of_one_speaker(capsys: pytest.CaptureFixture[str], given: list[str], corpus: Path) -> str:
    for speaker in SPEAKERS[1:]:
        for path in (corpus / f"{speaker}").rglob("*.wrd"):
            path.unlink()
    return sentence(capsys, *given, str(corpus))
