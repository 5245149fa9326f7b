"""Markdown by hand: tables, and text that is shown as it is."""

import re
from collections.abc import Iterable, Sequence

LATEX: list[dict[str, str | bool]] = [
    {"left": "$$", "right": "$$", "display": True},
    {"left": "$", "right": "$", "display": False},
]
"""How formulas and symbols are marked, as Gradio is told of it."""


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a row's cells are Markdown themselves."""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(head)}", *lines[1:]])


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_<|\[\]$])", r"\\\1", text)


def prose(text: str) -> str:
    """Text that Markdown shows as it is, but for names in backticks, which it shows as code."""
    parts = re.split(r"(`[a-z_]+`)", text)
    return "".join(part if i % 2 else escaped(part) for i, part in enumerate(parts))
