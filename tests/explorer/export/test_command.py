"""python -m explorer export"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.__main__ import main
from explorer.export.write import MB


def test_a_run_is_found_by_its_name_and_by_its_folder(
    make_run: Callable[..., Any], keep_maps: Callable[..., None], cache: Path, tmp_path: Path, capsys: Any
) -> None:
    run = make_run(tmp_path / "runs" / "one", 30)
    keep_maps(run)
    assert main(["export", "one", "--runs", str(tmp_path / "runs"), "--to", str(tmp_path / "a")]) == 0
    assert main(["export", str(run.path), "--to", str(tmp_path / "b.zip")]) == 0
    said = capsys.readouterr()
    first, second = said.out.splitlines()
    assert first.startswith(f"{tmp_path / 'a'}  ") and first.endswith(" MB")
    assert second == f"{tmp_path / 'b.zip'}  {(tmp_path / 'b.zip').stat().st_size / MB:.1f} MB"
    assert "Writing snapshots" in said.err and "were not on the machine" in said.err
    assert (tmp_path / "a" / "index.html").exists() and (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("run", ["nothing", "../one", "/nowhere/at/all"])
def test_an_unknown_run_is_one_sentence(run: str, tmp_path: Path, capsys: Any) -> None:
    assert main(["export", run, "--runs", str(tmp_path), "--to", str(tmp_path / "to")]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"There is no run {run};") and said.count("\n") == 1
    assert not (tmp_path / "to").exists()


def test_a_folder_that_is_not_empty_is_one_sentence(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["export", "example", "--to", str(tmp_path)]) == 2
    assert "is not empty; a new or an empty one was expected." in capsys.readouterr().err
