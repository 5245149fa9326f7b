"""What the README and the documents point to exists."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_package_is_explained() -> None:
    packages = re.findall(r"^([A-Za-z0-9_-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    table = (ROOT / "docs" / "packages.md").read_text()
    explained = {name for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for name in row.strip().split(", ")}
    assert len(packages) > 10
    assert explained - {"package", "---"} == set(packages)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert all(f"`{name}`" in table for names in extras.values() for name in names)


def test_the_readme_is_short_and_begins_as_a_hosted_space_wants_it() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) < 120
    assert lines[0] == "---" and "app_file: app.py" in lines[: lines.index("---", 1)]
