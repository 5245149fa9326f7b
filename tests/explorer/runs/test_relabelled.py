"""A run keeps the labels of its day, and the page says where its data has others by now."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from explorer.runs.library import Library
from explorer.runs.points import Points
from explorer.runs.relabelled import relabelled
from explorer.sounds.open_datasets import OpenDatasets
from training.data.dataset import Dataset

CLASSES = ("bell", "dog")


def points(codes: tuple[int, ...], **facets: Any) -> Points:
    about = {"class": (CLASSES, codes), **facets}
    ids = tuple(f"clip-{i}" for i in range(len(codes)))
    clips = tuple(range(len(codes)))
    return Points(ids, clips, about, "source", "class", "0" * 64, "Made-up sounds", "/there")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (points((0, 1)), ""),
        (points((1, 1, -1)), "2 of its 3 clips have other labels in its data today: "),
        (points((0, 1), site=(("bog",), (0, -1))), "1 of its 2 clips have other labels in its data today: "),
        (points((0,) * 400), "240 of its 400 clips have other labels"),  # 100 of them are no more among the 300
    ],
)
def test_clips_that_have_other_labels_today_are_counted(make_dataset: Any, kept: Points, said: str) -> None:
    today: Dataset = make_dataset()  # bell, dog, rain … in turn
    found = relabelled(points_with_sources(kept), today)
    assert found.startswith(said) and bool(found) == bool(said)


def points_with_sources(about: Points) -> Points:
    sources = ("one", "two", "three", "four")
    about.facets["source"] = (sources, tuple(i % 4 for i in range(len(about))))
    return about


def test_labels_that_are_new_are_named(make_dataset: Any) -> None:
    said = relabelled(points((0, 1)), make_dataset())
    assert said == "Its data has further labels today, source: train it again to see and measure today's."


def test_a_run_says_so_once_its_data_was_opened_here_anew(
    make_run: Any, make_dataset: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other: Dataset = make_dataset(fingerprint="1" * 64)
    config = {"data": str(tmp_path), "window_seconds": 2.0}
    run = make_run(tmp_path / "runs" / "first", config=config)
    probe = run.path / "probe.json"
    probe.write_text(probe.read_text().replace('"dog"', '"cat"').replace('"data": "starter"', f'"data": "{tmp_path}"'))
    opened = OpenDatasets(make=lambda reference, **more: other)
    library = Library(tmp_path / "runs", open_datasets=opened)
    assert library.remark(run) == "", "nothing is opened unasked"
    opened.open(str(tmp_path))
    until = time.monotonic() + 60
    while not library.remark(run) and time.monotonic() < until:
        os.sched_yield()
    assert library.remark(run).startswith("60 of its 300 clips have other labels in its data today: train it again")
    monkeypatch.setattr(Library, "_remarks", property(lambda library: {}, lambda library, kept: None), raising=False)
    assert library.remark(run).startswith("60 of its"), "though another thread has just written over what was kept"
    opened.close()
