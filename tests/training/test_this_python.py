"""A command that is told can be copied as it stands, with the Python that told it."""

import sys
from pathlib import Path

import pytest

from training.this_python import this_python


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an environment's programs, whose Python this is."""
    programs = tmp_path / "my sounds" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "python3"):
        (programs / name).symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(programs / "python3"))
    return programs


def test_an_environment_that_is_active_is_python(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(environment))
    assert this_python() == "python"


@pytest.mark.parametrize("others", ["", "other"])
def test_any_other_is_its_path(environment: Path, others: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if others:
        (tmp_path / others).mkdir()
        (tmp_path / others / "python").symlink_to(environment / "python")
    monkeypatch.setenv("PATH", str(tmp_path / others))
    monkeypatch.chdir(tmp_path)
    assert this_python() == f"'{Path('my sounds', '.venv', 'bin', 'python3')}'"
    for elsewhere in (environment, tmp_path / "my sounds" / ".venv" / "lib"):
        elsewhere.mkdir(exist_ok=True)
        monkeypatch.chdir(elsewhere)
        assert this_python() == f"'{environment / 'python3'}'"
