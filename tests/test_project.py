"""What a newcomer's machine is asked for, and what the project calls itself."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def made(folder: Path, pythons: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """What `make .venv/bin/python` does where `pythons`, name → what `-c` and `-m venv` exit with, are all there are."""
    tools = folder / "tools"
    tools.mkdir()
    for name, exits in pythons.items():
        script = f'#!/bin/sh\n[ "$1" = -m ] && echo "{name} makes it"\nexit {exits}\n'
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    command = ["/usr/bin/env", f"PATH={tools}:/bin", "/usr/bin/make", "-f", str(ROOT / "Makefile"), "-C", str(folder)]
    only_ours = [f"PYTHONS={' '.join(str(tools / f'python{version}') for version in VERSIONS)}"]
    return subprocess.run(
        [*command, *only_ours, *arguments, ".venv/bin/python"], capture_output=True, text=True, check=False
    )


def test_make_takes_the_first_python_that_has_venv(tmp_path: Path) -> None:
    done = made(tmp_path, {"python3.11": "1", "python3.13": "0", "python3.14": "0"})
    assert "python3.13 makes it" in done.stdout and "python3.14" not in done.stdout


def test_make_takes_the_python_that_is_named(tmp_path: Path) -> None:
    done = made(tmp_path, {"python3.11": "0", "mine": "0"}, f"PYTHON={tmp_path}/tools/mine")
    assert "mine makes it" in done.stdout and "python3.11" not in done.stdout


def test_make_says_in_one_sentence_that_no_python_will_do(tmp_path: Path) -> None:
    done = made(tmp_path, {"python3.12": "1"})
    assert done.returncode != 0
    assert "Python 3.11, 3.12, 3.13 or 3.14 with venv is needed, and none was found" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_all_say_the_same_of_the_versions_of_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.15"
    assert f"PYTHONS = {' '.join(f'python{version}' for version in VERSIONS)}\n" in (ROOT / "Makefile").read_text()
    assert f"Python {', '.join(VERSIONS[:-1])} or {VERSIONS[-1]}" in (ROOT / "README.md").read_text()


def test_the_version_is_the_changelogs() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    heading = re.search(r"^## (\S+?)(, in the making)?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heading is not None
    assert version == heading[1] + (".dev0" if heading[2] else "")


def test_the_newest_changes_are_one_line_each_added_changed_or_fixed() -> None:
    newest = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1]
    lines = [line for line in newest.splitlines()[1:] if line]
    assert [line for line in lines if line.startswith("### ")] == ["### Added", "### Changed", "### Fixed"]
    assert lines[0] == "### Added"
    assert [line for line in lines if not line.startswith(("### ", "- ")) or len(line) > 140] == []


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned(file: str) -> None:
    lines = [line.partition("#")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    asked = [line for line in lines if line and not line.startswith("-r ")]
    assert asked and all(re.fullmatch(r"[A-Za-z0-9_-]+==\S+", line) for line in asked)
