import json
from dataclasses import replace
from typing import Any

import pytest

from explorer.pages.find_answers import (
    LONGEST_SAID,
    compared_json,
    curve_of,
    found_json,
    labels_of,
    map_of,
    rows_of,
    said_words,
    shown_steps,
    unusual_words,
    verdict,
    weights_words,
)
from explorer.search.comparison import SoundComparison
from explorer.search.matches import Match, Matches


def match(clip: Any, score: Any, **labels: Any) -> Any:
    return Match(clip, None if clip > 9 else clip, f"clip-{clip}", score, labels)


FOUND = Matches(
    "a",
    20,
    (match(3, 0.98765, **{"class": "rain", "source": "one"}), match(12, 0.5, source="two")),
    60,
    True,
    "All 60 clips of the data were searched.",
    (0.25, -0.5),
    20,
    ((3, 0.75), (4, 0.25)),
)


def compared(step: Any, cosine: Any = 0.5) -> Any:
    return SoundComparison(step, cosine, 90.0, -0.2, 0.1, 0.4)


def test_rows_carry_labels_scores_and_where_the_sound_is(make_dataset: Any) -> None:
    rows = rows_of(FOUND, make_dataset(20), "class")
    assert rows[0] == {
        "sound": {"fingerprint": "0" * 64, "index": 3},
        "label": "rain",
        "note": "seven-3.wav  ·  source: one",
        "score": 0.98765,
        "file": "seven-3.wav",
        "clip": 3,
    }
    assert rows[1]["label"] == "no label"
    assert [row["sound"] for row in rows_of(FOUND, None, "class")] == [None, None]


def test_sounds_without_labels_are_called_by_their_files_once(make_dataset: Any) -> None:
    found = replace(FOUND, matches=(match(3, 0.9, file="bog/seven-3.wav"),))
    (row,) = rows_of(found, replace(make_dataset(20), files=("bog/seven-3.wav",) * 20), "file")
    assert (row["label"], row["note"], row["file"]) == ("seven-3.wav", "", "bog/seven-3.wav")


def test_rows_show_what_is_written_beside_their_clips(make_dataset: Any) -> None:
    captions = ("rain " * 40 + "on a roof",) * 10 + (None,) * 10
    rows = rows_of(FOUND, replace(make_dataset(20), companions={"caption": captions}), "class")
    caption = rows[0]["note"].split("  ·  ")[0]
    assert caption.startswith("“rain rain") and caption.endswith("on a roof”") and len(caption) == LONGEST_SAID + 2
    assert rows[1]["note"] == rows_of(FOUND, make_dataset(20), "class")[1]["note"], "nothing is written beside it"


def test_windows_of_one_file_say_where_they_lie_in_it(make_dataset: Any) -> None:
    rows = rows_of(FOUND, make_dataset(20, one_file=True), "class")
    assert [row["note"].split("  ·  ")[0] for row in rows] == ["0.8–1.0 s", "3.0–3.2 s"]


def test_rows_of_the_sound_s_own_file_say_so(make_dataset: Any) -> None:
    files = tuple(f"song-{clip // 4}.wav" for clip in range(20))
    rows = rows_of(FOUND, replace(make_dataset(20), files=files), "class", clip=1)
    assert [(row["clip"], row.get("same_file")) for row in rows] == [(3, True), (12, None)]
    assert not any("same_file" in row for row in rows_of(FOUND, replace(make_dataset(20), files=files), "class"))


def test_rows_say_whether_they_agree_and_in_what_they_differ(make_dataset: Any) -> None:
    dataset = make_dataset(20)
    own = labels_of({"fingerprint": "0" * 64, "index": 2}, dataset)
    assert own == {"class": "rain", "source": "three"}
    rows = rows_of(FOUND, dataset, "class", own)
    assert rows[0]["agrees"] is True
    assert "agrees" not in rows[1], "a clip without a label is neither right nor wrong"
    assert rows_of(FOUND, dataset, "class", {"class": "bell"})[0]["agrees"] is False
    same = rows_of(FOUND, dataset, "class", {**own, "source": "one"})
    assert same[0]["note"] == "seven-3.wav"  # the source is the same
    assert "agrees" not in rows_of(FOUND, dataset, "class")[0]
    assert "agrees" not in rows_of(FOUND, dataset, "file", {"file": "a.wav"})[0], "a file is no label"
    for other in ({"upload": "x"}, {"fingerprint": "1" * 64, "index": 2}, {"fingerprint": "0" * 64, "index": 20}, None):
        assert labels_of(other, dataset) == {}


def test_the_place_is_marked_among_its_neighbours() -> None:
    assert map_of("a", FOUND)["alone"] is False
    assert map_of("a", FOUND, of_run=False)["alone"] is True
    assert map_of("a", FOUND, of_run=False)["marks"][0]["label"] == "your sound"
    assert map_of("a", FOUND)["marks"] == [{"label": "this sound", "points": [3, 4], "weights": [0.75, 0.25]}]
    assert map_of("a", FOUND, of_run=False, words=True)["marks"][0]["label"] == "these words"
    assert map_of("a") == {"run": "a"}


def test_what_a_model_reads_is_told_of_a_sound() -> None:
    assert said_words(FOUND) == ""
    found = replace(FOUND, said=(("a dog", 0.91), ("rain " * 40, -0.104)))
    assert said_words(found).startswith(" The nearest texts: “a dog” 0.91, “rain rain")
    assert said_words(found).endswith("rain ” −0.10.") and "…" in said_words(found) and len(said_words(found)) < 130
    assert found_json(found)["texts"][0] == {"text": "a dog", "score": 0.91}


@pytest.mark.parametrize(("newest", "active"), [(True, True), (True, False), (False, True)])
def test_the_weights_that_were_searched_with_are_said(newest: bool, active: bool) -> None:
    later = "; as the run goes on, later searches take newer ones" if newest and active else ""
    assert weights_words(1_240, newest=newest, active=active) == f"By the weights of step 1,240{later}."


def test_a_comparison_in_words() -> None:
    assert verdict(compared(1200, -0.25)).startswith("Similarity −0.25 at step 1,200: more alike than 90 % of random")


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (None, ""),
        (100.0, "This sound is more unusual than all clips on the map."),
        (99.9, "This sound is more unusual than 99 % of the clips on the map."),
        (0.0, "No clip on the map is less unusual than this sound."),
    ],
)
def test_how_unusual_a_sound_is_in_words(share: float | None, expected: str) -> None:
    assert unusual_words(share, own=False) == expected
    assert unusual_words(share, own=True) == expected.replace("map.", "map, with its own recording left out.").replace(
        "this sound.", "this sound, with its own recording left out."
    )


def test_curves_go_by_step() -> None:
    assert [row["step"] for row in curve_of([compared(30), compared(0), compared(10)])] == [0, 10, 30]


@pytest.mark.parametrize("count", [1, 2, 24, 200])
def test_the_newest_step_comes_first_and_few_are_shown(count: Any) -> None:
    steps = [i * i for i in range(count)]
    shown = shown_steps(steps)
    assert shown[0] == steps[-1]
    assert len(shown) == len(set(shown)) == min(count, 24)
    assert shown[1:] == sorted(shown[1:])
    assert set(shown) <= set(steps)
    assert min(shown) == steps[0]


def test_without_steps_nothing_is_shown() -> None:
    assert shown_steps([]) == []


def test_answers_for_programs_are_json() -> None:
    answer = json.loads(json.dumps(found_json(FOUND), allow_nan=False))
    assert answer["place"] == {"x": 0.25, "y": -0.5, "step": 20}
    first = {"id": "clip-3", "clip": 3, "point": 3, "labels": {"class": "rain", "source": "one"}, "score": 0.9877}
    assert answer["neighbours"][0] == first
    both = json.loads(json.dumps(compared_json("a", compared(9), [compared(9), compared(0)])))
    assert (both["step"], both["cosine"], [row["step"] for row in both["over_steps"]]) == (9, 0.5, [0, 9])
