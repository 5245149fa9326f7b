"""What is dropped on the page becomes a folder that a run can name: copied, safely named, under a quota."""

import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data import dropped, open_dataset
from training.data.dropped import dropped_root, forget_dropped, is_dropped, keep_dropped, safe_file_name
from training.data.progress import quiet
from training.errors import UserError

pytestmark = pytest.mark.usefixtures("own_cache")


def sound(path: Path, seconds: float = 0.2, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * 16_000))
    soundfile.write(path, levels, 16_000, format="FLAC" if path.suffix == ".flac" else "WAV")
    return path


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            archive.write(sound(path.parent / "packed" / f"{number}.wav", seed=number), name)
    return path


def test_files_are_kept_under_one_name_whatever_their_order(tmp_path: Path) -> None:
    files = [sound(tmp_path / "1" / "a.wav"), sound(tmp_path / "2" / "a.wav", seed=1), tmp_path / "notes.txt"]
    files[2].write_text("about")
    kept = keep_dropped(files, quiet)
    assert is_dropped(kept) and not is_dropped(tmp_path) and kept.name == "3 dropped files"
    assert sorted(os.listdir(kept)) == ["a (2).wav", "a.wav", "notes.txt"]
    assert keep_dropped(files, quiet) == kept and files[0].exists()
    assert len(open_dataset(str(kept))) == 2


def test_the_folders_of_a_zip_are_the_labels(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "birds.zip", "tit/1.wav", "tit/2.wav", "owl/3.wav")
    dataset = open_dataset(str(keep_dropped([archive], quiet)))
    assert dataset.name == "birds"
    assert dataset.facets["class"].counts() == {"owl": 1, "tit": 2}


def test_an_unsafe_zip_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="leads out of its folder"):
        keep_dropped([zipped(tmp_path / "bad.zip", "a.wav", "../../b.wav")], quiet)
    assert not [path for path in dropped_root().iterdir() if path.is_dir()]


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link.wav").symlink_to(sound(tmp_path / "a.wav"))
    with pytest.raises(UserError, match="link"):
        keep_dropped([tmp_path / "link.wav"], quiet)


def test_ten_hours_are_refused_from_their_header(tmp_path: Path) -> None:
    long = tmp_path / "long.flac"
    with soundfile.SoundFile(long, "w", 8_000, 1, format="FLAC") as file:
        for _ in range(610):
            file.write(np.zeros(8_000))
    both = keep_dropped([long, sound(tmp_path / "short.wav")], quiet)
    dataset = open_dataset(str(both))
    assert [(s.file, s.reason) for s in dataset.skipped] == [("long.flac", "it is longer than 600 seconds")]
    alone = keep_dropped([long], quiet)
    with pytest.raises(UserError, match="longer than 600 seconds") as refused:
        open_dataset(str(alone))
    assert str(dropped_root()) not in str(refused.value)


def test_what_holds_no_sound_says_so_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    kept = keep_dropped([tmp_path / "a.wav"], quiet)
    with pytest.raises(UserError, match="What was dropped holds no sound") as refused:
        open_dataset(str(kept))
    assert str(dropped_root()) not in str(refused.value)
    forget_dropped(kept)
    assert not kept.exists()
    forget_dropped(tmp_path / "a.wav")
    assert (tmp_path / "a.wav").exists(), "nothing else is ever removed"


def test_beyond_the_quota_the_oldest_unused_goes(tmp_path: Path) -> None:
    size = sound(tmp_path / "0.wav").stat().st_size
    kept = []
    for number in range(3):
        kept.append(keep_dropped([sound(tmp_path / f"{number}.wav", seed=number)], quiet))
        os.utime(kept[-1].parent, (time.time() - 100 + number,) * 2)
    in_use = [str(kept[0])]
    fourth = keep_dropped([sound(tmp_path / "3.wav", seed=3)], quiet, in_use=in_use, quota_bytes=3 * size)
    assert [folder.exists() for folder in (*kept, fourth)] == [True, False, True, True]
    with pytest.raises(UserError, match="more than there is room for"):
        keep_dropped([sound(tmp_path / "4.wav", seed=4)], quiet, in_use=[str(k) for k in kept], quota_bytes=2 * size)
    assert kept[2].exists()
    left = fourth.parent.with_name(f"{fourth.parent.name}.part-x") / "half"
    left.parent.mkdir()
    left.write_bytes(bytes(4 * size))
    os.utime(left.parent, (0, 0))
    keep_dropped([sound(tmp_path / "3.wav", seed=3)], quiet, in_use=in_use, quota_bytes=5 * size)
    assert not left.exists() and kept[2].exists(), "what a killed process left half-made goes first"


def test_nothing_and_far_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="Nothing was dropped"):
        keep_dropped([], quiet)
    monkeypatch.setattr(dropped, "MOST_FILES", 1)
    with pytest.raises(UserError, match="One zip can hold more"):
        keep_dropped([tmp_path, tmp_path], quiet)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/x.wav", "x.wav"),
        (".hidden.wav", "hidden.wav"),
        ("...", "sound"),
        ("a\u202eb.wav", "a_u202eb.wav"),
        ("x" * 400 + ".flac", "x" * 80 + ".flac"),
        ("é" * 400 + ".wav", "é" * 40 + ".wav"),
        ("7_jackson_3.wav", "7_jackson_3.wav"),
        ("rec %221%22 %2B.wav", 'rec "1" %2B.wav'),
    ],
)
def test_names_are_made_safe(given: str, safe: str) -> None:
    assert safe_file_name(given) == safe
