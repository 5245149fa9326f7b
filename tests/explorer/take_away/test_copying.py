"""Tagged files are copied by a command: none is moved, and none that is there is written over."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from explorer.__main__ import main
from explorer.tags import TagStore
from training.data import open_dataset


@pytest.fixture
def sounds(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    folder = tmp_path / "sounds"
    (folder / "drums").mkdir(parents=True)
    for i, name in enumerate(("drums/kick.wav", "drums/snare.wav", "bell.wav")):
        soundfile.write(folder / name, 0.5 * np.sin(np.arange(16_000) * (i + 1) / 20), 16_000)
    return folder


def ids(sounds: Path) -> dict[str, str]:
    dataset = open_dataset(str(sounds))
    return dict(zip(dataset.files, dataset.ids, strict=True))


def test_tagged_files_are_copied_and_nothing_is_written_over(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = ids(sounds)
    TagStore().add("low", [known["drums/kick.wav"], known["bell.wav"]])
    TagStore().add("drum", [known["drums/kick.wav"]])
    before = {path: path.read_bytes() for path in sounds.rglob("*.wav")}
    to = tmp_path / "to"
    (to / "low").mkdir(parents=True)
    (to / "low" / "bell.wav").write_text("mine")
    assert main(["tags", "copy", str(sounds), "--to", str(to)]) == 0
    assert capsys.readouterr().out == f"Copied 2 files to {to}; 1 were there already.\n"
    copied = sorted(path.relative_to(to).as_posix() for path in to.rglob("*.wav"))
    assert copied == ["drum/drums/kick.wav", "low/bell.wav", "low/drums/kick.wav"]
    assert (to / "low" / "bell.wav").read_text() == "mine"
    assert (to / "drum" / "drums" / "kick.wav").read_bytes() == (sounds / "drums" / "kick.wav").read_bytes()
    assert {path: path.read_bytes() for path in sounds.rglob("*.wav")} == before
    assert main(["tags", "list"]) == 0
    assert capsys.readouterr().out == "      1  drum\n      2  low\n"


def test_label_tracks_are_written_and_nothing_is_written_over(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, to = ids(sounds), tmp_path / "to"
    TagStore().add("low", [known["drums/kick.wav"], known["bell.wav"]])
    to.mkdir()
    (to / "bell.txt").write_text("mine")
    assert main(["tags", "tracks", str(sounds), "--to", str(to)]) == 0
    assert capsys.readouterr().out == f"Wrote 3 files to {to}; 1 were there already.\n"
    assert (to / "drums/kick.txt").read_text() == "0.000000\t1.000000\tlow\n"
    assert (to / "bell.txt").read_text() == "mine" and (to / "bell.Table.1.selections.txt").exists()
    assert main(["tags", "tracks", str(sounds), "--to", str(sounds / "in")]) == 2
    assert "where nothing is written" in capsys.readouterr().err


def test_folders_of_tags_that_are_no_more_are_told_and_left(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, store, to = ids(sounds), TagStore(), tmp_path / "to"
    store.add("lwo", [known["bell.wav"]])
    store.add("drum", [known["drums/kick.wav"]])
    (to / "mine").mkdir(parents=True)
    command = ["tags", "copy", str(sounds), "--to", str(to)]
    assert main(command) == 0
    store.rename("lwo", "low")
    store.add("Drum", [known["drums/snare.wav"]])
    capsys.readouterr()
    assert main(command) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Copied 3 files to {to}."
    assert said[1:] == ["Folders that no tag has any more lie there, and are left as they are: drum, lwo."]
    assert (to / "lwo" / "bell.wav").is_file() and (to / "low" / "bell.wav").is_file()
    assert len({path.name.casefold() for path in to.iterdir()}) == len(list(to.iterdir())) == 6


def test_clips_that_are_said_not_to_carry_a_tag_are_counted_too(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    TagStore().add("low", ["a", "b"])
    TagStore().add("drum", ["a"])
    TagStore().deny("low", ["c", "d", "e"])
    TagStore().deny("drum", ["a"])
    assert main(["tags", "list"]) == 0
    said = "      0  drum  (1 clip said not to carry it)\n      2  low  (3 clips said not to carry it)\n"
    assert capsys.readouterr() == (said, "")


def test_without_tags_the_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tags", "list"]) == 0
    assert capsys.readouterr() == ("", "No clip carries a tag yet.\n")


def test_tags_stay_with_a_folder_that_was_renamed_and_gained_a_file(
    sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TagStore().add("low", [ids(sounds)["bell.wav"]])
    moved = sounds.rename(tmp_path / "renamed")
    soundfile.write(moved / "another.wav", 0.5 * np.sin(np.arange(16_000) / 5), 16_000)
    assert main(["tags", "copy", str(moved), "--to", str(tmp_path / "to"), "--tag", "low"]) == 0
    assert (tmp_path / "to" / "low" / "bell.wav").is_file()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "to", "--tag", "high"], "carries the tag 'high'"),
        (["--to", "to"], "carries a tag"),
        (["--to", "sounds/below"], "lies in the folder of the sounds"),
    ],
)
def test_what_cannot_be_copied_is_said(
    sounds: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sounds.parent)
    assert main(["tags", "copy", str(sounds), *more]) == 2
    assert said in capsys.readouterr().err
    assert main(["tags", "copy", str(sounds / "none"), "--to", "to"]) == 2
    assert not (sounds.parent / "to").exists()
