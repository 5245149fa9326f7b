import json
import os
import random
import shutil

import pytest

from explorer.library import EXAMPLE, Library
from explorer.queries.layouts import LayoutFolders
from explorer.queries.lens import lens
from explorer.queries.metrics import rows_since
from explorer.queries.neighbours import neighbours_of_point
from explorer.routes import points_values
from training.run import State


def test_runs_are_listed_newest_first_and_the_example_last(make_run, tmp_path):
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


def test_no_folder_no_runs(tmp_path):
    library = Library(tmp_path / "none", tmp_path / "neither")
    assert library.runs() == {}
    assert library.summaries() == []
    assert library.latest() is None


@pytest.mark.parametrize("name", ["..", ".", "", "../runs/a", "a/", "b", "/etc", "a\0"])
def test_only_what_is_there_has_a_name(make_run, tmp_path, name):
    make_run(tmp_path / "runs" / "a")
    make_run(tmp_path / "b")
    assert Library(tmp_path / "runs").run(name) is None


def test_the_run_at_work_is_shown_first(make_run, tmp_path):
    make_run(tmp_path / "a", config={"created": "2025-01-01"})
    make_run(tmp_path / "b", config={"created": "2025-02-01"}, snapshots=())
    library = Library(tmp_path)
    assert library.latest() == "a"
    make_run(tmp_path / "c", config={"created": "2024-01-01"}, state=State.TRAINING)
    assert library.latest() == "c"


def test_sounds_are_at_hand_where_the_fingerprint_is_the_same(make_run, make_dataset, tmp_path):
    make_dataset(300)
    library = Library(tmp_path / "runs")
    same = make_run(tmp_path / "runs" / "same")
    assert library.sounds(same).dataset.fingerprint == "0" * 64
    other = make_run(tmp_path / "runs" / "other", fingerprint="1" * 64)
    assert library.sounds(other).dataset is None
    assert "are not on this machine" in library.sounds(other).note
    short = make_run(tmp_path / "runs" / "short", n=301)
    assert "names clips that its data" in library.sounds(short).note
    (short.path / "probe.json").unlink()
    assert "does not say yet" in library.sounds(short).note


ODD_VALUES = [None, [], {}, "", "x" * 10_000, -1, 1e400, float("nan"), True, [[]], {"a": []}, "\ud800", 10**30, "12"]


def mutilate(path, dice):
    """Damage one run's folder in one of many ways."""
    files = sorted(p for p in path.rglob("*") if p.is_file())
    victim = dice.choice(files)
    way = dice.randrange(8)
    if way == 0:
        victim.unlink()
    elif way == 1:
        victim.write_bytes(victim.read_bytes()[: dice.randrange(victim.stat().st_size + 1)])
    elif way == 2:
        victim.write_bytes(dice.randbytes(300))
    elif way == 3:
        content = bytearray(victim.read_bytes())
        for _ in range(20):
            if content:
                content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        victim.write_bytes(content)
    elif way == 4:
        victim.unlink()
        victim.mkdir()
    elif way == 5:
        victim.unlink()
        victim.symlink_to(victim)
    elif way == 6:
        victim.write_bytes(b"[" * 200_000)
    else:
        for name in ("config.json", "status.json", "probe.json", "baselines.json"):
            if (path / name).is_file():
                try:
                    values = json.loads((path / name).read_bytes())
                except (ValueError, RecursionError):
                    continue
                for key in dice.sample(sorted(values), len(values) // 2) if isinstance(values, dict) else []:
                    values[key] = dice.choice(ODD_VALUES)
                (path / name).write_text(json.dumps(values))


def test_mutilated_folders_are_listed_and_do_no_harm(make_run, tmp_path, cache):
    whole = make_run(tmp_path / "whole", n=30).path
    for i in range(50):
        dice = random.Random(i)
        path = tmp_path / "runs" / f"run-{i}"
        shutil.copytree(whole, path)
        for _ in range(dice.randint(1, 6)):
            if any(p.is_file() for p in path.rglob("*")):
                mutilate(path, dice)
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
        for step in run.snapshots():
            neighbours_of_point(run, step, 3)
            lens(run, step)
