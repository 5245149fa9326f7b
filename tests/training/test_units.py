"""Values of settings in words: those of Python and those of the page are the same."""

import json
from pathlib import Path
from typing import get_args

import pytest

from training.units import Unit, counted, in_words

CASES = json.loads((Path(__file__).parents[1] / "js" / "forms" / "units.json").read_text())
"""(unit, value, words); tests/js/forms/units.test.js reads them too."""


@pytest.mark.parametrize(("unit", "value", "words"), CASES)
def test_a_value_is_said_in_its_unit(unit: str, value: float, words: str) -> None:
    assert in_words(unit, value) == words  # type: ignore[arg-type]  # any text, from a file


def test_every_unit_has_cases() -> None:
    assert {unit for unit, _, _ in CASES} == set(get_args(Unit))


def test_one_thing_is_not_several() -> None:
    assert [counted(n, "step") for n in (0, 1, 2_000)] == ["0 steps", "1 step", "2,000 steps"]
