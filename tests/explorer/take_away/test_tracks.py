"""Label tracks of tagged clips say when each tag is heard, and are labels again beside the recordings."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.take_away import Taken, zipped_tracks
from explorer.take_away.tracks import tracks
from training.data import open_dataset
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import RunFolder

TAGGED = {0: ["owl"], 1: ["owl", "rain"], 3: ["owl"], 4: ["rain"]}


@pytest.fixture
def field(tmp_path: Path, cache: Path) -> Path:
    """A recording of 9 s, of which the last clip fills half of its window."""
    folder = tmp_path / "field"
    (folder / "A").mkdir(parents=True)
    soundfile.write(folder / "A/dusk.wav", np.random.default_rng(0).uniform(-0.1, 0.1, 9 * 16_000), 16_000)
    return folder


def test_clips_that_follow_each_other_are_one_stretch(field: Path) -> None:
    found = tracks(open_dataset(str(field)), TAGGED)
    assert list(found) == ["A/dusk.txt", "A/dusk.Table.1.selections.txt"]
    assert found["A/dusk.txt"].splitlines() == [
        "0.000000\t4.000000\towl",
        "2.000000\t4.000000\train",
        "6.000000\t8.000000\towl",
        "8.000000\t9.000000\train",
    ]
    header, first, *_ = found["A/dusk.Table.1.selections.txt"].splitlines()
    assert header.split("\t")[3:5] == ["Begin Time (s)", "End Time (s)"]
    assert first.split("\t") == ["1", "Spectrogram 1", "1", "0.000000", "4.000000", "0", "8000", "owl"]


def test_a_clip_within_another_one_does_not_shorten_the_stretch(field: Path) -> None:
    """As a pack may hold them: its clips may lie anywhere."""
    dataset = open_dataset(str(field))
    offsets, lengths = np.array(dataset.offsets_seconds), np.array(dataset.lengths)
    offsets[1], lengths[1] = 0.5, 8_000
    found = tracks(replace(dataset, offsets_seconds=offsets, lengths=lengths), {0: ["owl"], 1: ["owl"]})
    assert found["A/dusk.txt"] == "0.000000\t2.000000\towl\n"


@pytest.mark.parametrize("which", ["A/dusk.txt", "A/dusk.Table.1.selections.txt"])
def test_a_track_beside_its_recording_is_its_labels(field: Path, which: str) -> None:
    (field / which).write_text(tracks(open_dataset(str(field)), {0: ["owl"], 3: ["rain"], 4: ["rain"]})[which])
    again = open_dataset(str(field))
    assert [again.facets["label"].label(i) for i in range(5)] == ["owl", None, None, "rain", "rain"]


def test_recordings_that_differ_in_their_ending_have_tracks_of_their_own(field: Path) -> None:
    dataset = open_dataset(str(field))
    other = replace(dataset, files=("A/dusk.wav",) * 3 + ("A/dusk.flac",) * 2)
    names = ["A/dusk.wav.txt", "A/dusk.flac.txt"]
    assert sorted(name for name in tracks(other, TAGGED) if "Table" not in name) == sorted(names)


def test_the_zip_holds_the_tracks_of_a_run(
    make_run: Callable[..., RunFolder], make_dataset: Callable[..., Dataset], tmp_path: Path
) -> None:
    bundle = Bundle(make_run(tmp_path / "run"), LayoutFolders(tmp_path / "layouts"))
    dataset = make_dataset(one_file=True, fingerprint="1" * 64)
    archive = zipfile.ZipFile(io.BytesIO(zipped_tracks(Taken(bundle, [3, 5, 8], {"=dry": ("clip-3",)}, 20, dataset))))
    assert archive.read("whole.txt").decode().splitlines() == [
        "0.750000\t1.000000\t'=dry",
        "1.250000\t1.500000\tuntagged",
        "2.000000\t2.250000\tuntagged",
    ]
    with pytest.raises(UserError, match="not on this machine"):
        zipped_tracks(Taken(bundle, [3], {}, 20, None))
