"""The commands that ask a model or a method."""

import csv
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import LONG, answer, sentence
from training.__main__ import main
from training.breaks import BREAKS
from training.breaks.mistakes import MISTAKES
from training.commands import output
from training.embeddings_file import typed
from training.methods import METHODS
from training.run import RunFolder
from training.trainer import train


def test_methods(capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "methods")["methods"]
    assert [row["name"] for row in rows] == list(METHODS)
    for row in rows:
        assert row.keys() >= {"name", "family", "settings", "encoders", "breaks", "mistakes", "breaks_when"}
        assert row["encoders"] == list(METHODS[row["name"]].encoders) and row["breaks_when"]
        assert row["breaks"] == {part: found.expected for part, found in BREAKS.get(row["name"], {}).items()}
        assert all(s.keys() >= {"name", "default", "low", "high", "meaning"} for s in row["settings"])
    told = {mistake: expected for row in rows for mistake, expected in row["mistakes"].items()}
    assert told == {name: mistake.expected for name, mistake in MISTAKES.items()}
    assert main(["methods"]) == 0
    out = capsys.readouterr().out
    assert all(s["name"] in out for row in rows for s in row["settings"])


def test_evaluate(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=2)
    train(run.path)
    found = answer(capsys, "evaluate", str(run.path))
    assert (found["clips"], found["of_clips"]) == (64, 64)
    assert found["facets"].keys() == {"class", "source"}
    for facet, scores in found["facets"].items():
        assert scores.keys() == {"knn", "cross_group_knn", "probe", "chance", "baselines"}
        assert scores["baselines"].keys() == {"random_init", "log_mel", "mfcc"}
        for row in (scores, *scores["baselines"].values()):
            assert 0 <= row["knn"] <= 1
            assert (row["cross_group_knn"] is None) == (row["probe"] is None) == (facet == "source")
        assert scores["chance"] == 0.25
    at_start = answer(capsys, "evaluate", str(run.path), "--step", "0")
    klass = at_start["facets"]["class"]
    assert {k: klass[k] for k in ("knn", "cross_group_knn", "probe")} == klass["baselines"]["random_init"]
    for name, values in at_start["measures"].items():
        assert values["trained"] == pytest.approx(values["random_init"], rel=1e-4, abs=1e-6), name
    first = next(row for row in run.metrics() if "measure/normalised_std" in row)
    rank = at_start["measures"]["effective_rank"]["trained"]
    assert rank == pytest.approx(first["measure/effective_rank"], rel=0.4), "of all clips, not only the probe's"
    assert main(["evaluate", str(run.path)]) == 0
    shown = capsys.readouterr().out
    assert "random_init" in shown and "Cross-group kNN" in shown and "Effective rank of the encoder" in shown
    assert "step 2, all 64 clips of starter; the linear probe asks all of these\n" in shown
    monkeypatch.setattr("training.evaluate.CLIPS", 32)
    assert main(["evaluate", str(run.path)]) == 0
    assert "step 2, 32 of the 64 clips of starter, drawn evenly; the linear probe" in capsys.readouterr().out


def test_evaluate_tells_how_sounds_and_texts_find_each_other(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(method="audio_text", steps=120, learning_rate=3e-3)
    train(run.path)
    found = answer(capsys, "evaluate", str(run.path))["retrieval"]
    assert (found["texts"], found["sounds"]) == (16, 64)
    for way in ("text_to_sound", "sound_to_text"):
        learned, before = found["trained"][way], found["random_init"][way]
        assert learned["chance"] == before["chance"] == 1 / 16
        assert learned["map_10"] > before["map_10"] + 0.15, found
    assert main(["evaluate", str(run.path)]) == 0
    shown = capsys.readouterr().out
    assert "16 texts, 64 sounds" in shown and "trained: text to sound" in shown and "recall_10" in shown
    plain = made_run("plain", steps=1)
    train(plain.path)
    assert answer(capsys, "evaluate", str(plain.path))["retrieval"] is None


def test_finetune(made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=1)
    train(run.path)
    options = ["finetune", str(run.path), "--facet", "class", "--labels", "2", "--seconds", "0.05"]
    found = answer(capsys, *options)
    assert found["trained"].keys() == found["random_init"].keys() == {"fine_tuned", "probe"} and found["draws"] == 3
    assert main(options) == 0
    shown = capsys.readouterr().out
    assert "labels a draw from" in shown and "random_init" in shown and "linear probe" in shown
    assert "± standard deviation over 3 draws" in shown and len(re.findall(r"0\.\d{3} ± 0\.\d{3}", shown)) == 4
    assert main([*options, "--draws", "1"]) == 0
    assert "±" not in (once := capsys.readouterr().out) and "labels from" in once
    assert "no facet" in sentence(capsys, *options[:2], "--facet", "digit", "--labels", "2")


def test_embed_keeps_the_types_of_labels(
    made_run: Callable[..., RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    run = made_run(steps=1)
    train(run.path)
    tables = {
        "one": "filename,fold,esc10,code,take\na.wav,1,True,01,1\nb.wav,-2,False,12,x\nc.wav,,,,\n",
        "two": "filename,fold,esc10,code,take\na.wav,3,FALSE,7,2\n",
    }
    for name, table in tables.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "labels.csv").write_text(table)
        for file in ("a", "b", "c")[: table.count(".wav")]:
            soundfile.write(tmp_path / name / f"{file}.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 900), 16_000)
    out = tmp_path / "x.parquet"
    assert main(["embed", str(run.path), str(tmp_path / "one"), str(tmp_path / "two"), "--out", str(out)]) == 0
    table = parquet.read_table(out)
    kinds = {name: str(table.schema.field(name).type) for name in ("fold", "esc10", "code", "take")}
    assert kinds == {"fold": "int64", "esc10": "bool", "code": "string", "take": "string"}
    assert table["fold"].to_pylist() == [1, -2, None, 3]
    assert table["esc10"].to_pylist() == [True, False, None, False]
    assert table["code"].to_pylist() == ["01", "12", None, "7"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["True", "false", None], [True, False, None]),
        (["0", "-3", "12"], [0, -3, 12]),
        (["0", "1"], [0, 1]),
        (["1", "True"], ["1", "True"]),
        (["007", "8"], ["007", "8"]),
        (["-0", "1"], ["-0", "1"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["9" * 30, "1"], ["9" * 30, "1"]),
        (["²", "1"], ["²", "1"]),
        ([None, None], [None, None]),
        ([], []),
    ],
)
def test_labels_are_numbers_only_where_each_is_one(labels: list[str | None], expected: list[object]) -> None:
    found = typed(labels)
    assert found == expected and list(map(type, found)) == list(map(type, expected))


def test_embed(
    made_run: Callable[..., RunFolder],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    run = made_run(steps=1)
    train(run.path)
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for name in ("a", "b"):
        soundfile.write(sounds / f"{name}.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 9000), 16_000)
    out = tmp_path / "x.parquet"
    assert main(["embed", str(run.path), str(sounds / "a.wav"), str(sounds), "--out", str(out)]) == 0
    table = parquet.read_table(out)
    assert len(table) == 2 and {"id", "file", "offset_seconds", "seconds", "vector"} <= set(table.column_names)
    assert "Wrote 2 embeddings to" in capsys.readouterr().err
    vectors = np.array(table["vector"].to_pylist())
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(vectors[0], vectors[1], rtol=1e-4, atol=1e-5)
    assert "x.txt can't be written: a name that ends in .parquet or .csv was expected." in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(tmp_path / "x.txt")
    )
    before, replace = out.read_bytes(), os.replace

    def full(made: Path, target: Path) -> None:
        if target == out:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(made, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        assert "can't be written: No space left on device." in sentence(
            capsys, "embed", str(run.path), str(sounds), "--out", str(out)
        )
    assert out.read_bytes() == before and not list(tmp_path.glob(".*.tmp"))
    folder = tmp_path / "folder.parquet"
    folder.mkdir()
    assert "can't be written: Is a directory." in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(folder)
    )
    assert "can't be written: there is no folder" in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(tmp_path / "no" / "where.parquet")
    )
    assert "can't be written: there is no folder" in sentence(
        capsys, "embed", str(run.path), str(sounds), "--out", str(tmp_path / LONG / "x.parquet")
    )


def test_embed_into_a_csv_says_the_same_with_a_column_for_each_dimension(
    made_run: Callable[..., RunFolder], tmp_path: Path
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    from training.importing.tables import of_delimited

    run = made_run(steps=1)
    train(run.path)
    for seed, name in enumerate(("a", "=b")):
        noise = np.random.default_rng(seed).uniform(-0.3, 0.3, 9000)
        soundfile.write(tmp_path / f"{name}.wav", noise, 16_000)
    (tmp_path / "labels.csv").write_text('file,class,d0,year\na.wav,"-owl, ""x""",taken,2024\n=b.wav,,,2025\n')
    for ending in ("csv", "parquet"):
        assert main(["embed", str(run.path), str(tmp_path), "--out", str(tmp_path / f"x.{ending}")]) == 0
    table = parquet.read_table(tmp_path / "x.parquet")
    with open(tmp_path / "x.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    width = len(table["vector"][0])
    first = ["id", "file", "offset_seconds", "seconds", "class", "year"]
    assert list(rows[0]) == [*first, *(f"d{i}" for i in range(width))]
    assert {(row["file"], row["class"], row["year"]) for row in rows} == {
        ("a.wav", '\'-owl, "x"', "2024"),
        ("'=b.wav", "", "2025"),
    }
    names, vectors = of_delimited(tmp_path / "x.csv", None, None)
    assert names == [row["file"] for row in rows]
    np.testing.assert_array_equal(vectors, np.array(table["vector"].to_pylist(), np.float32))


def test_embed_leaves_out_what_is_no_sound_and_says_so(
    made_run: Callable[..., RunFolder],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Named or found in a folder; where nothing is left, that is the mistake."""
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    run = made_run(steps=1)
    train(run.path)
    sounds, bad = tmp_path / "sounds", tmp_path / "bad.wav"
    sounds.mkdir()
    (tmp_path / "nothing").mkdir()
    soundfile.write(sounds / "a.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 900), 16_000)
    soundfile.write(sounds / "nan.wav", np.full(900, np.nan, np.float32), 16_000, subtype="FLOAT")
    (sounds / "empty.wav").write_bytes(b"")
    bad.write_text("This is a text.")
    out = tmp_path / "x.parquet"
    named = [str(sounds), str(bad), str(sounds / "empty.wav"), str(tmp_path / "nothing")]
    assert main(["embed", str(run.path), *named, "--out", str(out)]) == 0
    said = capsys.readouterr().err
    assert (
        "\n4 files were left out:\n- empty.wav: it is empty: no audio\n- nan.wav: it holds values that are not a"
        in said
    )
    assert "\n- bad.wav: it holds no sound in a" in said and "\n- nothing: there is no sound in it\nWrote 1 emb" in said
    assert parquet.read_table(out)["file"].to_pylist() == ["a.wav"]
    monkeypatch.setattr(output, "MOST_BULLETS", 1)
    assert main(["embed", str(run.path), *named, "--out", str(out)]) == 0
    assert "\n- empty.wav: it is empty: no audio\n- and 3 more\nWrote" in capsys.readouterr().err
    out.unlink()
    nothing = sentence(capsys, "embed", str(run.path), *named[1:], "--out", str(out))
    assert nothing.startswith("What was given holds no sound that can be used (2 files looked at; bad.wav: ")
    missing = sentence(capsys, "embed", str(run.path), str(sounds), str(tmp_path / "no.wav"), "--out", str(out))
    assert "no.wav cannot be used: it cannot be opened: No such file" in missing and not out.exists()


def test_embed_tells_files_of_one_name_apart_and_takes_each_once(
    made_run: Callable[..., RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    run = made_run(steps=1)
    train(run.path)
    for seed, name in enumerate(("one/in/x.wav", "two/in/x.wav", "two/in/y.wav")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / name, np.random.default_rng(seed).uniform(-0.3, 0.3, 900), 16_000)
    monkeypatch.chdir(tmp_path)
    given = ["two/in/x.wav", "one/in", "two/in/", str(tmp_path / "one" / "in"), "two/in/x.wav"]
    assert main(["embed", str(run.path), *given, "--out", "x.parquet"]) == 0
    assert parquet.read_table("x.parquet")["file"].to_pylist() == ["two/in/x.wav", "one/in/x.wav", "y.wav"]
