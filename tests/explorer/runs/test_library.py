import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.mutilate import mutilate
from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.lens import lens
from explorer.runs.library import Library
from explorer.runs.metrics import rows_since
from explorer.runs.neighbours import neighbours_of_point
from explorer.sounds.open_datasets import OpenDatasets
from explorer.web.routes.map import points_values
from training.data import starter
from training.errors import UserError
from training.run import State, create_run
from training.run.example import EXAMPLE

pytestmark = pytest.mark.whole


def test_runs_are_listed_newest_first_and_the_example_last(make_run: Any, tmp_path: Path) -> None:
    for name, created in (("old", "2025-01-01"), ("new", "2025-03-01"), ("middle", "2025-02-01")):
        make_run(tmp_path / "runs" / name, config={"created": created})
    make_run(tmp_path / "shipped")
    (tmp_path / "runs" / "no run").mkdir()
    (tmp_path / "runs" / ".hidden").mkdir()
    library = Library(tmp_path / "runs", tmp_path / "shipped")
    assert list(library.runs()) == ["new", "middle", "old", EXAMPLE]
    assert [summary.read_only for summary in library.summaries()] == [False, False, False, True]
    assert library.run(EXAMPLE).path == tmp_path / "shipped"
    assert library.read_only(EXAMPLE)


def titles(folder: Path) -> list[tuple[str, str]]:
    return [(summary.described, summary.name) for summary in Library(folder).summaries()]


def test_runs_are_listed_with_what_they_are(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "a", config={"method": "byol"})
    create_run(tmp_path / "b", {})
    make_run(tmp_path / "c", config={"method": "byol", "breaks": ["predictor", "stop_gradient"]})
    assert titles(tmp_path) == [
        ("BYOL without predictor, stop gradient · Made-up sounds", "c"), ("BYOL · Made-up sounds", "a"), ("b", "b"),
    ]  # fmt: skip


def test_a_run_whose_texts_are_broken_can_be_listed_with_the_others(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "a")
    create_run(tmp_path / "b", {})
    half = chr(0xD800)  # of a surrogate pair, which nothing can send
    for name, file, changed in (
        ("a", "config.json", {"method": half}),
        ("a", "probe.json", {"data_name": half}),
        ("b", "config.json", {"method": "byol", "data": f"/{half}"}),
    ):
        path = tmp_path / name / file
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **changed}))
    choices = titles(tmp_path)
    assert orjson.dumps(choices)
    assert choices == [("\\ud800 · \\ud800", "a"), ("BYOL · \\ud800", "b")]
    assert "\\ud800" in Library(tmp_path).sounds(Library(tmp_path).run("a")).note


def test_no_folder_no_runs(tmp_path: Path) -> None:
    library = Library(tmp_path / "none", tmp_path / "neither")
    assert library.runs() == {}
    assert library.summaries() == []
    assert library.latest() is None


@pytest.mark.parametrize("name", ["..", ".", "", "../runs/a", "a/", "b", "/etc", "a\0"])
def test_only_what_is_there_has_a_name(make_run: Any, tmp_path: Path, name: Any) -> None:
    make_run(tmp_path / "runs" / "a")
    make_run(tmp_path / "b")
    assert Library(tmp_path / "runs").run(name) is None


def test_the_run_at_work_is_shown_first(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "a", config={"created": "2025-01-01"})
    make_run(tmp_path / "b", config={"created": "2025-02-01"}, snapshots=())
    library = Library(tmp_path)
    assert library.latest() == "a"
    make_run(tmp_path / "c", config={"created": "2024-01-01"}, state=State.TRAINING)
    assert library.latest() == "c"


def test_a_run_on_the_users_own_data_goes_before_newer_ones(make_run: Any, tmp_path: Path) -> None:
    for name, data in (("a", "/own"), ("b", "/own"), ("c", "/other")):
        make_run(tmp_path / name, config={"data": data, "created": f"2025-01-0{'abc'.index(name) + 1}"})
    assert Library(tmp_path).latest() == "c"
    assert Library(tmp_path, data="/own").latest() == "b"
    assert Library(tmp_path, data="/new").latest() == "c"
    make_run(tmp_path / "d", config={"data": "/other", "created": "2024-01-01"}, state=State.TRAINING)
    assert Library(tmp_path, data="/own").latest() == "d", "one at work goes before them all"


def test_the_built_in_sounds_are_begun_when_a_run_of_theirs_is_looked_at(make_run: Any, tmp_path: Path) -> None:
    begun: list[str] = []
    looked = threading.Event()

    def make(reference: str, **_: Any) -> Any:
        begun.append(reference)
        looked.wait(240)
        raise UserError("There is no room.")

    make_run(tmp_path / "first", fingerprint=starter.fingerprint())
    library = Library(tmp_path, open_datasets=OpenDatasets(tmp_path / "cache", make=make))
    sounds = library.sounds(library.run("first"))
    assert sounds.opening and "not on this machine" not in sounds.note
    looked.set()
    library.open_datasets._makers.shutdown()
    assert begun == ["starter"]


def test_sounds_are_at_hand_where_the_fingerprint_is_the_same(make_run: Any, make_dataset: Any, tmp_path: Path) -> None:
    make_dataset(300)
    library = Library(tmp_path / "runs")
    same = make_run(tmp_path / "runs" / "same")
    assert library.sounds(same).dataset.fingerprint == "0" * 64
    other = make_run(tmp_path / "runs" / "other", fingerprint="1" * 64)
    assert library.sounds(other).dataset is None
    assert "are not on this machine" in library.sounds(other).note
    (there := tmp_path / "recordings").mkdir()
    again = make_run(tmp_path / "runs" / "again", fingerprint="2" * 64)
    written = again.path / "probe.json"
    written.write_text(json.dumps({**json.loads(written.read_text()), "data": str(there)}))
    assert "choose them as data" in library.sounds(again).note
    short = make_run(tmp_path / "runs" / "short", n=301)
    assert "names clips that its data" in library.sounds(short).note
    probe = json.loads((same.path / "probe.json").read_text())
    (same.path / "probe.json").write_text(json.dumps({**probe, "clips": [-1, *probe["clips"][1:]]}))
    assert "names clips that its data" in library.sounds(same).note  # and not the last clip in its place
    (short.path / "probe.json").unlink()
    assert "does not say yet" in library.sounds(short).note


def test_durability_and_bad_input_mutilated_folders_are_listed_and_do_no_harm(
    make_run: Any, tmp_path: Path, cache: Path
) -> None:
    whole = make_run(tmp_path / "whole", n=30).path
    for i in range(50):
        path = tmp_path / "runs" / f"run-{i}"
        shutil.copytree(whole, path)
        mutilate(path, i)
    (tmp_path / "runs" / os.fsdecode(b"\xff\xfe")).mkdir()
    library, layouts = Library(tmp_path / "runs"), LayoutFolders()
    having_config = [f"run-{i}" for i in range(50) if (tmp_path / "runs" / f"run-{i}" / "config.json").is_file()]
    assert len(having_config) > 30
    assert {summary.name for summary in library.summaries()} == set(having_config)
    library.latest()
    for name in having_config:
        run = library.run(name)
        assert isinstance(run.status().state, State)
        library.read_only(name)
        assert isinstance(rows_since(run).rows, list)
        json.dumps(points_values(library, run))
        run.baselines()
        layouts.summary(run)
        bundle = Bundle(run, layouts)
        for step in run.snapshots():
            values = [bundle.column(column.name, step) for column in bundle.columns()]
            json.dumps([found.to_json() for found in values if found is not None], allow_nan=False)
            neighbours_of_point(run, step, 3)
            lens(run, step)
