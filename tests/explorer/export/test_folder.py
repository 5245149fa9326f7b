"""Where an export may be written, and that it is there whole or not at all."""

import zipfile
from pathlib import Path

import pytest

from explorer.export.folder import checked, made_whole
from training.errors import UserError


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_made_whole(tmp_path: Path) -> None:
    with made_whole(tmp_path / "deep" / "to") as folder:
        assert not (tmp_path / "deep" / "to").exists()
        (folder / "a.txt").write_text("a")
    assert (tmp_path / "deep" / "to" / "a.txt").read_text() == "a"
    assert left(tmp_path / "deep") == ["to"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    with made_whole(tmp_path / "to") as folder:
        (folder / "a.txt").write_text("a")
    assert left(tmp_path) == ["to"] and left(tmp_path / "to") == ["a.txt"]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    for name in ("to", "to.zip"):
        with pytest.raises(RuntimeError), made_whole(tmp_path / name) as folder:
            (folder / "a.txt").write_text("a")
            raise RuntimeError
    assert left(tmp_path) == []


def test_a_zip_holds_one_folder(tmp_path: Path) -> None:
    with made_whole(tmp_path / "one.zip") as folder:
        (folder / "data").mkdir()
        (folder / "data" / "a.mp3").write_bytes(b"a" * 1000)
        (folder / "index.html").write_bytes(b"b" * 1000)
    assert left(tmp_path) == ["one.zip"]
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert packed.namelist() == ["one/data/a.mp3", "one/index.html"]
        assert [entry.compress_size < 1000 for entry in packed.infolist()] == [False, True]


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "file.zip").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, sentence in (
        ("full", "is not empty"),
        ("file", "is no folder"),
        ("file.zip", "new zip file"),
        ("link", "is no folder"),
    ):
        with pytest.raises(UserError, match=sentence):
            checked(tmp_path / name)
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"
