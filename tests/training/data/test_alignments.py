"""Alignments of what is said: Praat's TextGrids in all their forms, TIMIT's .phn and .wrd, and broken ones."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data import open_dataset
from training.data.alignments import read_alignment
from training.data.sniff import NotRead

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.3
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.3
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "say ""7 <exists>"" ! 9"
        intervals [3]:
            xmin = 1.25
            xmax = 2.3
            text = "søt"
    item [2]:
        class = "TextTier"
        name = "tones"
        xmin = 0
        xmax = 2.3
        points: size = 1
        points [1]:
            number = 0.7
            mark = "H*"
    item [3]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 2.3
        intervals: size = 1
        intervals [1]:
            xmin = 1.25
            xmax = 1.3e0
            text = "s"
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.3
<exists>
3
"IntervalTier"
"words"
0
2.3
3
0
0.5
""
0.5
1.25
"say ""7 <exists>"" ! 9"
1.25
2.3
"søt"
"TextTier"
"tones"
0
2.3
1
0.7
"H*"
"IntervalTier" "phones" 0 2.3 1 ! all on one line
1.25 1.3 "s"
"""
SAID = [(0.5, 1.25, "words", 'say "7 <exists>" ! 9'), (1.25, 2.3, "words", "søt"), (1.25, 1.3, "phones", "s")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [LONG, LONG.replace("\n", " \n"), SHORT], ids=["long", "as Praat ends lines", "short"])
def test_a_text_grid_in_each_form_says_the_same(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "a.TextGrid").write_text(text, encoding=encoding)
    assert read_alignment(str(tmp_path / "a.TextGrid")) == SAID


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no TextGrid"),
        ("words and words", "no TextGrid"),
        (LONG.replace("TextGrid", "Pitch 1"), "no TextGrid"),
        (LONG[: len(LONG) // 2], "ends early"),
        (LONG.replace("xmax = 1.25", "xmax = 0.25"), "ends early or holds something else"),
        (LONG.replace("xmax = 1.25", "xmax = --"), "ends early or holds something else"),
        (LONG.replace("size = 3", f"size = {10**15}"), "ends early"),
        (LONG.replace("IntervalTier", "Tier"), "ends early or holds something else"),
        (LONG.replace('"søt"', '"søt'), "ends early or holds something else"),
        ('"' * 200_001, "no TextGrid"),
    ],
)
def test_bad_input_a_broken_text_grid_says_so(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a.TextGrid").write_text(text)
    with pytest.raises(NotRead, match=reason):
        read_alignment(str(tmp_path / "a.TextGrid"))


def test_timit_counts_samples(tmp_path: Path) -> None:
    (tmp_path / "SA1.PHN").write_text("0 3050 h#\n3050 4559 sh\n\n")
    assert read_alignment(str(tmp_path / "SA1.PHN"))[1] == (3050 / 16_000, 4559 / 16_000, "phones", "sh")
    (tmp_path / "SA1.WRD").write_text("3050 5723 she\n")
    assert read_alignment(str(tmp_path / "SA1.WRD")) == [(3050 / 16_000, 5723 / 16_000, "words", "she")]


@pytest.mark.parametrize("text", ["0.5 1.5 sh\n", "10 5 sh\n", "0 10\n", "\0\1"])
def test_bad_input_other_lines_than_timits_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.phn").write_text(text)
    with pytest.raises(NotRead, match="numbers of samples"):
        read_alignment(str(tmp_path / "a.phn"))


@pytest.mark.usefixtures("own_cache")
def test_an_aligned_corpus_has_captions_speakers_and_timed_labels(tmp_path: Path) -> None:
    for number, name in enumerate(("84/121/84-121-0000", "84/121/84-121-0001", "174/5/174-5-0000")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).uniform(-0.1, 0.1, 36_800)
        soundfile.write(tmp_path / f"{name}.flac", noise, 16_000)
    (tmp_path / "84/121/84-121.trans.txt").write_text("84-121-0000 SAY SØT\n84-121-0001 SAY\n84-121-0009 NOBODY\n")
    (tmp_path / "84/121/84-121-0000.TextGrid").write_text(LONG)
    (tmp_path / "aligned").mkdir()
    (tmp_path / "aligned/174-5-0000.phn").write_text("0 32000 sh\n")  # in a folder of alignments: by the name alone
    (tmp_path / "aligned/0-0-0000.phn").write_text("0 32000 sh\n")
    (tmp_path / "84/121/84-121-0001.TextGrid").write_text("broken")
    dataset = open_dataset(str(tmp_path))
    assert dataset.group == "speaker" and dataset.main_facet == "words"
    assert list(dataset.facets)[:3] == ["words", "phones", "speaker"]
    told = {
        name: (*(dataset.facets[facet].label(i) for facet in ("speaker", "words", "phones")), said)
        for i, (name, said) in enumerate(zip(dataset.files, dataset.companions["caption"], strict=True))
    }
    assert told == {
        "84/121/84-121-0000.flac": ("84", 'say "7 <exists>" ! 9', "s", "SAY SØT"),
        "84/121/84-121-0001.flac": ("84", None, None, "SAY"),
        "174/5/174-5-0000.flac": ("174", None, "sh", None),
    }
    assert {each.file: each.reason for each in dataset.warnings if "only its first" not in each.reason} == {
        "aligned/0-0-0000.phn": "it is of no sound that is here",
        "84/121/84-121-0001.TextGrid": "it is no TextGrid that Praat wrote as text",
    }
