"""Labels of stretches within long recordings: a clip carries that of what is heard in it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.events import Events
from training.data.tables import as_seconds

RATE = 16_000

pytestmark = pytest.mark.usefixtures("own_cache")


def recordings(folder: Path, *names: str, seconds: float = 10.0) -> None:
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).uniform(-0.1, 0.1, round(seconds * RATE))
        soundfile.write(folder / name, noise, RATE)


def labels(dataset: Dataset, facet: str, file: str) -> list[str | None]:
    return [dataset.facets[facet].label(i) for i, name in enumerate(dataset.files) if name == file]


def test_a_table_with_times_labels_the_clips_and_not_the_files(tmp_path: Path) -> None:
    recordings(tmp_path, "A/one.wav", "B/two.wav")
    (tmp_path / "annotations.csv").write_text(
        "file,start,end,species,confidence\n"
        "one.wav,0.5,1.5,wren,0.9\n"
        "one.wav,3.9,4.2,owl,0.8\n"  # .1 s in the clip from 2 s on, .2 s in the next
        "one.wav,6.5,9.0,tit,0.5\n"
        "one.wav,6.0,6.4,wren,0.5\n"  # less of this clip than the tit
        "one.wav,9.9,9.9,owl,0.5\n"  # a moment
        "two.wav,2.0,4.0,owl,0.4\n"
        "one.wav,dawn,dusk,owl,0.4\n"
        "three.wav,1.0,2.0,owl,0.4\n"
    )
    dataset = open_dataset(str(tmp_path))
    assert labels(dataset, "species", "A/one.wav") == ["wren", None, "owl", "tit", "tit"]
    assert labels(dataset, "species", "B/two.wav") == [None, "owl", None, None, None]
    assert list(dataset.facets) == ["species", "folder", "file", "species (all)"] and dataset.main_facet == "species"
    assert labels(dataset, "folder", "B/two.wav") == ["B"] * 5
    assert dataset.group == "file"
    (told,) = dataset.warnings
    assert told.file == "annotations.csv"
    assert told.reason == "2 of its 8 rows are not used: no time, no label or no file that is here"


def test_labels_behind_the_end_of_their_file_are_told(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav", "two.wav")
    (tmp_path / "labels.csv").write_text("file,start,end,class\none,1,2,owl\none,10,11,owl\none,4:30:00,4:30:02,owl\n")
    (told,) = open_dataset(str(tmp_path)).warnings
    assert (told.file, told.reason) == ("one.wav", "2 of its 3 labels begin behind its end, at 10.0 s")


def test_labels_in_a_rest_that_is_no_clip_are_not_said_to_lie_behind_the_end(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav", "two.wav", seconds=10.4)
    (tmp_path / "labels.csv").write_text("file,start,end,class\none,1,2,owl\none,10.1,10.3,owl\none,10.5,11,owl\n")
    told = open_dataset(str(tmp_path)).warnings
    assert [(each.file, each.reason) for each in told] == [
        ("one.wav", "1 of its 3 labels begin behind its end, at 10.4 s"),
        ("one.wav", "1 of its 3 labels begin in its last 0.4 s, which are too short for a clip"),
    ]


def test_all_labels_of_a_clip_are_kept_beside_that_of_the_longest(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav")
    (tmp_path / "labels.csv").write_text(
        "file,start,end,species,by\none,0,1.5,wren,ada\none,1,2,owl,ada\none,1.2,2,tit,ada\none,1.6,2,wren,ada\none,4,6,owl,ben\n"
    )
    dataset = open_dataset(str(tmp_path))
    assert labels(dataset, "species", "one.wav") == ["wren", None, "owl", None, None]
    assert labels(dataset, "species (all)", "one.wav") == ["owl + tit + wren", None, "owl", None, None]
    assert "by (all)" not in dataset.facets, "no clip has two labels of it"


def test_other_times_make_another_set(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav")
    table = tmp_path / "labels.csv"
    table.write_text("file,onset,offset,class\none,0,1,a\none,2,3,b\n")
    first = open_dataset(str(tmp_path))
    table.write_text("file,onset,offset,class\none,0,1,a\none,4,5,b\n")
    assert open_dataset(str(tmp_path)).fingerprint != first.fingerprint


def test_a_table_that_names_each_file_once_says_what_the_whole_file_is(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav", "two.wav")
    (tmp_path / "labels.csv").write_text("file,start_seconds,end_seconds,label\none,30,40,dog\ntwo,70,80,cat\n")
    dataset = open_dataset(str(tmp_path))
    assert labels(dataset, "label", "two.wav") == ["cat"] * 5
    assert list(dataset.facets) == ["label", "file"], "when a file was cut out says nothing of what it is"


def test_tracks_of_raven_audacity_and_birdnet_beside_their_recordings(tmp_path: Path) -> None:
    recordings(tmp_path, "A/one.wav", "A/two.wav", "B/three.wav", "B/four.wav")
    (tmp_path / "A/one.Table.1.selections.txt").write_text(
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies\n"
        "1\tSpectrogram 1\t1\t4.0\t6.0\t500\t8000\twren\n"
    )
    (tmp_path / "A/two.txt").write_text("2.0\t4.0\towl\n\\\t500.0\t900.0\n8.5\t9.5\towl\n")
    (tmp_path / "B/three.BirdNET.results.csv").write_text(
        "Start (s),End (s),Scientific name,species,Confidence,File\n0.0,3.0,Parus major,tit,0.71,/other/three.wav\n"
    )
    (tmp_path / "B/four.txt").write_text("somebody coughs\n")
    dataset = open_dataset(str(tmp_path))
    assert list(dataset.facets) == ["Species", "label", "Scientific name", "folder", "file"]
    assert labels(dataset, "Species", "A/one.wav") == [None, None, "wren", None, None]
    assert labels(dataset, "Species", "B/three.wav") == ["tit", "tit", None, None, None]
    assert labels(dataset, "label", "A/two.wav") == [None, "owl", None, None, "owl"]
    assert dataset.warnings == ()
    captions = dict(zip(dataset.files, dataset.companions["caption"], strict=True))
    assert captions["B/four.wav"] == "somebody coughs"
    assert captions["A/two.wav"] is None, "a label track is no caption"


@pytest.mark.parametrize(
    ("rows", "heard"),
    [
        ("one.wav;4,5;5,5;owl;0,9\none.wav;0,0;1,5;wren;0,8\n", ["wren", None, "owl", None, None]),
        ("one.wav;0:04.5;0:05.5;owl;1\none.wav;0:00:08;0:00:09;wren;1\n", [None, None, "owl", None, "wren"]),
    ],
)
def test_times_as_spreadsheets_write_them(tmp_path: Path, rows: str, heard: list[str | None]) -> None:
    recordings(tmp_path, "one.wav")
    (tmp_path / "labels.csv").write_text(f"file;start;end;species;score\n{rows}")
    dataset = open_dataset(str(tmp_path))
    assert list(dataset.facets) == ["species", "file"] and labels(dataset, "species", "one.wav") == heard


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [("61.5", 61.5), ("1:01.5", 61.5), ("1:00:01", 3601), ("12,25", 12.25), ("90:00", 5400), ("-1", None), ("1:75", None),
     ("nan", None), ("inf", None), ("", None), (":", None), ("1:2:3:4", None), ("dawn", None), ("2026-05-12 04:30", None)],
)  # fmt: skip
def test_what_is_a_time(cell: str, seconds: float | None) -> None:
    assert as_seconds(cell) == seconds


def test_of_many_tables_beside_recordings_those_with_times_are_read(tmp_path: Path) -> None:
    names = [f"{i:02}.wav" for i in range(25)]
    recordings(tmp_path, *names, seconds=2.0)
    for name in names:
        (tmp_path / name).with_suffix(".features.csv").write_text("pitch,file\n440,elsewhere\n")
        (tmp_path / name).with_suffix(".results.csv").write_text('"Start (s)","End (s)",species\n0,1,owl\n')
    dataset = open_dataset(str(tmp_path))
    assert dataset.facets["species"].counts() == {"owl": 25}
    assert len(dataset.warnings) <= 20, "of the tables that say nothing of the sounds only the first are looked into"


def test_labels_of_the_files_stay_beside_those_of_stretches(tmp_path: Path) -> None:
    recordings(tmp_path, "one.wav", "two.wav")
    (tmp_path / "labels.csv").write_text("file,habitat\none,wood\ntwo,fen\n")
    (tmp_path / "one.txt").write_text("0\t2\twren\n")
    dataset = open_dataset(str(tmp_path))
    assert list(dataset.facets) == ["label", "habitat", "file"]
    assert labels(dataset, "habitat", "two.wav") == ["fen"] * 5
    assert labels(dataset, "label", "one.wav") == ["wren", None, None, None, None]


def test_a_short_window_within_a_long_call_carries_its_label() -> None:
    assert Events(((0.0, 60.0, "species", "owl"),)).labels(10.0, 10.1) == {"species": ["owl"]}
    assert Events(((0.0, 10.04, "species", "owl"),)).labels(10.0, 10.1) == {}


@pytest.mark.parametrize(("begin", "carries"), [(9.7, True), (9.75, True), (9.8, False)])
def test_a_quarter_of_a_second_of_a_call_is_enough(begin: float, carries: bool) -> None:
    assert bool(Events(((begin, begin + 2, "species", "owl"),)).labels(8.0, 10.0)) is carries


def test_with_events_the_folder_is_the_first_in_which_files_differ(tmp_path: Path) -> None:
    for site in ("north", "south"):
        recordings(tmp_path, f"{site}/2025/a.wav", f"{site}/2025/b.wav")
    (tmp_path / "calls.csv").write_text("file,start,end,species\nnorth/2025/a.wav,0,2,owl\nnorth/2025/a.wav,4,6,owl\n")
    assert open_dataset(str(tmp_path)).facets["folder"].names == ("north", "south")
