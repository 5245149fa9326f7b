"""What something else wrote becomes a run; whatever is wrong with it is one plain sentence, and leaves no run behind."""

import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from torch.utils.tensorboard import SummaryWriter

from training.__main__ import main
from training.errors import UserError
from training.importing import event_files, vectors
from training.run import RunFolder, State

N, D = 12, 8
NAMES = [f"{('bell', 'hum')[i % 2]}/{i:02d}.wav" for i in range(N)]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Twelve short tones in folders of two classes."""
    for i, name in enumerate(NAMES):
        path = tmp_path / "sounds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            tone = 8000 * np.sin(2 * np.pi * (300 + 200 * (i % 2) + i) * np.arange(4000 + 100 * i) / 16_000)
            file.writeframes(tone.astype("<i2").tobytes())
    return tmp_path / "sounds"


@pytest.fixture
def h() -> np.ndarray:
    """(12, 8) float32"""
    return np.random.default_rng(0).standard_normal((N, D)).astype(np.float32)


def npz(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def parquet(path: Path, columns: dict[str, Any]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def lists(h: np.ndarray) -> Any:
    return pa.array(h.tolist(), pa.list_(pa.float32()))


GOOD: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "npz": lambda to, h: npz(to / "x.npz", names=np.array(NAMES), vectors=h),
    "npz of bytes": lambda to, h: npz(to / "x.npz", filename=np.array([name.encode() for name in NAMES]), embeddings=h),
    "npz of whole numbers": lambda to, h: npz(to / "x.npz", names=np.array(NAMES), h=(100 * h).astype(np.int16)),
    "npz with more": lambda to, h: npz(
        to / "x.npz", filename=np.array(NAMES), label=np.array(["a"] * N), embedding=h, z=h[:, :3]
    ),
    "lists": lambda to, h: parquet(to / "x.parquet", {"file": NAMES, "embedding": lists(h)}),
    "lists of one length": lambda to, h: parquet(
        to / "x.parquet", {"file": NAMES, "v": pa.FixedSizeListArray.from_arrays(pa.array(h.ravel()), D)}
    ),
    "a column a dimension": lambda to, h: parquet(
        to / "x.parquet", {"path": NAMES, **{f"d{i}": h[:, i] for i in range(D)}}
    ),
    "whole paths": lambda to, h: parquet(
        to / "x.parquet", {"file": [f"/elsewhere/sounds/{n}" for n in NAMES], "v": lists(h)}
    ),
    "paths of Windows": lambda to, h: parquet(
        to / "x.parquet", {"file": [n.replace("/", "\\") for n in NAMES], "v": lists(h)}
    ),
    "stems": lambda to, h: parquet(to / "x.parquet", {"file": [Path(n).stem for n in NAMES], "v": lists(h)}),
    "windows of files": lambda to, h: parquet(
        to / "x.parquet", {"file": NAMES * 2, "v": lists(np.concatenate([h - 1, h + 1]))}
    ),
}


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
    assert ("rows of the same files were averaged" in capsys.readouterr().err) == (form == "windows of files")


def nothing_runs(to: Path, h: np.ndarray) -> Path:
    class Runs:
        def __reduce__(self) -> Any:
            return (Path.touch, (to / "ran",))

    np.save(to / "x.npy", np.array([Runs()] * N, dtype=object), allow_pickle=True)
    import zipfile

    with zipfile.ZipFile(to / "x.npz", "w") as archive:
        archive.write(to / "x.npy", "names.npy")
    return to / "x.npz"


def text(to: Path, content: bytes, name: str = "x.npz") -> Path:
    (to / name).write_bytes(content)
    return to / name


BAD: dict[str, tuple[Callable[[Path, np.ndarray], Path], str]] = {
    "missing": (lambda to, h: to / "none.npz", "There is nothing at"),
    "other file": (lambda to, h: text(to, b"hello"), "a Parquet file or an npz file was expected"),
    "pickle": (lambda to, h: text(to, b"\x80\x04N."), "a Parquet file or an npz file was expected"),
    "empty": (lambda to, h: text(to, b""), "a Parquet file or an npz file was expected"),
    "half a zip": (
        lambda to, h: text(to, GOOD["npz"](to, h).read_bytes()[:200]),
        "cannot be read as npz: it is damaged",
    ),
    "a zip without its list": (
        lambda to, h: text(to, GOOD["npz"](to, h).read_bytes().replace(b"PK\1\2", b"PK\0\0")),
        "cannot be read as npz: it is damaged",
    ),
    "half a parquet": (lambda to, h: text(to, GOOD["lists"](to, h).read_bytes()[:200]), "cannot be read as Parquet"),
    "objects": (nothing_runs, "holds Python objects, which could run code"),
    "no arrays": (lambda to, h: npz(to / "x.npz"), "a Parquet file or an npz file was expected"),
    "no names": (lambda to, h: npz(to / "x.npz", h=h), "Which of h of x.npz names the files? Say it with --names"),
    "two names": (
        lambda to, h: npz(to / "x.npz", a=np.array(NAMES), b=np.array(NAMES), h=h),
        "Which of a, b, h of x.npz names the files",
    ),
    "two vectors": (
        lambda to, h: npz(to / "x.npz", filename=np.array(NAMES), a=h, b=h),
        "Which of a, b of x.npz are the vectors",
    ),
    "no vectors": (
        lambda to, h: npz(to / "x.npz", filename=np.array(NAMES), h=h[:, 0]),
        "has no numeric vectors, but filename, h",
    ),
    "no columns": (
        lambda to, h: parquet(to / "x.parquet", {"file": NAMES, "n": range(N)}),
        "has no numeric vectors, but the columns file, n",
    ),
    "lengths": (lambda to, h: npz(to / "x.npz", filename=np.array(NAMES[:5]), h=h), "has 12 vectors but 5 names"),
    "none": (lambda to, h: npz(to / "x.npz", filename=np.array(NAMES)[:0], h=h[:0]), "has no vectors"),
    "ragged": (
        lambda to, h: parquet(to / "x.parquet", {"file": NAMES, "v": [[1.0]] * 5 + [[1.0, 2.0]] * 7}),
        "Row 6 of x.parquet has 2 numbers, but the first has 1",
    ),
    "null": (
        lambda to, h: parquet(to / "x.parquet", {"file": NAMES, "v": [[1.0]] * 5 + [None] * 7}),
        "Row 6 of x.parquet has no vector",
    ),
    "not finite": (
        lambda to, h: npz(to / "x.npz", filename=np.array(NAMES), h=np.where(h > h[3].max() - 1e-6, np.nan, h)),
        "of the 12 vectors are not finite, such as that of “",
    ),
    "huge": (
        lambda to, h: npz(to / "x.npz", filename=np.array(NAMES), h=h * 1e12),
        "12 of the 12 vectors are not finite",
    ),
    "other names": (
        lambda to, h: npz(to / "x.npz", filename=np.array([f"{50 + i}.wav" for i in range(N)]), h=h),
        "12 of the 12 names are not among the 12 sounds of",
    ),
    "one name": (
        lambda to, h: npz(to / "x.npz", filename=np.array([*NAMES[1:], "gone.wav"]), h=h),
        "such as “gone.wav”; names like “bell/00.wav” were expected",
    ),
    "same file": (
        lambda to, h: npz(to / "x.npz", filename=np.array([*NAMES[1:], "/a/" + NAMES[1]]), h=h),
        "named twice",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_plain_sentence_and_no_run(
    tmp_path: Path, sounds: Path, h: np.ndarray, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, sentence = BAD[case]
    file = make(tmp_path, h)
    assert main(["import", str(file), "--data", str(sounds), "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert sentence in said and said.endswith((".", "?"))
    assert not (tmp_path / "run").exists() and not (tmp_path / "ran").exists()


FLAGS: dict[str, tuple[list[str], str]] = {
    "no data": ([], "give their folder with --data"),
    "wrong names": (["--data", "sounds", "--names", "nme"], "has no texts called “nme”, but filename, h"),
    "wrong vectors": (["--data", "sounds", "--vectors", "z"], "has no numeric vectors called “z”, but filename, h"),
    "no sounds": (["--data", "elsewhere"], "elsewhere cannot be used"),
}


@pytest.mark.parametrize("case", FLAGS)
def test_a_wrong_flag_is_one_plain_sentence(
    tmp_path: Path, sounds: Path, h: np.ndarray, case: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    file = npz(tmp_path / "x.npz", filename=np.array(NAMES), h=h)
    flags, sentence = FLAGS[case]
    assert main(["import", str(file), "--out", "run", *flags]) == 2
    assert sentence in capsys.readouterr().err and not Path("run").exists()


def test_a_run_is_not_written_over(tmp_path: Path, sounds: Path, h: np.ndarray, capsys: Any) -> None:
    file = str(GOOD["npz"](tmp_path, h))
    assert main(["import", file, "--data", str(sounds), "--out", str(tmp_path / "run")]) == 0
    assert main(["import", file, "--data", str(sounds), "--out", str(tmp_path / "run")]) == 2
    assert "holds a run already" in capsys.readouterr().err


def test_size_is_bounded(
    tmp_path: Path, sounds: Path, h: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    for name, most, sentence in (
        ("MOST_ROWS", 5, "; at most 5 of 16,384"),
        ("WIDEST", 4, "at most 2,000,000 of 4"),
    ):
        for form in ("npz", "lists"):
            with monkeypatch.context() as bounded:
                bounded.setattr(vectors, name, most)
                assert main(["import", str(GOOD[form](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / "run")]) == 2  # fmt: skip
                assert sentence in capsys.readouterr().err


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


def events(to: Path) -> Path:
    writer = SummaryWriter(str(to / "tb"))
    for step in range(5):
        writer.add_scalar("loss/train", 1 / (step + 1), step, walltime=1000 + step)
        writer.add_scalar("train/lr", 1e-4, step, walltime=1000 + step)
        writer.add_scalar("newer", float(step), step, walltime=1000 + step, new_style=True)
    writer.add_scalar("broken", float("nan"), 4, walltime=1004)
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


def test_too_many_curves_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(event_files, "MOST_CURVES", 2)
    assert main(["import", str(events(tmp_path)), "--out", str(tmp_path / "run")]) == 2
    assert "more than 2 curves" in capsys.readouterr().err


def test_a_run_is_measured_by_a_command(tmp_path: Path, sounds: Path, h: np.ndarray, capsys: Any) -> None:
    main(["import", str(GOOD["npz"](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / "run")])
    shutil.rmtree(tmp_path / "run" / "measured")
    assert main(["measure", str(tmp_path / "run")]) == 0
    assert "Effective rank" in capsys.readouterr().out
    assert "measure/effective_rank" in RunFolder(tmp_path / "run").metrics()[-1]


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
