"""Formulas as MathML: of every method all of it, in XML that a browser takes."""

from xml.etree.ElementTree import fromstring

import pytest

from explorer.runs.mathml import mathml
from training.methods import METHODS

MATH = "{http://www.w3.org/1998/Math/MathML}"


@pytest.mark.parametrize("name", METHODS)
def test_every_formula_is_drawn_whole(name: str) -> None:
    drawn = fromstring(mathml(METHODS[name].card.formula))
    assert drawn.tag == f"{MATH}math" and drawn.get("display") == "block"
    words = "".join(drawn.itertext())
    assert "\\" not in words, f"{name} is left as LaTeX: {words}"
    assert not [part.text for part in drawn.iter(f"{MATH}mtext") if "\\" in (part.text or "")]


def test_a_fraction_and_a_norm() -> None:
    drawn = fromstring(mathml(r"\frac{1}{N} \big\lVert x_i \big\rVert^2"))
    fraction = drawn.find(f".//{MATH}mfrac")
    assert fraction is not None and ["".join(part.itertext()) for part in fraction] == ["1", "N"]
    assert "".join(drawn.itertext()) == "1N‖xi‖2"
