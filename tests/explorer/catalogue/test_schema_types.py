"""docs/run-folder.md tells the types of schema.json as the code has them."""

import pytest

from explorer.catalogue.schema_types import with_types
from training.process import PROJECT

PAGE = (PROJECT / "docs" / "run-folder.md").read_text()


def test_the_page_is_up_to_date() -> None:
    assert with_types(PAGE) == PAGE, "make docs writes it anew"


def test_types_are_words() -> None:
    wrong = PAGE.replace('| `rhythm` | "step" or "snapshot" |', "| `rhythm` | number |")
    assert wrong != PAGE == with_types(wrong)
    for row in ("| `lines` | list of Line |", "| `low` | number or null |", "| `series` | list of texts |"):
        assert row in PAGE


@pytest.mark.parametrize("row", ["| `rhythm` |", "### Picture"])
def test_a_field_or_a_type_that_is_missing_is_an_error(row: str) -> None:
    with pytest.raises(ValueError, match="does not name the fields"):
        with_types(PAGE.replace(row, "| rhythm |"))
