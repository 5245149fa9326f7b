"""Each page of docs/decisions/ is listed, dated, has its three parts and names files that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_is_dated_and_whole(page: Path) -> None:
    title, date, *headings = re.findall(r"^(?:#+ (.+)|(\d{4}-\d\d-\d\d))$", page.read_text(), re.MULTILINE)
    assert date[1] and [heading for heading, _ in headings] == ["Context", "Decision", "Consequences"]
    assert f"| {date[1]} | [{title[0]}]({page.name}) |" in (FOLDER / "README.md").read_text()
    paths = re.findall(r"`((?:training|explorer|assets|tests|benchmarks)/[\w/.]+)`", page.read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_listed_decision_has_its_page() -> None:
    assert re.findall(r"\]\(([^)]+\.md)\)", (FOLDER / "README.md").read_text()) == [page.name for page in PAGES]
