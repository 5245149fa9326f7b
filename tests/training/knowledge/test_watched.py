"""What is known of runs that Hearsight didn't train: by their embeddings and their sounds alone."""

import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from training.__main__ import main
from training.data.progress import quiet
from training.errors import UserError
from training.knowledge.kept import PARTS, kept
from training.knowledge.knowing import know
from training.knowledge.shortcuts import SHORTCUT
from training.run import BeingWritten, RunFolder, RunWriter
from training.watch import Watch
from training.watching import measuring

CLASSES, CLIPS = ("bell", "hum", "hiss"), 60
LEVELS = np.random.default_rng(1).uniform(0.05, 1, CLIPS)
"""How loud each clip is, whatever its class."""


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of 60 short tones of three classes below `sounds`, in a folder for each."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    names = [f"{CLASSES[i % 3]}/{i:02d}.wav" for i in range(CLIPS)]
    for i, name in enumerate(names):
        path = tmp_path / "sounds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        tone = LEVELS[i] * np.sin(2 * np.pi * 300 * (1 + i % 3) * np.arange(4000) / 16_000)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((20_000 * tone).astype("<i2").tobytes())
    return names


def of_loudness() -> np.ndarray:
    """(60, 2) embeddings in which only clips of the same level are near."""
    turn = np.argsort(np.argsort(LEVELS)) / CLIPS * np.pi
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def of_class(seed: int) -> np.ndarray:
    """(60, 3) embeddings in which clips of the same class are near."""
    return np.eye(3)[np.arange(CLIPS) % 3] + 0.1 * np.random.default_rng(seed).standard_normal((CLIPS, 3))


def watched(tmp_path: Path, names: list[str]) -> Path:
    with Watch(tmp_path / "mine", sounds=tmp_path / "sounds", clips=names) as run:
        for step, h in enumerate((of_class(0), of_loudness())):
            run.embeddings(step, h)
            run.log(step, loss=1 / (step + 1))
    return tmp_path / "mine"


def imported(tmp_path: Path, names: list[str]) -> Path:
    np.savez(tmp_path / "vectors.npz", names=np.array(names), vectors=of_loudness().astype(np.float32))
    command = ["import", str(tmp_path / "vectors.npz"), "--data", str(tmp_path / "sounds")]
    assert main([*command, "--out", str(tmp_path / "imported")]) == 0
    return tmp_path / "imported"


@pytest.mark.parametrize("make", [watched, imported])
def test_it_is_told_what_labels_and_shortcuts_embeddings_hold(
    tmp_path: Path, names: list[str], make: Callable[[Path, list[str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run = RunFolder(make(tmp_path, names))
    capsys.readouterr()
    assert main(["knows", str(run.path)]) == 0  # a watched run was not measured before
    printed = capsys.readouterr().out
    assert "Neighbours agree more in loudness" in printed and "What it ignores is left out" in printed
    (head,) = (line.split() for line in printed.splitlines() if "agreement of neighbours" in line)
    assert [int(step) for word, step in pairwise(head) if word == "step"] == run.snapshots()
    found = {part: kept(run, part) or {} for part in PARTS}
    judged = {one["name"]: one["judged"] for one in found["shortcuts"]["candidates"]}
    assert judged["loudness"] == SHORTCUT and found["shortcuts"]["label"] == "class"
    assert found["invariance"]["augmentations"] == []
    (row,) = found["facets"]["facets"]
    assert row["facet"] == "class" and row["knn"]["steps"] == row["probe"]["steps"] == run.snapshots()
    assert row["knn"]["values"][-1] < 0.6 < row["baselines"]["mfcc"]["probe"]
    first = row["knn"]["values"][0] if len(run.snapshots()) > 1 else None
    assert row["baselines"]["random_init"]["knn"] == first and (first is None or first > 0.9)


def test_without_sounds_the_runs_own_labels_are_told(tmp_path: Path, names: list[str]) -> None:
    labels = {"class": [name.split("/")[0] for name in names], "level": (LEVELS > 0.5).tolist()}
    with Watch(tmp_path / "mine", clips=names, labels=labels) as run:
        run.embeddings(7, of_loudness())
    found = know(RunFolder(run.path), quiet)
    assert [one["facet"] for one in found["facets"]["facets"]] == ["class", "level"]
    assert {one["name"]: one["judged"] for one in found["shortcuts"]["candidates"]} == {"level": SHORTCUT}
    assert found["shortcuts"]["note"] == "Levels of the sounds are missing: The sounds of this run are not at hand."


def test_another_process_that_measures_is_waited_for_but_not_for_ever(
    tmp_path: Path, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFolder(watched(tmp_path, names))
    other, said = RunWriter(run.added_path), []
    monkeypatch.setattr(measuring.time, "sleep", lambda seconds: other.close())
    assert know(run, lambda fraction, text: said.append((fraction, text)))["shortcuts"]["sentences"]
    assert "Waiting for the process that measures this run." in [text for _, text in said]
    with Watch(run.path, sounds=tmp_path / "sounds", clips=names, resumed_from=1) as again:
        again.embeddings(2, of_class(2))
    other = RunWriter(run.added_path)
    monkeypatch.setattr(measuring, "OTHERS_SECONDS", -1.0)
    with pytest.raises(BeingWritten):
        know(run, quiet)
    other.close()


def test_a_damaged_list_of_clips_is_one_sentence(tmp_path: Path, names: list[str]) -> None:
    run = RunFolder(watched(tmp_path, names))
    probe = (run.path / "probe.json").read_text()
    (run.path / "probe.json").write_text(probe.replace('"files": [', '"files": [1, '))
    with pytest.raises(UserError, match="names no files, but a list of their names was expected"):
        know(run, quiet)
