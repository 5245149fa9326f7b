"""README and docs/benchmarks.md tell what the kept results say, as `python -m benchmarks.figures` writes it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures
from benchmarks.figures import page, tables, training


@pytest.mark.parametrize("path", figures.PAGES, ids=lambda path: path.name)
def test_a_page_tells_what_the_results_say(path: Path) -> None:
    text = path.read_text()
    assert figures.BLOCK.search(text), "it has no block of figures"
    assert figures.with_figures(text) == text, "python -m benchmarks.figures writes it anew"


@pytest.mark.parametrize("name", figures.PICTURES)
def test_a_picture_shows_what_the_results_say(name: str) -> None:
    assert (tables.RESULTS / name).read_text() == figures.PICTURES[name](), "python -m benchmarks.figures draws it anew"
    assert any(f"results/{name}" in path.read_text() for path in figures.PAGES)


def test_every_block_stands_on_a_page() -> None:
    text = "".join(path.read_text() for path in figures.PAGES)
    assert {block[2] for block in figures.BLOCK.finditer(text)} == set(figures.BLOCKS)
    assert text.count("<!-- figures: ") == len(figures.BLOCK.findall(text)), "a block has no end"


def test_readme_tells_no_measured_figure_outside_its_blocks() -> None:
    prose = figures.BLOCK.sub("", figures.PAGES[0].read_text())
    assert re.findall(r"(?<![\w/.])\.\d\d|\d(?:\.\d+)? (?:ms|MB|GB)\b", prose) == []


def test_a_block_that_nobody_writes_is_an_error() -> None:
    with pytest.raises(KeyError):
        figures.with_figures("<!-- figures: nothing -->\n<!-- end -->")


def test_the_text_outside_blocks_stays() -> None:
    written = figures.with_figures("before <!-- figures: drills -->\n.99\n<!-- end --> after")
    assert written.startswith("before <!--") and written.endswith("--> after") and ".99" not in written


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Changes one kept result."""
    for path in tables.RESULTS.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(tables, "RESULTS", tmp_path)

    def change(name: str, **values: Any) -> None:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def test_another_result_is_another_text(kept: Any) -> None:
    before = page.page()
    kept("page", first_map_seconds=123.4)
    assert page.page() != before and "| first map, after pressing start | 123.4 s |" in page.page()


def test_what_a_newcomer_waits_for_is_told_where_it_was_timed(kept: Any) -> None:
    kept("page", page_drawn_seconds=3.25, first_views_seconds=1.5, augmentation_ms=123.4)
    assert "| first map drawn after `python app.py` | 3.2 s |" in page.page()
    assert "| first click on a clip to both its views | 1.5 s |" in page.page()
    assert "| a slider of the augmentations to the new views | 123 ms |" in page.page()
    found = json.loads((tables.RESULTS / "page.json").read_text())
    del found["first_views_seconds"]
    (tables.RESULTS / "page.json").write_text(json.dumps(found))
    assert "app.py" not in page.page()


def test_methods_below_their_random_initialisation_are_named() -> None:
    assert "not so BYOL-A (after five minutes yes)" in training.catalogue()
    assert training.catalogue().splitlines()[2].startswith("| VICReg |")
