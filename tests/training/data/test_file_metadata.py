"""What files say of themselves becomes columns where it tells something, and data that was opened without it stays known."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.support.files_with_metadata import KINDS, id3v1, id3v23, sound_saying, wav_saying, write_album_folder
from training.__main__ import main
from training.data import file_metadata, open_dataset
from training.data.decode import Decoders
from training.data.dropped import keep_dropped
from training.data.id3_genres import genre_in_words
from training.data.labels import LONGEST_LABEL, labelling
from training.data.progress import quiet

pytestmark = pytest.mark.usefixtures("own_cache")

WITHOUT = "352adf394711d040100661564de492f5"
"""The fingerprint that write_album_folder had before files were asked what they say of themselves."""
SAID = {"artist": "Björk", "album": "Début", "genre": "Pop", "date": "1993"}


def read(*paths: Path) -> list[dict[str, str]]:
    with Decoders(1) as decoders:
        return list(decoders.metadata([str(path) for path in paths], follow_links=True))


@pytest.mark.parametrize("ending", KINDS)
def test_every_kind_of_file_that_has_metadata_is_read(tmp_path: Path, ending: str) -> None:
    assert read(sound_saying(tmp_path / f"a{ending}", title="Human", **SAID)) == [SAID]


def test_the_older_tags_of_mp3_are_read(tmp_path: Path) -> None:
    plain = sound_saying(tmp_path / "plain.mp3").read_bytes()
    frames = {"TPE1": "Björk", "TALB": "Début", "TCON": "(13)", "TYER": "1993"}
    (tmp_path / "v23.mp3").write_bytes(id3v23(frames) + plain)
    (tmp_path / "v1.mp3").write_bytes(plain + id3v1("Bjork", "Debut", "1993", 13))
    assert read(tmp_path / "v23.mp3") == [SAID | {"genre": "(13)"}]
    assert read(tmp_path / "v1.mp3") == [SAID | {"artist": "Bjork", "album": "Debut"}]


def test_genres_that_are_numbers_are_named_as_the_older_tags_name_them(tmp_path: Path) -> None:
    """The library that reads files knows the numbers of ID3v1 alone, where they are bytes."""
    plain = sound_saying(tmp_path / "plain.mp3").read_bytes()
    for number, name in ((0, "Blues"), (13, "Pop"), (79, "Hard Rock"), (99, "Acoustic")):
        (tmp_path / "v1.mp3").write_bytes(plain + id3v1("a", "b", "1993", number))
        (said,) = read(tmp_path / "v1.mp3")
        assert said["genre"] == name == genre_in_words(str(number)) == genre_in_words(f"({number})")
    told = {"(17)Punk": "Punk", "(255)": "(255)", "2 Step": "2 Step", "1980": "1980", "": "", "(RX)": "(RX)"}
    assert {text: genre_in_words(text) for text in told} == told


def test_bad_input_what_a_file_says_is_cut_and_a_broken_one_says_nothing(tmp_path: Path) -> None:
    long = tmp_path / "long.wav"
    long.write_bytes(wav_saying(0, {"IART": "x" * 100_000}))
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + bytes(50))
    said, nothing, gone, whole = read(long, broken, tmp_path / "none.wav", sound_saying(tmp_path / "a.flac", **SAID))
    assert set(said.get("artist", "")) <= {"x"} and len(said.get("artist", "")) <= 500
    assert nothing == gone == {} and whole == SAID


def test_columns_of_a_folder_and_artist_as_group(tmp_path: Path) -> None:
    dataset = open_dataset(str(write_album_folder(tmp_path / "music")))
    assert list(dataset.facets) == ["genre", "artist", "album", "year", "file"]
    assert dataset.main_facet == "genre" and dataset.group == "artist"
    assert dataset.facets["year"].counts() == {"1990": 2, "1991": 2, "1992": 2, "1993": 2}
    assert [dataset.facets["genre"].label(clip) for clip in range(3)] == ["rock", "jazz", "rock"]


def test_dropped_files_and_zips_are_asked_too(tmp_path: Path) -> None:
    folder = write_album_folder(tmp_path / "music")
    dropped = open_dataset(str(keep_dropped(sorted(folder.iterdir()), quiet)))
    with zipfile.ZipFile(tmp_path / "music.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    assert dropped.group == open_dataset(str(tmp_path / "music.zip")).group == "artist"


def test_the_command_line_shows_the_columns_and_the_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "show", str(write_album_folder(tmp_path / "music"))]) == 0
    shown = capsys.readouterr().out
    assert "  genre (2): jazz 4, rock 4\n  artist, the group (4): artist 0 2," in shown


def test_columns_that_tell_nothing_are_left_out() -> None:
    names = [f"{n}.wav" for n in range(10)]
    said = {
        name: {
            "genre": "rock",
            "album": f"album {n}",
            "artist": f"artist {n % 2}" if n < 4 else "",
            "date": f"{2000 + n % 2}",
        }
        for n, name in enumerate(names)
    }
    known = file_metadata.with_metadata(labelling(names, {}), said)
    assert known.labels["1.wav"] == {"year": "2001", "file": "1.wav"} and known.group == "file"
    assert file_metadata.with_metadata(labelling(names, {}), {}) == labelling(names, {})


def test_other_labels_win_and_come_first(tmp_path: Path) -> None:
    names = [f"{('dry', 'wet')[n % 2]}/{n}.wav" for n in range(8)]
    said = {name: {"artist": f"artist {n // 2 % 2}", "genre": f"genre {n // 4}"} for n, name in enumerate(names)}
    found = file_metadata.with_metadata(labelling(names, {}), said)
    assert list(found.labels[names[0]]) == ["class", "genre", "artist", "file"] and found.group == "artist"
    table = tmp_path / "labels.csv"
    table.write_text("file,Artist,speaker\n" + "".join(f"{name},someone,{name[0]}\n" for name in names))
    found = file_metadata.with_metadata(labelling(names, {"labels.csv": str(table)}), said)
    assert (
        found.labels[names[0]] == {"Artist": "someone", "speaker": "d", "genre": "genre 0"} and found.group == "speaker"
    )


def test_a_class_that_all_share_comes_behind() -> None:
    names = [f"rips/{n}.mp3" for n in range(8)]
    said = {name: {"genre": f"genre {n % 2}"} for n, name in enumerate(names)}
    assert list(file_metadata.with_metadata(labelling(names, {}), said).labels[names[0]]) == ["genre", "class", "file"]


def test_folders_of_artists_stay_recognisable_across_files() -> None:
    """Were the artist the group, no clip had a neighbour of its own class in another one."""
    names = [f"{artist}/{n}.mp3" for artist in ("ann", "bob") for n in range(4)]
    said = {name: {"artist": name.partition("/")[0].title(), "date": f"199{n % 2}"} for n, name in enumerate(names)}
    found = file_metadata.with_metadata(labelling(names, {}), said)
    assert list(found.labels[names[0]]) == ["class", "artist", "year", "file"] and found.group == "file"


def test_bad_input_text_of_files_is_fit_to_be_shown() -> None:
    names = [f"{n}.mp3" for n in range(4)]
    odd = "a\x07b\n c‮" + "d" * 1000
    said = {name: {"artist": odd if n < 2 else "<b>x</b>"} for n, name in enumerate(names)}
    labels = file_metadata.with_metadata(labelling(names, {}), said).labels
    shown = labels["0.mp3"]["artist"]
    assert shown is not None and shown.startswith(r"a\x07b c\u202ed") and len(shown) == LONGEST_LABEL
    assert labels["3.mp3"]["artist"] == "<b>x</b>"


def test_a_year_is_taken_from_any_way_to_write_a_date() -> None:
    dates = {"1999": "1999", "1999-02-03": "1999", "03.02.2001": "2001", "99": "", "19991": "", "": "", "0000": ""}
    assert {date: file_metadata._text("year", {"date": date}) for date in dates} == dates


def test_what_was_read_is_remembered_until_the_content_changes(tmp_path: Path, own_cache: Path) -> None:
    folder = write_album_folder(tmp_path / "music")
    first = open_dataset(str(folder))
    (memory,) = (own_cache / "metadata").iterdir()
    kept = memory.stat().st_mtime_ns, json.loads(memory.read_text())
    os.rename(folder / "0.wav", folder / "00.wav")  # the same content is not asked again
    assert open_dataset(str(folder)).facets["genre"].counts() == first.facets["genre"].counts()
    assert (memory.stat().st_mtime_ns, json.loads(memory.read_text())) == kept
    (folder / "00.wav").write_bytes(wav_saying(0, {"IGNR": "jazz", "IART": "artist 9"}))
    assert open_dataset(str(folder)).facets["genre"].counts() == {"jazz": 5, "rock": 3}
    memory.write_text("no json")
    assert open_dataset(str(folder)).facets["genre"].counts() == {"jazz": 5, "rock": 3}


def test_durability_data_of_earlier_versions_is_opened_as_it_was(tmp_path: Path) -> None:
    folder = str(write_album_folder(tmp_path / "music"))
    today, before = open_dataset(folder), open_dataset(folder, fingerprint=WITHOUT)
    assert before.fingerprint == WITHOUT != today.fingerprint
    assert list(before.facets) == ["file"] and before.group == "file"
    assert before.ids == today.ids and np.array_equal(before.samples, today.samples)
    assert open_dataset(folder, fingerprint=today.fingerprint).fingerprint == today.fingerprint
    assert open_dataset(folder, fingerprint="of other sounds").fingerprint == today.fingerprint


def test_durability_files_that_say_nothing_have_the_fingerprint_that_they_had(tmp_path: Path) -> None:
    for n in range(8):
        (tmp_path / f"{n}.wav").write_bytes(wav_saying(n, {"INAM": f"song {n}", "IART": "the same"}))
    assert open_dataset(str(tmp_path)).fingerprint == "bb33b8c33de5e8ed9755da90e626ba6d"


def test_a_known_layout_is_not_asked(tmp_path: Path, own_cache: Path) -> None:
    for n in range(4):
        (tmp_path / f"{n}_ann_0.wav").write_bytes(wav_saying(n, {"IART": f"artist {n % 2}"}))
    assert list(open_dataset(str(tmp_path)).facets) == ["digit", "speaker"]
    assert not (own_cache / "metadata").exists()
