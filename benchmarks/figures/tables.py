"""What the kept results hold, and how it is written."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"

Results = dict[str, Any]


def results(name: str) -> Results:
    """One file of benchmarks/results/."""
    found: Results = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def told(value: float, digits: int) -> str:
    """Without the 0 before the point."""
    return f"{value:,.{digits}f}".removeprefix("0") if digits else f"{value:,.0f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """As Markdown."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    text = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([text[0], "|" + "---|" * len(lines[0]), *text[1:]])
