"""The choice of a run that all pages share."""

import json
from pathlib import Path
from typing import Any

import orjson

from explorer.pages.frame import Frame, run_choices
from explorer.runs.library import Library
from training.data.dropped import dropped_root
from training.run import create_run


def test_runs_are_offered_with_what_they_are(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "a", config={"method": "byol"})
    create_run(tmp_path / "b", {})
    assert run_choices(Library(tmp_path).summaries()) == [("byol · Made-up sounds · a", "a"), ("b", "b")]


def test_a_run_whose_texts_are_broken_can_be_offered_with_the_others(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "a")
    create_run(tmp_path / "b", {})
    half = chr(0xD800)  # of a surrogate pair, which Gradio cannot send
    for name, file, changed in (
        ("a", "config.json", {"method": half}),
        ("a", "probe.json", {"data_name": half}),
        ("b", "config.json", {"method": "byol", "data": f"/{half}"}),
    ):
        path = tmp_path / name / file
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **changed}))
    choices = run_choices(Library(tmp_path).summaries())
    assert orjson.dumps(choices)
    assert choices == [("\\ud800 · \\ud800 · a", "a"), ("byol · \\ud800 · b", "b")]
    assert "\\ud800" in Library(tmp_path).sounds(Library(tmp_path).run("a")).note


def test_security_a_folder_of_the_machine_is_not_opened_for_visitors_from_elsewhere(
    cache: Path, tmp_path: Path
) -> None:
    nothing = None  # no services
    own, others = (
        Frame(nothing, str(tmp_path / "shown"), False, None, None, None, started_in=str(tmp_path), paths=paths)
        for paths in (True, False)
    )
    drop = dropped_root() / ("0a" * 16) / "3 dropped files"
    (drop / "below").mkdir(parents=True)
    (dropped_root() / ("0b" * 16)).symlink_to(tmp_path)
    (tmp_path / "private").mkdir()
    for named in ("starter", "esc50", "hf:owner/name", str(drop), str(tmp_path / "shown"), "shown", "", None):
        assert others.reference(named) == own.reference(named)
    for named in (
        *("/", "/etc", "~", "private", "./private", f"{tmp_path}/shown/../private", f"{tmp_path}/shown/below"),
        *(str(dropped_root()), str(drop.parent), str(drop / "below"), f"{drop}/../..", f"{dropped_root()}/*/x"),
        *(f"{dropped_root()}/{'0b' * 16}/private", f"{dropped_root()}/{'0c' * 16}/x", "a\0b"),
    ):
        assert others.reference(named) == ""
        assert own.reference(named) != ""
