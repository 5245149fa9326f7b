"""A folder, a zip or files become clips with labels, and every file that does not is named with its reason."""

import errno
import fcntl
import os
import zipfile
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile

from tests.support.sound_files import tone, written
from training.data import open_dataset, summary
from training.data.dataset import Dataset
from training.data.decoding import SILENT
from training.data.folder import open_file
from training.data.names import LONGEST_CAPTION
from training.data.progress import quiet
from training.data.sources import Rules
from training.errors import UserError

OF_EARLIER_VERSIONS = "4e831f893a2a5a8009217d561bb663a0"
pytestmark = pytest.mark.usefixtures("own_cache")


def sound(path: Path, seconds: float = 0.1, level: float = 0.5, rate: int = 16_000, seed: int | None = None) -> Path:
    """Noise that differs with the file's name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(list(os.fsencode(path.name)) if seed is None else seed)
    kind = "FLAC" if path.suffix == ".flac" else "WAV"
    soundfile.write(path, random.uniform(-level, level, round(seconds * rate)), rate, format=kind)
    return path


def reasons(dataset: Dataset) -> dict[str, str]:
    return {entry.file: entry.reason for entry in dataset.skipped}


def test_a_folder_of_classes(tmp_path: Path) -> None:
    for name in ("rain/a.wav", "rain/b.flac", "bell/c.wav"):
        sound(tmp_path / "mine" / name)
    (tmp_path / "mine" / "README.md").write_text("about")
    dataset = open_dataset(str(tmp_path / "mine"))
    assert dataset.name == "mine" and dataset.files == ("bell/c.wav", "rain/a.wav", "rain/b.flac")
    assert dataset.group == "file" and dataset.main_facet == "class" and dataset.skipped == ()
    read = soundfile.read(tmp_path / "mine/rain/a.wav", dtype="int16")[0]
    assert np.array_equal(dataset.waveform(1) * 32768, read)
    about = summary(dataset)
    assert about["clips"] == 3 and about["facets"]["class"] == {"bell": 1, "rain": 2} and about["skipped"] == []


def test_a_sound_whose_end_is_in_no_clip_is_told_and_long_recordings_are_not(tmp_path: Path) -> None:
    for name, seconds in {"cut": 2.3, "whole": 2.0, "nearly": 2.01, "two": 2.6, "long": 8.3}.items():
        sound(tmp_path / f"{name}.wav", seconds)
    dataset = open_dataset(str(tmp_path))
    assert [(entry.file, entry.reason) for entry in dataset.warnings] == [
        (
            "cut.wav",
            "only its first 2 s are heard: the last 0.30 s are less than a quarter of the window, which can be longer",
        )
    ]
    assert open_dataset(str(tmp_path), window_seconds=3).warnings == ()


def test_the_highest_rate_of_its_files_is_kept(tmp_path: Path) -> None:
    for name, rate in (("a", 8_000), ("b", 44_100), ("c", 22_050)):
        sound(tmp_path / "mixed" / f"{name}.wav", rate=rate)
    (tmp_path / "mixed" / "d.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    for _ in ("made", "from the cache"):
        dataset = open_dataset(str(tmp_path / "mixed"))
        assert dataset.highest_rate == 44_100 and len(dataset.skipped) == 1
        assert dataset.heard == "Sounds are heard at 16 kHz: nothing above 8 kHz."
    sound(tmp_path / "low" / "a.wav", rate=16_000, seed=5)
    assert open_dataset(str(tmp_path / "low")).heard == ""


def test_the_same_folder_gives_the_same_set_and_changes_are_seen(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav", 3.0)
    first = open_dataset(str(tmp_path))
    again = open_dataset(str(tmp_path))
    assert again.fingerprint == first.fingerprint and again.ids == first.ids
    assert np.array_equal(again.samples, first.samples)
    assert open_dataset(str(tmp_path), window_seconds=1.0).fingerprint != first.fingerprint
    sound(tmp_path / "a.wav", 3.0, seed=5)
    changed = open_dataset(str(tmp_path))
    assert changed.fingerprint != first.fingerprint and not set(changed.ids) & set(first.ids)


def test_long_files_are_cut_and_remember_where(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav", 5.0)
    dataset = open_dataset(str(path), window_seconds=2.0)
    assert dataset.offsets_seconds.tolist() == [0.0, 2.0, 4.0] and dataset.lengths.tolist() == [32_000, 32_000, 16_000]
    assert len({clip.split("-")[0] for clip in dataset.ids}) == 1
    assert [clip.split("-")[1] for clip in dataset.ids] == ["0", "32000", "64000"]
    assert np.array_equal(dataset.samples, soundfile.read(path, dtype="int16")[0])
    assert dataset.facets["file"].names == ("a.wav",)
    assert len(open_dataset(str(path), window_seconds=4.5)) == 1, "a tail of half a second is a ninth of the window"


def test_bad_input_every_bad_file_is_named_and_the_good_ones_are_taken(tmp_path: Path) -> None:
    sound(tmp_path / "good.wav")
    sound(tmp_path / "silent.wav", level=0.0)
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan]), 16_000, subtype="FLOAT")
    soundfile.write(tmp_path / "late.wav", np.r_[np.zeros(100_000), np.inf], 16_000, subtype="FLOAT")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.mp3").write_text("#EXTM3U\n/etc/passwd\n")
    (tmp_path / "movie.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    (tmp_path / "notes.txt").write_text("no sound")
    sound(tmp_path / "sound.txt")
    os.mkfifo(tmp_path / "pipe.wav")
    dataset = open_dataset(str(tmp_path))
    assert sorted(dataset.files) == ["good.wav", "silent.wav", "sound.txt"]
    assert sorted(reasons(dataset)) == ["empty.wav", "late.wav", "movie.m4a", "nan.wav", "pipe.wav", "text.mp3"]
    assert "no audio" in reasons(dataset)["empty.wav"] and "playlist" in reasons(dataset)["text.mp3"]
    assert [(entry.file, entry.reason) for entry in dataset.warnings] == [("silent.wav", SILENT)]
    assert summary(open_dataset(str(tmp_path))) == summary(dataset), "the same when it comes from the cache"


@pytest.mark.parametrize("bad", ["nothing", "only text", "only broken", "missing", "nul", "long name", "nobody"])
def test_data_without_a_sound_is_one_sentence(tmp_path: Path, bad: str) -> None:
    if bad == "only text":
        (tmp_path / "a.txt").write_text("x")
    if bad == "only broken":
        soundfile.write(tmp_path / "nan.wav", np.array([np.nan]), 16_000, subtype="FLOAT")
    name = {"missing": "nowhere", "nul": "a\0b", "long name": "x" * 400, "nobody": "~nobody-here/x"}.get(bad, "")
    with pytest.raises(UserError) as error:
        open_dataset(name if bad == "nobody" else str(tmp_path / name))
    text = str(error.value)
    assert text.endswith(".") and "\n" not in text and "\0" not in text
    assert ("cannot be used" if name else "no sound") in text


def test_a_cache_that_cannot_be_used_is_not_blamed_on_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(file: IO[bytes], operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    sound(tmp_path / "a.wav")
    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(UserError, match=r"^The cache folder .* cannot be used: No locks available"):
        open_dataset(str(tmp_path))


def test_a_window_out_of_range_is_one_sentence(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    with pytest.raises(UserError, match=r"0\.1 to 60 seconds"):
        open_dataset(str(tmp_path), window_seconds=0.0)


def test_the_same_content_twice_keeps_both_with_their_own_ids(tmp_path: Path) -> None:
    for name in ("dog/a.wav", "cat/b.wav"):
        sound(tmp_path / name, seed=1)
    dataset = open_dataset(str(tmp_path))
    assert len(set(dataset.ids)) == 2 and dataset.facets["class"].names == ("cat", "dog")
    assert "same content as cat/b.wav" in dataset.warnings[0].reason


def test_captions_and_pictures_lie_beside(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav", 5.0)
    sound(tmp_path / "b.wav")
    (tmp_path / "a.txt").write_text(" a bell,\n  far away ")
    (tmp_path / "b.png").write_bytes(b"\x89PNG")
    dataset = open_dataset(str(tmp_path))
    assert dataset.companions["caption"] == ("a bell, far away",) * 3 + (None,)
    assert dataset.companions["picture"] == (None,) * 3 + (str(tmp_path / "b.png"),)
    (tmp_path / "b.png").rename(tmp_path / "b.jpg")
    assert open_dataset(str(tmp_path)).companions["picture"][3] == str(tmp_path / "b.jpg")


@pytest.mark.parametrize(
    ("content", "caption"),
    [
        ("\ufeffcafé à Zürich".encode(), "café à Zürich"),
        ("дождь".encode("utf-16"), "дождь"),
        ("l'église, un café".encode("cp1252"), "l'église, un café"),
        (b"x" + "é".encode() * 5_000, "x" + "é" * (LONGEST_CAPTION - 1)),  # what is read ends within a character
        (b" \n", None),
    ],
    ids=["utf-8 with a mark", "utf-16", "western european", "too long", "nothing"],
)
def test_captions_are_read_in_the_encoding_in_which_they_were_written(
    content: bytes, caption: str | None, tmp_path: Path
) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_bytes(content)
    assert open_dataset(str(tmp_path)).companions.get("caption", (None,)) == (caption,)


def test_a_picture_that_is_a_link_is_not_taken(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / "a.png").symlink_to("/etc/passwd")
    (tmp_path / "a.txt").symlink_to("/etc/passwd")
    assert open_dataset(str(tmp_path)).companions == {}


def test_bad_input_strange_names_are_stored_and_shown_safely(tmp_path: Path) -> None:
    for name in ("音 Größe.wav", "\u202evaw.gpj", "<script>.wav", "=1+1.wav"):
        sound(tmp_path / name)
    (tmp_path / os.fsdecode(b"\xff.wav")).write_bytes((tmp_path / "<script>.wav").read_bytes())
    dataset = open_dataset(str(tmp_path))
    assert len(dataset) == 5 and "\\u202evaw.gpj" in dataset.files and "\\udcff.wav" in dataset.files
    "".join((*dataset.files, *dataset.facets["file"].names)).encode()


def test_bad_input_links_in_the_own_folder_are_followed_and_in_uploads_refused(tmp_path: Path) -> None:
    sound(tmp_path / "elsewhere" / "a.wav")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "link.wav").symlink_to(tmp_path / "elsewhere" / "a.wav")
    assert len(open_dataset(str(tmp_path / "mine"))) == 1
    with pytest.raises(UserError, match="a link"):
        open_file(tmp_path / "mine" / "link.wav", Rules(follow_links=False), quiet)


def test_a_single_file_and_one_that_is_too_long(tmp_path: Path) -> None:
    rules = Rules(follow_links=False, max_seconds=2.0)
    dataset = open_file(sound(tmp_path / "x" / "a.wav", 0.1), rules, quiet)
    assert (dataset.files, dataset.name) == (("a.wav",), "a")
    with pytest.raises(UserError, match="longer than 2 seconds"):
        open_file(sound(tmp_path / "long.wav", 3.0), rules, quiet)


def test_a_zip_is_opened_as_the_folder_in_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "digits.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("0_ann_0.wav", "1_bob_0.wav"):
            archive.write(sound(tmp_path / "src" / name), f"digits/{name}")
    dataset = open_dataset(str(tmp_path / "digits.zip"))
    assert dataset.name == "digits" and dataset.group == "speaker" and list(dataset.facets) == ["digit", "speaker"]
    assert open_dataset(str(tmp_path / "digits.zip")).ids == dataset.ids


def test_progress_rises_from_0_to_1(tmp_path: Path) -> None:
    for number in range(45):
        sound(tmp_path / f"{number}.wav", 0.01)
    seen: list[float] = []
    open_dataset(str(tmp_path), progress=lambda fraction, sentence: seen.append(fraction))
    assert seen == sorted(seen) and seen[0] == 0.0 and seen[-1] == 1.0 and len(seen) > 3


def test_durability_a_corpus_of_speech_is_opened_as_before_it_was_known(tmp_path: Path) -> None:
    """By the fingerprint that it had when LibriSpeech's folders, transcripts and alignments were not read."""
    grid = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 0.3 <exists> 1 "IntervalTier" "words" 0 0.3 1 0 0.3 "one"\n'
    for number, speaker in enumerate(("84", "84", "174")):
        folder, stem = tmp_path / speaker / "7", f"{speaker}-7-000{number}"
        folder.mkdir(parents=True, exist_ok=True)
        written(folder / f"{stem}.wav", tone(0.3, hz=300 + 50 * number))
        (folder / f"{stem}.TextGrid").write_text(grid)
        with (folder / f"{speaker}-7.trans.txt").open("a") as transcript:
            transcript.write(f"{stem} ONE\n")
    today, before = open_dataset(str(tmp_path)), open_dataset(str(tmp_path), fingerprint=OF_EARLIER_VERSIONS)
    assert list(today.facets) == ["words", "speaker"] and today.group == "speaker" and "caption" in today.companions
    assert before.fingerprint == OF_EARLIER_VERSIONS
    assert list(before.facets) == ["class", "file"] and before.group == "file" and "caption" not in before.companions
