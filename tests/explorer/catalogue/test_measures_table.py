"""docs/measures.md holds the table of today's measures."""

from pathlib import Path

import pytest

from explorer.catalogue.measures_table import measures_table, with_table
from training.measures import MEASURES

PAGE = Path(__file__).parents[3] / "docs" / "measures.md"


def test_the_page_is_up_to_date() -> None:
    text = PAGE.read_text()
    assert with_table(text) == text, "make docs writes it anew"


def test_every_measure_has_its_line() -> None:
    table = measures_table()
    for name, measure in MEASURES.items():
        (line,) = [line for line in table.splitlines() if line.startswith(f"| `{name}` |")]
        assert measure.curve.title in line and measure.curve.meaning in line
    assert "[arXiv 1805.01978](https://arxiv.org/abs/1805.01978)" in table


def test_a_page_without_a_place_for_it_is_told() -> None:
    with pytest.raises(ValueError, match="begins and ends"):
        with_table("# Measures")
