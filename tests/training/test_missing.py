"""Another Python than the one with the packages is answered by one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from training import missing
from training.missing import packages_told

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "program", [["-m", "training", "list"], ["-m", "explorer", "export", "example", "--to", "x"], ["app.py"]]
)
def test_a_python_without_packages_is_told_where_they_are(program: list[str]) -> None:
    bare = [sys.executable, "-S", *program]  # -S: without site-packages
    said = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    assert said.returncode == 2 and said.stdout == ""
    (line,) = said.stderr.splitlines()
    assert line.startswith("The package ") and f"isn't installed for {sys.executable}; " in line and ".venv" in line


@pytest.mark.parametrize(
    ("there", "told"), [(True, "bin/python has it."), (False, "`make demo` sets up one that has all")]
)
def test_it_is_told_of_the_environment_that_is_there_or_can_be_made(
    there: bool, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "bin" / "python"
    monkeypatch.setattr(missing, "PYTHON", python)
    if there:
        python.parent.mkdir()
        python.touch()
    with pytest.raises(SystemExit), packages_told():
        import no_such_package.inside  # type: ignore[import-not-found]  # noqa: F401
    said = capsys.readouterr().err
    assert said.startswith(f"The package no_such_package isn't installed for {sys.executable}; ") and told in said


def test_a_file_of_the_project_that_is_not_there_is_a_fault_and_no_package() -> None:
    with pytest.raises(ModuleNotFoundError), packages_told():
        import training.no_such_file  # type: ignore[import-not-found]  # noqa: F401
