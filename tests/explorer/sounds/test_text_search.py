from dataclasses import replace
from typing import Any

import pytest

from explorer.sounds.text_search import MOST, clips_with
from explorer.sounds.windows import short_name


def test_clips_are_found_by_label_and_by_file(make_dataset: Any) -> None:
    dataset = make_dataset(200)
    rain = clips_with(dataset, " RAIN ")
    assert rain["total"] == 40 == len(rain["clips"])
    assert rain["clips"][0] == {"clip": 2, "label": "rain", "note": "rain-2.wav"}
    assert [row["clip"] for row in clips_with(dataset, "dog-11.wav")["clips"]] == [11]
    every = clips_with(dataset, ".wav")
    assert (every["total"], len(every["clips"])) == (200, MOST)
    assert clips_with(dataset, "three")["total"] == 50  # a source
    for nothing in ("", "  ", "tractor"):
        assert clips_with(dataset, nothing) == {"total": 0, "clips": []}


def test_windows_of_one_file_are_told_apart(make_dataset: Any) -> None:
    notes = [row["note"] for row in clips_with(make_dataset(3, one_file=True), "whole")["clips"]]
    assert notes == ["0.0–0.2 s  ·  whole.wav", "0.2–0.5 s  ·  whole.wav", "0.5–0.8 s  ·  whole.wav"]


@pytest.mark.parametrize(
    ("file", "called"),
    [
        ("A/24F31901633B1C2A_20240512_043000.WAV", "24F31901…20240512_043000"),
        ("A/SITE_20240512_043000.WAV", "SITE_20240512_043000.WAV"),
        ("SITEAA_20240512_043000.WAV", "SITEAA_20240512_043000"),
        ("bog/a.wav", "a.wav"),
    ],
)
def test_a_long_name_of_a_file_keeps_its_end(make_dataset: Any, file: str, called: str) -> None:
    assert short_name(file) == called
    (row,) = clips_with(replace(make_dataset(1), files=(file,)), file[-12:])["clips"]
    assert called in row["note"].split("  ·  ")


def test_a_file_is_called_by_its_own_name_first(make_dataset: Any) -> None:
    dataset = replace(make_dataset(2), files=("bog/may/a.wav", "b.wav"))
    assert [row["note"] for row in clips_with(dataset, ".wav")["clips"]] == ["a.wav  ·  bog/may", "b.wav"]


@pytest.mark.parametrize("text", ["(", "*", "\x00", "é"])
def test_a_text_is_taken_as_it_is(text: str, make_dataset: Any) -> None:
    assert clips_with(make_dataset(5), text)["total"] == 0
