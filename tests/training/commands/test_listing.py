"""The list of runs fits a terminal, and cuts no name."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from training.__main__ import main
from training.commands.listing import HEADER, Listed, table
from training.run import RunFolder

ROWS = [
    Listed("simclr-starter-20261129-100000", "finished", "1234", "simclr on starter", "Cross-group kNN .81, " * 9),
    Listed("b" * 50, "failed", "3", "byol without predictor on /a/long/folder/of/sounds", "", "All is one point. " * 9),
    Listed("c" * 200, "stopped", "12", "npc on x"),
]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_lines_fit_and_names_are_whole(width: int) -> None:
    lines = table(ROWS, width)
    names = {row.name for row in ROWS}
    assert [line for line in lines if len(line) > width and line not in names] == []
    assert all(any(line.split()[:1] == [name] for line in lines) for name in names)
    assert " ".join(" ".join(lines).split()).count("All is one point.") == 9


def test_columns_stand_below_each_other() -> None:
    lines = table(ROWS[:1], 80)
    assert lines[0].split() == [HEADER.name, HEADER.state, HEADER.step, *HEADER.trained.split()]
    assert lines[0].index("state") == lines[1].index("finished") and lines[0].index("method") == lines[1].index(
        "simclr on"
    )
    assert lines[2].startswith("    Cross-group kNN .81, ") and lines[2].endswith("…") and len(lines[2]) == 80


def test_a_terminal_gets_a_table_and_a_file_whole_lines(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run("a-name")
    monkeypatch.setenv("COLUMNS", "60")
    runs = ["list", "--runs", str(run.path.parent)]
    assert main(runs) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{'a-name':40} ")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(runs) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("run ") and row.startswith("a-name  ") and len(row) <= 60


def test_a_folder_that_is_not_there_is_a_mistake_unless_none_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"runs": []}
    assert main(["list", "--runs", "nowhere", "--json"]) == 2
    assert capsys.readouterr() == ("", "There is no folder nowhere; --runs takes the folder of the runs.\n")


def test_a_run_of_no_sounds_is_not_said_to_be_on_some(
    made_run: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run("curves")
    path = run.path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "data": ""}))
    assert main(["list", "--runs", str(run.path.parent)]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(" simclr")
