"""Clips as files over HTTP: of the selection or of all, with the tags that the browser knows."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest


def test_the_selection_or_all_as_a_table(page: Any) -> None:
    asked = {"clips": [7, 3], "tags": {"kick": [3, 9]}, "step": 10}
    answer = page.post("run/first/take_away/csv", asked, read_only=True)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["id"], row["tags"]) for row in rows] == [("clip-7", ""), ("clip-3", "kick")]
    whole = page.post("run/first/take_away/csv", {**asked, "clips": None})
    assert len(whole.content.splitlines()) == 301
    assert page.post("run/first/take_away/parquet", asked).content[:4] == b"PAR1"


def test_all_as_sounds_are_the_tagged_ones(page: Any) -> None:
    asked = {"clips": None, "tags": {"kick": [3, 9]}, "step": None}
    archive = zipfile.ZipFile(io.BytesIO(page.post("run/first/take_away/zip", asked).content))
    assert archive.namelist() == ["kick/seven-3.wav", "kick/violin-9.wav"]
    tracks = zipfile.ZipFile(io.BytesIO(page.post("run/first/take_away/tracks", asked).content))
    assert [name for name in tracks.namelist() if "Table" not in name] == ["seven-3.txt", "violin-9.txt"]
    empty = page.post("run/first/take_away/zip", {**asked, "tags": {}})
    assert (empty.status_code, "nothing to take away" in empty.json()["detail"]) == (400, True)


@pytest.mark.parametrize("read_only", [False, True])
def test_label_tracks_of_all_also_hold_what_the_map_does_not(
    page: Any, make_run: Any, tmp_path: Path, read_only: bool
) -> None:
    make_run(tmp_path / "runs" / "sample", 200)  # of 300 clips
    page.tags.add("kick", ["clip-3", "clip-250", "of other data"])
    asked = {"clips": None, "tags": {"kick": [3, 250] if read_only else [3]}, "step": None}

    def names(kind: str, asked: Any) -> list[str]:
        answer = page.post(f"run/sample/take_away/{kind}", asked, read_only=read_only)
        return [name for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist() if "Table" not in name]

    assert names("tracks", asked) == ["bell-250.txt", "seven-3.txt"]
    assert names("tracks", {**asked, "clips": [3, 4]}) == ["seven-3.txt", "violin-4.txt"], "a selection alone"
    assert names("zip", asked) == ["kick/seven-3.wav"]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("exe", {"clips": [1], "tags": {}}),
        ("csv", {"clips": [1]}),
        ("csv", {"clips": [1], "tags": []}),
        ("csv", {"clips": [1], "tags": {"": [1]}}),
        ("csv", {"clips": [1], "tags": {"kick": [999]}}),
        ("csv", {"clips": [], "tags": {}}),
        ("csv", {"clips": {}, "tags": {}}),
        ("csv", {"clips": [1], "tags": {str(i): [1] for i in range(201)}}),
    ],
)
def test_security_what_cannot_be_taken_is_refused_in_a_sentence(page: Any, kind: str, asked: Any) -> None:
    answer = page.post(f"run/first/take_away/{kind}", asked)
    assert answer.status_code in (400, 404)
    assert answer.json()["detail"].endswith(".")
