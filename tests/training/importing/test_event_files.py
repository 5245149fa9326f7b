"""Scalars of TensorBoard become curves; what is no event file is one plain sentence."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter

from tests.support.vector_files import text
from training.__main__ import main
from training.importing import event_files
from training.run import RunFolder


def events(to: Path) -> Path:
    writer = SummaryWriter(str(to / "tb"))
    for step in range(5):
        writer.add_scalar("loss/train", 1 / (step + 1), step, walltime=1000 + step)
        writer.add_scalar("train/lr", 1e-4, step, walltime=1000 + step)
        writer.add_scalar("newer", float(step), step, walltime=1000 + step, new_style=True)
    writer.add_scalar("broken", float("nan"), 4, walltime=1004)
    for nonsense in (-1, 10**12):
        writer.add_scalar("loss/train", 1.0, nonsense, walltime=1005)
    writer.add_text("words", "hello", 3)
    writer.add_histogram("weights", np.arange(9.0), 3)
    writer.close()
    return to / "tb"


@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_scalars_of_tensorboard_become_curves(tmp_path: Path, whole: bool) -> None:
    folder = events(tmp_path)
    file = folder if whole else next(folder.iterdir())
    assert main(["import", str(file), "--out", str(tmp_path / "run")]) == 0
    run = RunFolder(tmp_path / "run")
    assert run.snapshots() == [] and run.status().step == 4
    rows = run.metrics()
    assert [row["step"] for row in rows] == [0, 1, 2, 3, 4] and [row["seconds"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[1].items() >= {"train/loss/train": 0.5, "train/lr": pytest.approx(1e-4), "train/newer": 1.0}.items()
    assert {key for row in rows for key in row if "/" in key} == {"train/loss/train", "train/lr", "train/newer", "train/broken"}  # fmt: skip
    assert rows[4]["train/broken"] is None


def test_imported_curves_are_judged_as_diagnose_judges_them(tmp_path: Path, capsys: Any) -> None:
    writer = SummaryWriter(str(tmp_path / "tb"))
    for step in (0, 150):
        writer.add_scalar("measure/effective_rank", 20.0, step)
        writer.add_scalar("measure/cross_group_knn", 0.5 + step / 1000, step)
    writer.close()
    assert main(["import", str(tmp_path / "tb"), "--out", str(tmp_path / "run")]) == 0
    told = RunFolder(tmp_path / "run").status().verdict
    assert told is not None and told["kind"] == "too_early"
    capsys.readouterr()
    assert main(["diagnose", str(tmp_path / "run")]) == 0
    assert capsys.readouterr().out.startswith(told["sentence"])


def test_what_follows_a_cut_record_is_lost_and_no_more(tmp_path: Path) -> None:
    (file,) = events(tmp_path).iterdir()
    file.write_bytes(file.read_bytes()[:400])
    found = event_files.read_events(file)
    assert 0 < len(found) < 5


@pytest.mark.parametrize(
    "content", [b"", b"hello", bytes(1000), b"\xff" * 1000], ids=["empty", "text", "zeros", "ones"]
)
def test_what_is_no_event_file_is_one_plain_sentence(tmp_path: Path, content: bytes, capsys: Any) -> None:
    file = text(tmp_path, content, "events.out.tfevents.1")
    assert main(["import", str(file), "--out", str(tmp_path / "run")]) == 2
    assert "events.out.tfevents.1" in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_a_folder_without_event_files_is_refused(tmp_path: Path, sounds: Path, capsys: Any) -> None:
    assert main(["import", str(sounds), "--out", str(tmp_path / "run")]) == 2
    assert "holds 0 event files of TensorBoard" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("bound", "most", "said"),
    [
        ("MOST_CURVES", 2, "more than 2 curves"),
        ("MOST_ROWS", 4, "4 steps"),
        ("MOST_VALUES", 15, "or 15 values"),
        ("MOST_FILES", 1, "more than 1 event files"),
        ("MOST_BYTES", 10_000, "GB of events"),
    ],
)
def test_more_than_is_read_is_refused(
    bound: str, most: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    folder = events(tmp_path)
    (file,) = folder.iterdir()
    shutil.copy(file, f"{file}.2")
    assert file.stat().st_size < 10_000  # each for itself is small enough
    monkeypatch.setattr(event_files, bound, most)
    assert main(["import", str(folder), "--out", str(tmp_path / "run")]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_called_like_an_event_file_is_passed_over(tmp_path: Path) -> None:
    folder = events(tmp_path)
    (folder / "old.tfevents").mkdir()
    assert len(event_files.read_events(folder)) == 5
