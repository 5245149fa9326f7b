"""Known layouts win over tables, and tables over the names of folders."""

from pathlib import Path

import pytest

from training.data.labels import labelling
from training.data.layouts import LAYOUTS, NEW_LAYOUTS, Layout

NAMED: dict[str, tuple[str, dict[str, str | None]]] = {
    "LibriSpeech": ("84/121/84-121-0000.flac", {"speaker": "84"}),
    "TIMIT": ("TRAIN/DR1/FCJF0/SA1.WAV", {"sentence": "SA1", "dialect": "DR1", "speaker": "FCJF0"}),
    "Free Spoken Digit Dataset": ("7_jackson_32.wav", {"digit": "7", "speaker": "jackson"}),
    "Speech Commands": ("yes/00f0204f_nohash_0.wav", {"class": "yes", "speaker": "00f0204f"}),
    "NSynth": ("bass_synthetic_033-022-050.wav", {"class": "bass", "pitch": "022", "instrument": "bass_synthetic_033"}),
    "GTZAN": ("blues.00000.wav", {"class": "blues"}),
}
"""Title → a name of its files, and the labels that it tells."""
DOCUMENT = Path(__file__).parents[3] / "docs" / "data.md"


def table(tmp_path: Path, text: str, name: str = "labels.csv") -> dict[str, str]:
    (tmp_path / "table").write_bytes(text.encode())
    return {name: str(tmp_path / "table")}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.title)
def test_a_layout_is_documented_with_its_facets_and_its_group(layout: Layout) -> None:
    _, found, told = " ".join(DOCUMENT.read_text().split()).partition(layout.title)
    assert found, f"docs/data.md doesn't name the layout {layout.title}"
    group = f"group {layout.group}" if layout.group else "each file its own group"
    words = f"{', '.join(layout.facets)}; {group})"
    assert words in told[:120], f"docs/data.md doesn't say of {layout.title}: ({words}"


def test_every_layout_knows_a_name_of_its_files() -> None:
    assert NAMED.keys() == {layout.title for layout in LAYOUTS}, "NAMED of this file has a name and its labels for each"


def test_durability_runs_that_were_begun_before_a_layout_was_known_go_on_without_it() -> None:
    before = {layout.title for layout in LAYOUTS if layout not in NEW_LAYOUTS}
    assert before == {"Free Spoken Digit Dataset", "Speech Commands", "NSynth", "GTZAN"}, (
        "a new layout stands in NEW_LAYOUTS"
    )


@pytest.mark.parametrize("title", NAMED)
def test_a_file_of_a_layout_gets_its_labels_from_its_name(title: str) -> None:
    name, labels = NAMED[title]
    known = labelling([f"somewhere/{name}"], {})
    (layout,) = (each for each in LAYOUTS if each.title == title)
    expected = labels if layout.group else {**labels, "file": f"somewhere/{name}"}
    assert (known.labels[f"somewhere/{name}"], known.group) == (expected, layout.group or "file")


def test_spoken_digits() -> None:
    known = labelling(["recordings/7_jackson_32.wav", "recordings/0_theo_1.wav", "recordings/odd.wav"], {})
    assert known.group == "speaker"
    assert known.labels["recordings/7_jackson_32.wav"] == {"digit": "7", "speaker": "jackson"}
    assert known.labels["recordings/odd.wav"] == {"digit": None, "speaker": "recordings/odd.wav"}


def test_known_names_win_over_folders_and_tables(tmp_path: Path) -> None:
    known = labelling(["a/7_jackson_32.wav", "b/0_theo_1.wav"], table(tmp_path, "file,mood\n7_jackson_32.wav,sad\n"))
    assert list(known.labels["a/7_jackson_32.wav"]) == ["digit", "speaker"]


def test_esc50(tmp_path: Path) -> None:
    text = "filename,fold,target,category,esc10,src_file,take\n1-100032-A-0.wav,1,0,dog,True,100032,A\n"
    known = labelling(["audio/1-100032-A-0.wav", "audio/x.wav"], table(tmp_path, text, "meta/esc50.csv"))
    assert known.group == "src_file"
    assert known.labels["audio/1-100032-A-0.wav"] == {
        "class": "dog", "fold": "1", "esc10": "True", "src_file": "100032", "take": "A",
    }  # fmt: skip
    assert set(known.labels["audio/x.wav"].values()) == {None, "audio/x.wav"}


def test_bad_input_a_table_of_endless_columns_is_read_in_part(tmp_path: Path) -> None:
    more = [f"c{number}" for number in range(60)]
    text = f"filename,category,src_file,{','.join(more)}\na.wav,dog,1,{','.join('x' * 60)}\n"
    assert len(labelling(["a.wav"], table(tmp_path, text, "esc50.csv")).labels["a.wav"]) == 1 + 50


def test_speech_commands() -> None:
    names = ["yes/00f0204f_nohash_0.wav", "set/no/0132a06d_nohash_3.wav", "_background_noise_/pink_noise.wav"]
    known = labelling(names, {})
    assert known.group == "speaker"
    assert [known.labels[name]["class"] for name in names] == ["yes", "no", None]
    assert known.labels[names[0]]["speaker"] == "00f0204f"


def test_nsynth_and_gtzan() -> None:
    nsynth = labelling(["nsynth-valid/audio/synth_lead_synthetic_011-055-100.wav"], {})
    assert list(nsynth.labels.values()) == [
        {"class": "synth_lead", "pitch": "055", "instrument": "synth_lead_synthetic_011"}
    ]
    assert nsynth.group == "instrument"
    gtzan = labelling(["genres/blues/blues.00000.wav", "genres/rock/rock.00099.wav"], {})
    assert gtzan.group == "file"
    assert gtzan.labels["genres/rock/rock.00099.wav"] == {"class": "rock", "file": "genres/rock/rock.00099.wav"}


def test_librispeech_and_timit(tmp_path: Path) -> None:
    names = ["train/84/121/84-121-0000.flac", "train/174/5/174-5-0000.flac", "2026/05/12-05-2026.wav"]
    text = "84-121-0000 GO DO YOU HEAR\r\n84-121-0001 NOT HERE\n\n"
    known = labelling(names, table(tmp_path, text, "train/84/121/84-121.trans.txt"))
    assert known.group == "speaker"
    assert [known.labels[name]["speaker"] for name in names] == ["84", "174", names[2]]
    assert known.captions == {names[0]: "GO DO YOU HEAR"}
    timit = labelling(["TRAIN/DR1/FCJF0/SA1.WAV", "test/dr2/mabc0/sx37.wav"], {})
    assert timit.group == "speaker"
    assert timit.labels["TRAIN/DR1/FCJF0/SA1.WAV"] == {"sentence": "SA1", "dialect": "DR1", "speaker": "FCJF0"}
    assert timit.labels["test/dr2/mabc0/sx37.wav"]["speaker"] == "mabc0"


def test_a_transcript_is_also_read_where_no_layout_is_known(tmp_path: Path) -> None:
    known = labelling(
        ["84-121-0000.flac", "b/84-121-0000.flac"], table(tmp_path, "84-121-0000 GO\n", "84-121.trans.txt")
    )
    assert known.captions == {"84-121-0000.flac": "GO"}


def test_a_table_names_facets_and_group(tmp_path: Path) -> None:
    text = "\ufeffFile; artist; label; caption\na.wav;ann;rain;soft; \nsub/b.wav;bob;;\nmissing.wav;x;y;z\n"
    names = ["a.wav", "sub/b.wav", "other/c.wav"]
    known = labelling(names, table(tmp_path, text))
    assert known.group == "artist"
    assert known.labels["a.wav"] == {"label": "rain", "artist": "ann"}
    assert list(known.labels["a.wav"]) == ["label", "artist"], "the class comes first"
    assert known.labels["sub/b.wav"] == {"label": None, "artist": "bob"}
    assert known.labels["other/c.wav"] == {"label": None, "artist": "other/c.wav"}
    assert known.captions == {"a.wav": "soft"}


def test_a_table_may_name_files_from_its_folder_by_last_part_or_stem(tmp_path: Path) -> None:
    names = ["set/audio/a.wav", "set/audio/b.wav", "set/audio/c.wav", "x/d.wav", "y/d.wav"]
    text = 'path,kind\naudio/a.wav,1\nb.wav,2\nc,3\nd.wav,4\n"../x/d.wav",5\n../../etc/passwd,6\n'
    known = labelling(names, table(tmp_path, text, "set/meta.csv"))
    assert [known.labels[name]["kind"] for name in names] == ["1", "2", "3", "5", None]
    assert known.group == "file"


def test_a_table_that_is_none_is_told_and_folders_count(tmp_path: Path) -> None:
    known = labelling(["rain/a.wav", "bell/b.wav"], table(tmp_path, "\0\1\2"))
    assert known.labels["rain/a.wav"] == {"class": "rain", "file": "rain/a.wav"}
    assert [warning.file for warning in known.warnings] == ["labels.csv"]


LABELLED = "file,bird\na.wav,синица\nb.wav,сова\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_in_unicode_are_read_without_a_word(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "table").write_bytes(LABELLED.encode(encoding))
    known = labelling(["a.wav", "b.wav"], {"labels.csv": str(tmp_path / "table")})
    assert [known.labels[name]["bird"] for name in ("a.wav", "b.wav")] == ["синица", "сова"]
    assert known.warnings == ()


@pytest.mark.parametrize(("encoding", "word"), [("cp1251", "синица"), ("shift_jis", "スズメ"), ("cp1252", "Müsé")])
def test_bad_input_a_table_that_is_not_in_utf_8_is_told(tmp_path: Path, encoding: str, word: str) -> None:
    (tmp_path / "table").write_bytes(f"file,bird\na.wav,{word}\n".encode(encoding))
    known = labelling(["a.wav"], {"labels.csv": str(tmp_path / "table")})
    assert [(warning.file, "read as Western European" in warning.reason) for warning in known.warnings] == [
        ("labels.csv", True)
    ]
    assert (known.labels["a.wav"]["bird"] == word) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,mood\nc.wav,sad\nd.wav,glad\n", "none of the files that it names is here, such as c.wav, so its labels"),
        ("sound,mood\na.wav,sad\n", "no column that names the sounds, such as file or filename, so its labels"),
        ("file,mood\n", "no column that names the sounds"),
    ],
)
def test_bad_input_a_table_that_matches_no_file_is_told(tmp_path: Path, text: str, words: str) -> None:
    known = labelling(["rain/a.wav", "bell/b.wav"], table(tmp_path, text))
    assert known.labels["rain/a.wav"]["class"] == "rain"
    assert [words in warning.reason for warning in known.warnings] == [True]


def test_folders() -> None:
    assert [labels.get("class") for labels in labelling(["mine/rain/a", "mine/bell/sub/b"], {}).labels.values()] == [
        "rain",
        "bell",
    ]
    assert [labels["class"] for labels in labelling(["dog/a", "dog/b"], {}).labels.values()] == ["dog", "dog"]
    assert [labels["class"] for labels in labelling(["train/dog/a", "test/cat/b"], {}).labels.values()] == [
        "dog",
        "cat",
    ]
    assert labelling(["rain/a", "b"], {}).labels["b"] == {"class": None, "file": "b"}
    assert labelling(["a", "b"], {}).labels == {"a": {"file": "a"}, "b": {"file": "b"}}


def test_folders_within_the_class_are_a_facet_of_their_own() -> None:
    kicks, hats = [f"set/train/Kick/808/{i}.wav" for i in range(4)], [f"set/Hats/{i}.wav" for i in range(4)]
    known = labelling([*kicks, *hats, "set/loose.wav"], {})
    assert known.group == "file"
    assert known.labels[kicks[0]] == {"class": "Kick", "folder": "Kick/808", "file": kicks[0]}
    assert known.labels[hats[0]] == {"class": "Hats", "folder": "Hats", "file": hats[0]}
    assert known.labels["set/loose.wav"] == {"class": None, "folder": None, "file": "set/loose.wav"}
    alone = labelling([f"Kick/{i}/a.wav" for i in range(8)] + ["Hats/a.wav"], {})
    assert set(alone.labels["Kick/3/a.wav"]) == {"class", "file"}, "a folder for each file tells no more than the file"


def test_labels_are_fit_to_be_shown() -> None:
    known = labelling(["\u202edog/a", "x" * 250 + "/b"], {})
    shown = [labels["class"] for labels in known.labels.values()]
    assert shown[0] == "\\u202edog" and len(shown[1] or "") == 120
