"""Values of a column, read from files in any condition."""

from typing import Any

import numpy as np
import pytest

from explorer.runs.columns import MOST_NAMES, from_array, from_list
from training.run.schema import Column


def column(kind: Any, *names: str) -> Column:
    return Column("one", "One", kind, "clip", names=names)


@pytest.mark.parametrize(
    ("kind", "held", "read"),
    [
        ("number", [1.5, 2, True, "3", None, 10**400, float("inf"), float("nan")], [1.5, 2.0, 1.0, *[None] * 5]),
        ("flag", [True, 0, 1, 2, "yes", 10**400], [1, 0, 1, -1, -1, -1]),
        ("category", ["dog", 4, "bell", None, "dog"], [1, -1, 0, -1, 1]),
        ("text", ["as it is", 7, None], ["as it is", "", ""]),
    ],
)
def test_what_contradicts_its_kind_is_no_value(kind: str, held: list[Any], read: list[Any]) -> None:
    found = from_list(column(kind), held, len(held))
    assert found is not None and found.to_json()["values"] == read
    assert from_list(column(kind), held, len(held) + 1) is None and from_list(column(kind), "x", 1) is None


def test_codes_without_names_are_called_by_their_number_up_to_so_many() -> None:
    found = from_array(column("category"), np.array([2, -5, 0, MOST_NAMES]), 4)
    assert found is not None and (found.values.tolist(), found.names) == ([2, -1, 0, -1], ("0", "1", "2"))
    named = from_array(column("category", "low", "high"), np.array([1, 2]), 2)
    assert named is not None and (named.values.tolist(), named.names) == ([1, -1], ("low", "high"))
    assert from_array(column("category"), np.array([0.5, 1.0]), 2) is None


def test_numbers_that_are_too_large_are_none() -> None:
    found = from_array(column("number"), np.array([1e300, -1e31, 3.0]), 3)
    assert found is not None and found.to_json()["values"] == [None, None, 3.0]
    assert from_array(column("number"), np.zeros((3, 1)), 3) is None
