"""Whatever is wrong with a file of vectors is one plain sentence, and leaves no run behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.vector_files import GOOD, NAMES, N, csv, npz, parquet, text
from training.__main__ import main
from training.importing import columns


def nothing_runs(to: Path, h: np.ndarray) -> Path:
    class Runs:
        def __reduce__(self) -> Any:
            return (Path.touch, (to / "ran",))

    np.save(to / "x.npy", np.array([Runs()] * N, dtype=object), allow_pickle=True)
    import zipfile

    with zipfile.ZipFile(to / "x.npz", "w") as archive:
        archive.write(to / "x.npy", "names.npy")
    return to / "x.npz"


def npy(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


BAD: dict[str, tuple[Callable[[Path, np.ndarray], Path], str]] = {
    "missing": (lambda to, h: to / "none.npz", "There is nothing at"),
    "other file": (lambda to, h: text(to, b"hello"), "a Parquet, npz, npy or CSV file was expected"),
    "pickle": (lambda to, h: text(to, b"\x80\x04N."), "a Parquet, npz, npy or CSV file was expected"),
    "empty": (lambda to, h: text(to, b""), "a Parquet, npz, npy or CSV file was expected"),
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
    "npy of objects": (
        lambda to, h: nothing_runs(to, h).with_suffix(".npy"),
        "one of Python objects is refused, since loading it could run code",
    ),
    "npy of one dimension": (lambda to, h: npy(to / "x.npy", h[0]), "an array (n, D) of numbers, of at most 512 MB"),
    "half an npy": (
        lambda to, h: text(to, npy(to / "x.npy", h).read_bytes()[:200], "x.npy"),
        "cannot be read as npy",
    ),
    "npy of other names": (lambda to, h: npy(to / "x.npy", h[:5]), "x.npy has 5 vectors but 12 names"),
    "csv without numbers": (
        lambda to, h: csv(to / "x.csv", ["file", "label"], NAMES, ["a"] * N),
        "a column of numbers for each dimension was expected, such as d0, d1, d2",
    ),
    "csv of words": (
        lambda to, h: csv(
            to / "x.csv", ["file", "d0", "d1"], NAMES * 6_000, [*[0.5] * (N * 6_000 - 1), "loud"], [0.5] * N * 6_000
        ),
        "x.csv cannot be read as CSV",
    ),
    "csv of gaps": (
        lambda to, h: csv(to / "x.csv", ["file", "d0", "d1"], NAMES, [*[0.5] * (N - 1), ""], [0.5] * N),
        "1 of the 12 vectors are not finite",
    ),
    "an empty csv": (lambda to, h: text(to, b"", "x.csv"), "a Parquet, npz, npy or CSV file was expected"),
    "csv of one line": (lambda to, h: text(to, b"file,d0,d1\n", "x.csv"), "x.csv"),
    "no arrays": (lambda to, h: npz(to / "x.npz"), "a Parquet, npz, npy or CSV file was expected"),
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
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    names = ["--names", str(tmp_path / "names.txt")] if file.suffix == ".npy" else []
    assert main(["import", str(file), "--data", str(sounds), "--out", str(tmp_path / "run"), *names]) == 2
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


def test_what_can_hold_no_embeddings_is_not_asked_for_their_sounds(tmp_path: Path, capsys: Any) -> None:
    assert main(["import", str(text(tmp_path, b"hello")), "--out", str(tmp_path / "run")]) == 2
    assert "holds no embeddings: a Parquet, npz, npy or CSV file was expected" in capsys.readouterr().err


def test_size_is_bounded(
    tmp_path: Path, sounds: Path, h: np.ndarray, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    for name, most, sentence in (
        ("MOST_ROWS", 5, "; at most 5 of 16,384"),
        ("WIDEST", 4, "at most 2,000,000 of 4"),
    ):
        for form in ("npz", "lists", "csv"):
            with monkeypatch.context() as bounded:
                bounded.setattr(columns, name, most)
                assert main(["import", str(GOOD[form](tmp_path, h)), "--data", str(sounds), "--out", str(tmp_path / "run")]) == 2  # fmt: skip
                assert sentence in capsys.readouterr().err
