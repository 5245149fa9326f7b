"""What something else computed becomes a run, which is measured and never trained here."""

import shutil
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.vector_files import GOOD, NAMES, csv
from training.__main__ import main
from training.errors import UserError
from training.importing import vectors
from training.run import RunFolder, State


@pytest.mark.parametrize("form", GOOD)
def test_embeddings_become_a_run_with_measures(
    tmp_path: Path, sounds: Path, h: np.ndarray, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = GOOD[form](tmp_path, h)
    assert main(["import", str(file), "--data", str(sounds), "--out", str(tmp_path / "run"), "--title", "BirdNET"]) == 0
    run = RunFolder(tmp_path / "run")
    assert run.watched and run.status().state == State.FINISHED and run.config()["method"] == "BirdNET"
    assert run.snapshots() == [1] and run.status().step == 1
    assert run.status().message.startswith("Imported 12 files, 8 dimensions")
    kept = (run.snapshot(1) or {})["embeddings"]
    assert kept == pytest.approx(100 * h if form.endswith("whole numbers") else h, abs=1)
    labels = run.probe()["facets"]["class"]
    assert [labels["names"][code] for code in labels["codes"]] == [name.split("/")[0] for name in NAMES]
    assert {"measure/cross_group_knn", "measure/effective_rank"} <= set(run.metrics()[-1])
    assert run.baselines()["cross_group_knn"]["class"]["random_init"] is None
    assert ("rows of the same files were averaged" in capsys.readouterr().err) == (
        "windows" in form and "of W" not in form
    )


def test_an_npy_file_has_its_names_in_a_text_file(tmp_path: Path, sounds: Path, h: np.ndarray, capsys: Any) -> None:
    np.save(tmp_path / "x.npy", h)
    (tmp_path / "names.txt").write_text("".join(f"{name}\r\n" for name in NAMES))
    command = ["import", str(tmp_path / "x.npy"), "--data", str(sounds), "--out", str(tmp_path / "run")]
    assert main(command) == 2
    assert (
        "name the files that they are of in a text file, one a line, and give it with --names"
        in capsys.readouterr().err
    )
    assert main([*command, "--names", str(tmp_path / "names.txt")]) == 0
    run = RunFolder(tmp_path / "run")
    assert run.probe()["files"] == NAMES and (run.snapshot(1) or {})["embeddings"] == pytest.approx(h, abs=1e-2)


def test_of_a_csv_it_can_be_said_how_the_columns_of_vectors_begin(tmp_path: Path, h: np.ndarray) -> None:
    table = csv(tmp_path / "x.csv", ["file", *"abcdefgh", "z1", "z2"], NAMES, h, h[:, :2])
    assert vectors.read_vectors(table, None, None).rows == pytest.approx(h[:, :2])
    assert vectors.read_vectors(table, None, "a").rows == pytest.approx(h[:, :1])


def test_a_run_is_not_written_over(tmp_path: Path, sounds: Path, h: np.ndarray, capsys: Any) -> None:
    file = str(GOOD["npz"](tmp_path, h))
    assert main(["import", file, "--data", str(sounds), "--out", str(tmp_path / "run")]) == 0
    assert main(["import", file, "--data", str(sounds), "--out", str(tmp_path / "run")]) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_a_small_file_of_endless_vectors_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(3 * 20_000, np.float32)), 20_000)
    pq.write_table(pa.table({"file": ["a", "b", "c"], "vector": ones}), tmp_path / "x.parquet")
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("It was read."))
    with pytest.raises(UserError, match="3 vectors of 20,000 numbers; at most 2,000,000 of 16,384"):
        vectors.read_vectors(tmp_path / "x.parquet", None, None)


def test_of_more_files_than_a_map_holds_a_stated_sample_is_taken(
    tmp_path: Path, sounds: Path, h: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(vectors, "MOST_FILES", 8)
    for out in ("run", "again"):
        assert main(["import", str(GOOD["npz"](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / out)]) == 0
        assert "8 files, 8 dimensions, a random sample of the 12 that are named" in capsys.readouterr().err
    kept, again = (RunFolder(tmp_path / out).probe()["files"] for out in ("run", "again"))
    assert kept == again and len(set(kept)) == 8
    embedded = (RunFolder(tmp_path / "run").snapshot(1) or {})["embeddings"]
    assert embedded == pytest.approx(h[[NAMES.index(name) for name in kept]], abs=1e-2)


def test_of_vectors_that_no_snapshot_could_hold_a_sample_is_taken(
    tmp_path: Path, sounds: Path, h: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(vectors, "MOST_HELD", 10 * 2 * h[0].astype(np.float32).nbytes)
    read = vectors.read_vectors(GOOD["npz"](tmp_path, h), None, None)
    assert (len(read.names), len(read.rows), read.named) == (10, 10, 12)


def test_the_others_of_many_files_take_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MOST_FILES", 8)
    rows, spelt = np.ones((20_000, 256), np.float32), [str(i // 2) for i in range(20_000)]
    tracemalloc.start()
    found = vectors._one_a_file(spelt, rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.names) == 8 and found.named == 10_000 and (found.rows == 1).all()
    assert peak < rows.nbytes / 2


def test_a_run_is_measured_by_a_command(tmp_path: Path, sounds: Path, h: np.ndarray, capsys: Any) -> None:
    main(["import", str(GOOD["npz"](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / "run")])
    shutil.rmtree(tmp_path / "run" / "measured")
    assert main(["measure", str(tmp_path / "run")]) == 0
    assert "Effective rank" in capsys.readouterr().out
    assert "measure/effective_rank" in RunFolder(tmp_path / "run").metrics()[-1]
    sounds.rename(tmp_path / "moved")
    shutil.rmtree(tmp_path / "run" / "measured")
    assert main(["measure", str(tmp_path / "run")]) == 0
    assert "\nThe sounds of this run cannot be heard: " in capsys.readouterr().err


STEERED = ["resume", "stop", "evaluate", "finetune", "embed", "run"]


@pytest.mark.parametrize("verb", STEERED)
def test_what_hearsight_does_not_train_it_refuses_to_steer(
    tmp_path: Path, sounds: Path, h: np.ndarray, verb: str, capsys: Any
) -> None:
    main(["import", str(GOOD["npz"](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / "run")])
    more = {
        "finetune": ["--facet", "class", "--labels", "2"],
        "embed": [str(sounds), "--out", str(tmp_path / "out.parquet")],
    }
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert main([verb, str(tmp_path / "run"), *more.get(verb, [])]) == 2
    assert "it can only be watched here" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before
