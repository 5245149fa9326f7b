"""Formulas as MathML: of every method all of it, in XML that a browser takes."""

from xml.etree.ElementTree import Element, fromstring

import pytest

from explorer.runs.mathml import mathml, mathml_symbol
from training.methods import METHODS

MATH = "{http://www.w3.org/1998/Math/MathML}"


def drawn(formula: str) -> list[Element]:
    return [fromstring(statement) for statement in mathml(formula)]


@pytest.mark.parametrize("name", METHODS)
def test_every_formula_is_drawn_whole(name: str) -> None:
    statements = drawn(METHODS[name].card.formula)
    assert all(one.tag == f"{MATH}math" and one.get("display") == "block" for one in statements)
    words = ["".join(one.itertext()) for one in statements]
    assert all(words), f"{name} has an empty statement"
    assert "\\" not in "".join(words), f"{name} is left as LaTeX: {words}"


@pytest.mark.parametrize("name", METHODS)
def test_every_symbol_is_drawn_within_its_line(name: str) -> None:
    for symbol in METHODS[name].card.symbols:
        drawn = fromstring(mathml_symbol(symbol))
        assert drawn.tag == f"{MATH}math" and drawn.get("display") == "inline"
        words = "".join(drawn.itertext())
        assert words and "\\" not in words, f"{name} leaves {symbol} as LaTeX"


def test_a_fraction_and_a_norm() -> None:
    (formula,) = drawn(r"\frac{1}{N} \big\lVert x_i \big\rVert^2")
    fraction = formula.find(f".//{MATH}mfrac")
    assert fraction is not None and ["".join(part.itertext()) for part in fraction] == ["1", "N"]
    assert "".join(formula.itertext()) == "1N‖xi‖2"


def test_statements_stand_in_lines_of_their_own() -> None:
    assert ["".join(one.itertext()) for one in drawn(r"a = b, \quad b = c, \qquad c = 1")] == ["a=b,", "b=c,", "c=1"]
