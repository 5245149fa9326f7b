"""What the kept results hold, and how it is written."""

import json
from typing import Any

from training.process import PROJECT

RESULTS = PROJECT / "benchmarks" / "results"

Results = dict[str, Any]


def results(name: str) -> Results:
    """One file of benchmarks/results/."""
    found: Results = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def told(value: float, digits: int) -> str:
    """Without the 0 before the point."""
    return f"{value:,.{digits}f}".removeprefix("0") if digits else f"{value:,.0f}"
