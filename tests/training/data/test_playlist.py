"""A playlist that is named as the data is read; one from anywhere else is not."""

import zipfile
from pathlib import Path

import pytest

from tests.support.files_with_metadata import sound_saying
from training.data import open_dataset
from training.data.dropped import keep_dropped
from training.data.progress import quiet
from training.errors import UserError

pytestmark = pytest.mark.usefixtures("own_cache")


def listed(path: Path, *lines: object, encoding: str = "utf-8") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join(map(str, lines)).encode(encoding))
    return str(path)


def test_the_files_of_a_playlist_are_the_data(tmp_path: Path) -> None:
    for n, name in enumerate(("rain/a.wav", "rain/b.wav", "bell/ä c.wav", "bell/unlisted.wav")):
        sound_saying(tmp_path / "sounds" / name, n)
    lines = ("#EXTM3U", "#EXTINF:1,A", "../sounds/rain/a.wav", "", "../sounds/rain/../rain/a.wav",
             tmp_path / "sounds/rain/b.wav", f"file://{tmp_path}/sounds/bell/%C3%A4%20c.wav")  # fmt: skip
    dataset = open_dataset(listed(tmp_path / "lists" / "mine.m3u8", *lines))
    assert dataset.name == "mine" and dataset.skipped == ()
    assert dataset.files == ("bell/ä c.wav", "rain/a.wav", "rain/b.wav")
    assert dataset.main_facet == "class" and dataset.facets["class"].counts() == {"bell": 1, "rain": 2}


def test_a_list_without_a_header_in_an_older_encoding_and_with_backslashes(tmp_path: Path) -> None:
    sound_saying(tmp_path / "x" / "ä.wav", 1)
    sound_saying(tmp_path / "x" / "b.wav", 2)
    playlist = listed(tmp_path / "LIST.M3U", "x\\ä.wav", "x\\b.wav", encoding="cp1252")
    assert open_dataset(playlist).files == ("b.wav", "ä.wav")


def test_what_is_missing_is_told_as_what_is_skipped_elsewhere(tmp_path: Path) -> None:
    sound_saying(tmp_path / "a.wav")
    (tmp_path / "folder").mkdir()
    (tmp_path / "inner.m3u").write_text("#EXTM3U\na.wav")
    dataset = open_dataset(
        listed(
            tmp_path / "l.m3u", "a.wav", "gone.mp3", "folder", "inner.m3u", "http://radio.example/x.mp3", "../up.wav"
        )
    )
    assert dataset.files == ("a.wav",), "what is missing decides nothing"
    told = {entry.file: entry.reason for entry in dataset.skipped}
    assert told["gone.mp3"] == "it cannot be opened: No such file or directory"
    assert told["folder"] == "it is a folder, not a file"
    assert "playlist, which is never followed" in told["inner.m3u"]
    assert told["http://radio.example/x.mp3"] == "it is an address, and only files are read"
    with pytest.raises(UserError, match=r"The playlist .*none.m3u holds no sound .*\(0 files looked at"):
        open_dataset(listed(tmp_path / "none.m3u", "#EXTM3U"))


def test_security_a_playlist_that_a_visitor_sends_or_that_lies_in_a_folder_is_never_followed(tmp_path: Path) -> None:
    secret = sound_saying(tmp_path / "secret" / "s.wav", 7)
    own = sound_saying(tmp_path / "sent" / "own.wav", 1)
    playlist = Path(listed(tmp_path / "sent" / "list.m3u8", "#EXTM3U", secret))
    bare = Path(listed(tmp_path / "sent" / "bare.m3u", secret))
    with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
        for path in (own, playlist, bare):
            archive.write(path, path.name)
    dropped = keep_dropped([own, playlist, bare], quiet)
    for given in (dropped, keep_dropped([tmp_path / "sent.zip"], quiet), tmp_path / "sent", tmp_path / "sent.zip"):
        dataset = open_dataset(str(given))
        assert dataset.files == ("own.wav",) and {entry.file for entry in dataset.skipped} == {"bare.m3u", "list.m3u8"}
    with pytest.raises(UserError, match=r"list.m3u8: it is a playlist, which is never followed"):
        open_dataset(str(dropped / "list.m3u8"))
    with pytest.raises(UserError, match=r"bare.m3u: it holds no sound"):
        open_dataset(str(dropped / "bare.m3u"))
