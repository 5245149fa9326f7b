"""What is taken away can be opened elsewhere, and holds what was asked for."""

import csv
import io
import wave
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.snapshots import snapshot_hash
from explorer.take_away import Taken, as_csv, as_parquet, sounds, zipped
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import RunFolder

TAGS = {"=dry": ("clip-3", "clip-5"), "a/b": ("clip-5",), "elsewhere": ("another",)}


@pytest.fixture
def taken(make_run: Callable[..., RunFolder], make_dataset: Callable[..., Dataset], tmp_path: Path) -> Taken:
    dataset, run = make_dataset(), make_run(tmp_path / "run")
    layouts = LayoutFolders(tmp_path / "layouts")
    key = snapshot_hash(run, 20)
    assert key is not None
    layouts.write(key, Layout(np.arange(600, dtype=np.float32).reshape(300, 2), "umap", 0.9))
    return Taken(Bundle(run, layouts), [5, 3, 8], TAGS, 20, dataset)


def test_a_table_has_a_row_for_each_clip_and_no_cell_is_a_formula(taken: Taken) -> None:
    content = as_csv(taken)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["clip-5", "clip-3", "clip-8"]
    first = rows[0]
    assert (first["tags"], first["class"], first["file"]) == ("'=dry; a/b", "bell", "bell-5.wav")
    assert (float(first["x"]), float(first["y"])) == (10.0, 11.0)
    assert first["right"] in ("right", "wrong") and first["even"] == "yes" and float(first["duration"]) == 0.3


def test_tags_of_a_table_can_be_taken_apart_again(taken: Taken) -> None:
    several = ('"', "a; b", "b", 'c "d"', "e + f")
    tagged = Taken(taken.bundle, [5], dict.fromkeys(several, ("clip-5",)), 20, None)
    (cell,) = tagged.columns()["tags"]
    assert tuple(next(csv.reader([cell], delimiter=";", skipinitialspace=True))) == several


def test_parquet_has_vectors_neighbours_and_places(taken: Taken) -> None:
    table = pq.read_table(io.BytesIO(as_parquet(taken)))
    rows = table.to_pylist()
    assert [row["tags"] for row in rows] == [["=dry", "a/b"], ["=dry"], []]
    assert rows[0]["text"] == "bell, =dry, a/b"
    assert (rows[1]["x"], rows[1]["y"]) == (6.0, 7.0)
    vectors = taken.bundle.run.snapshot(20)["embeddings"].astype(np.float32)
    np.testing.assert_array_equal(rows[2]["vector"], vectors[8])
    # clips 3 and 8 are of one class: each other's nearest among these three rows
    assert [row["neighbors"]["ids"][0] for row in rows[1:]] == [2, 1]
    assert all(row["neighbors"]["distances"] == sorted(row["neighbors"]["distances"]) for row in rows)
    assert table.schema.metadata[b"hearsight_step"] == b"20"


def test_a_single_clip_has_no_neighbours(taken: Taken) -> None:
    alone = Taken(taken.bundle, [5], TAGS, 20, None)
    assert "neighbors" not in pq.read_table(io.BytesIO(as_parquet(alone))).column_names
    assert next(csv.DictReader(io.StringIO(as_csv(alone).decode("utf-8-sig"))))["file"] == ""


def test_sounds_lie_in_the_folder_of_each_of_their_tags(taken: Taken) -> None:
    parts = list(zipped(taken))
    assert len(parts) > 3  # it is sent while it is made
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "=dry/bell-5.wav",
        "=dry/seven-3.wav",
        "a_b (c14cdd)/bell-5.wav",
        "untagged/seven-8.wav",
    ]
    with wave.open(archive.open("=dry/bell-5.wav")) as sound:
        assert (sound.getframerate(), sound.getnframes(), sound.getnchannels()) == (16_000, 4000, 1)


def test_tags_that_are_alike_as_names_have_folders_of_their_own(taken: Taken) -> None:
    alike = ("a/b", "a_b", "a:b", "a_b.", "untagged", "Untagged", "Straße", "STRASSE", "a_B ")
    tagged = Taken(taken.bundle, [5, 3], dict.fromkeys(alike, ("clip-5",)), 20, taken.dataset)
    names = zipfile.ZipFile(io.BytesIO(b"".join(zipped(tagged)))).namelist()
    folders = {name.partition("/")[0] for name in names}
    assert len({folder.casefold() for folder in folders}) == len(alike) + 1 and {"a_b", "untagged"} < folders
    assert [name for name in names if name.startswith("untagged/")] == ["untagged/seven-3.wav"]
    plain = ("a_b", "kick drum", "Höhe")
    assert sounds.folders_of(plain) == dict(zip(plain, plain, strict=True))


def filed(taken: Taken, *files: str) -> list[str]:
    """What the first clips, whose files are called so, are called in a zip."""
    assert taken.dataset is not None
    dataset = replace(taken.dataset, files=(*files, *taken.dataset.files[len(files) :]))
    named = Taken(taken.bundle, range(len(files)), {}, 20, dataset)
    return zipfile.ZipFile(io.BytesIO(b"".join(zipped(named)))).namelist()


def test_sounds_keep_the_folders_of_their_files(taken: Taken) -> None:
    assert filed(taken, "kick/01.wav", "snare/01.flac", "snare/01.wav", "snare/Kit/A.wav", "snare/kit/a.wav") == [
        "untagged/kick/01.wav",
        "untagged/snare/01.wav",
        "untagged/snare/01 (2).wav",
        "untagged/snare/Kit/A.wav",
        "untagged/snare/kit/a (2).wav",
    ]


def test_each_window_of_a_file_says_where_it_begins(taken: Taken, make_dataset: Callable[..., Dataset]) -> None:
    windows = Taken(taken.bundle, range(2), {}, 20, make_dataset(one_file=True, fingerprint="1" * 64))
    names = zipfile.ZipFile(io.BytesIO(b"".join(zipped(windows)))).namelist()
    assert names == ["untagged/whole-0.00s.wav", "untagged/whole-0.25s.wav"]


@pytest.mark.parametrize(
    "file",
    ["../../etc/x.wav", "/etc/x.wav", "a/../../x.wav", "C:\\x\\y.wav", "a\0b/x.wav", "d/" * 40 + "x" * 200 + ".wav"],
)
def test_security_no_file_leads_out_of_its_folder(taken: Taken, file: str) -> None:
    (name,) = filed(taken, file)
    parts = name.split("/")
    assert (
        name.endswith(".wav")
        and parts[0] == "untagged"
        and len(parts) <= 10
        and all(0 < len(part) <= 104 for part in parts)
    )
    assert not {"..", ".", ""} & set(parts) and not set(name) & set('\\:*?"<>|\0')


@pytest.mark.parametrize("tag", ["..", ".", "../../etc", "a\\b", 'c:*?"<>|', "   x. "])
def test_security_no_tag_leads_out_of_the_folder(taken: Taken, tag: str) -> None:
    odd = Taken(taken.bundle, [5], {tag: ("clip-5",)}, 20, taken.dataset)
    (name,) = zipfile.ZipFile(io.BytesIO(b"".join(zipped(odd)))).namelist()
    folder, _, file = name.partition("/")
    assert file == "bell-5.wav"
    assert folder not in ("", ".", "..") and not set(folder) & set('\\:*?"<>|')


def test_sounds_that_are_not_here_or_too_many_are_refused(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="not on this machine"):
        zipped(Taken(taken.bundle, [5], TAGS, 20, None))
    monkeypatch.setattr(sounds, "MOST_BYTES", 8000 * 3)
    with pytest.raises(UserError, match="select fewer"):
        zipped(taken)
