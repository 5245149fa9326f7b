"""A method's formula as MathML, which browsers draw without a script: for pages that stand alone."""

import re

from latex2mathml.converter import convert

SPACE = re.compile(r"\\q?quad")
"""What stands between the statements of a formula."""
SIGNS = {r"\lVert": "‖", r"\rVert": "‖", r"\arg": "arg"}
"""What the library leaves by its name."""


def mathml_symbol(symbol: str) -> str:
    """LaTeX of one symbol as a `<math>` element that stands within a line."""
    return _drawn(symbol, "inline")


def mathml(formula: str) -> list[str]:
    """LaTeX, as it stands in a method's card, as one `<math>` element for each of its statements: browsers break no line."""
    return [_drawn(statement.strip(), "block") for statement in SPACE.split(formula)]


def _drawn(statement: str, display: str) -> str:
    drawn = convert(statement, display=display)
    for name, sign in SIGNS.items():
        drawn = drawn.replace(name, sign)
    return drawn
