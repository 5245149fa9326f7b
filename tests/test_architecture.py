"""docs/architecture.md tells of every folder of the code, and of none that is gone."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
ROOMS = ("training", "explorer", "assets", "benchmarks", "docs")
DEEP_ENOUGH = ("assets/example_run",)
"""Folders whose own ones are no rooms of the house."""


def told() -> dict[str, str]:
    """Path of each entry of the tree → what is said of it."""
    block = PAGE.read_text().partition("## The tree\n\n```\n")[2].partition("```")[0]
    found: dict[str, str] = {}
    folders: list[str] = []
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names, words = re.split(r"\s{2,}", line.strip(), maxsplit=1)
        for name in names.split(", "):
            path = "/".join([*folders[:depth], name.rstrip("/")])
            found[path] = words
        if names.endswith("/"):
            folders = [*folders[:depth], names.rstrip("/")]
    return found


def there() -> set[str]:
    """Every folder that holds files of the project."""
    found = set()
    for room in ROOMS:
        for folder, inner, files in os.walk(ROOT / room):
            name = Path(folder).relative_to(ROOT).as_posix()
            inner[:] = [one for one in inner if one != "__pycache__" and name not in DEEP_ENOUGH]
            if inner or files:
                found.add(name)
    return found


def test_every_folder_is_told() -> None:
    assert there() - set(told()) == set()


def test_whatever_is_told_is_there() -> None:
    assert [path for path in told() if not (ROOT / path).exists()] == []
    assert [path for path, words in told().items() if not words] == []


def test_every_file_that_the_text_names_is_there() -> None:
    text = PAGE.read_text().partition("## The tree")[0]
    paths = re.findall(r"\b(?:training|explorer|assets|tests)/[\w/.]+\w", text)
    assert len(paths) > 8
    assert [path for path in paths if not (ROOT / path).exists()] == []
