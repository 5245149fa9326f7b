"""The run that comes with the project is named `example` by every command that only reads it, as on the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from training import verdicts
from training.__main__ import main
from training.building import built_method
from training.config import RunConfig
from training.declarations import curves
from training.knowledge.kept import PARTS
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER


def test_what_it_declares_is_what_new_runs_declare() -> None:
    run = RunFolder(EXAMPLE_FOLDER)
    facets = json.loads((EXAMPLE_FOLDER / "probe.json").read_text())["facets"]
    method = built_method(RunConfig.from_json(run.config()), 1, 1)
    declared = {curve.key: curve for curve in curves(method, tuple(facets))}
    anew = "python -m benchmarks.example_run schema writes it anew"
    assert run.schema().curves == tuple(declared[curve.key] for curve in run.schema().curves), anew
    assert run.schema().pictures == method.pictures and run.schema().verdicts == verdicts.KINDS, anew


READING = {
    "evaluate": ("training.evaluate.evaluation", []),
    "measure": ("training.thorough.thorough_measures", []),
    "embed": ("training.embeddings_file.embed_to_file", ["x.wav", "--out", "x.parquet"]),
    "finetune": ("training.finetune.fine_tuning", ["--facet", "class", "--labels", "2"]),
}
"""Command → what does its work, and what else it must be told."""


class Asked(Exception):
    """Holds the run that the work was asked for."""


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_takes_it(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(run: RunFolder, *_: Any, **__: Any) -> None:
        raise Asked(run.path)

    where, more = READING[command]
    monkeypatch.setattr(where, work)
    with pytest.raises(Asked) as asked:
        main([command, "example", *more, "--runs", str(tmp_path)])
    assert asked.value.args == (EXAMPLE_FOLDER,)


@pytest.mark.parametrize("command", ["resume", "stop"])
def test_a_command_that_changes_it_refuses(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "example", "--runs", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "The run example comes with the project and can only be looked at.\n"


def test_a_run_of_ones_own_goes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example").mkdir()
    (tmp_path / "example" / "config.json").write_text("{}")
    assert main(["stop", "example", "--runs", str(tmp_path)]) == 2
    assert "so there is nothing to stop" in capsys.readouterr().err


def test_it_is_judged_and_says_what_it_knows_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in EXAMPLE_FOLDER.rglob("*")}
    assert main(["diagnose", "example", "--runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "learning"
    assert main(["knows", "example", "--runs", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"run", *PARTS} and told["facets"]["facets"] and told["run"] == "example"
    monkeypatch.setattr("training.knowledge.facets.PROBE_CLIPS", 500)
    assert main(["knows", "example", "--runs", str(tmp_path)]) == 0
    assert "the 1,000 clips of its own snapshots; the linear probe asks 500 of these\n" in capsys.readouterr().out
    monkeypatch.setattr("training.thorough._outputs", lambda *_: None)
    monkeypatch.setattr("training.thorough._row", lambda *_: {"clips": 1, "from": "snapshot", "note": "", "stages": []})
    assert main(["measure", "example", "--runs", str(tmp_path)]) == 0
    assert {path: path.stat().st_mtime_ns for path in EXAMPLE_FOLDER.rglob("*")} == before
