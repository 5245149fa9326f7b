"""A method's formula as MathML, which browsers draw without a script: for pages that stand alone."""

from latex2mathml.converter import convert

SIGNS = {r"\lVert": "‖", r"\rVert": "‖", r"\arg": "arg"}
"""What the library leaves by its name."""


def mathml(formula: str) -> str:
    """LaTeX, as it stands in a method's card, as one `<math>` element set in a line of its own."""
    drawn = convert(formula.strip(), display="block")
    for name, sign in SIGNS.items():
        drawn = drawn.replace(name, sign)
    return drawn
