"""Which parts can be taken out of a method, what should happen then, and what did."""

import json
import statistics
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from explorer.catalogue.markdown import escaped, table
from training.breaks import BREAKS
from training.process import PROJECT

RESULTS = PROJECT / "benchmarks" / "results" / "breaks.json"
WHOLE = ""
"""Stands in the results for the method with all its parts."""
MEASURED = {"loss": "loss", "normalised_std": "spread", "effective_rank": "rank", "cross_group_knn": "kNN"}
"""What of the results is shown, and its head: see docs/measures.md."""
DIGITS = {"loss": 2, "normalised_std": 2, "effective_rank": 1, "cross_group_knn": 3}


def without_parts(method: str, results: Mapping[str, Any] | None = None) -> str:
    """The parts of the method of this name as a Markdown table, "" where none can be taken out."""
    parts = BREAKS.get(method, {})
    if not parts:
        return ""
    found = kept() if results is None else results
    measured = found.get("methods", {}).get(method, {})
    head = ["part", "what should happen without it", *(MEASURED.values() if measured else ())]
    rows = [[f"`{part}`", escaped(taken.expected), *_cells(measured, part)] for part, taken in parts.items()]
    if measured:
        rows.insert(0, ["all there", "", *_cells(measured, WHOLE)])
    return f"**Parts that can be taken out**, by *Make it collapse* on the page Live or by `--break` of the command line.{_measured_words(found, measured)}\n\n{table(head, rows)}"


def _measured_words(found: Mapping[str, Any], measured: Mapping[str, Any]) -> str:
    """What was measured; nothing where it wasn't."""
    if not measured:
        return ""
    before = statistics.median(row["random_init"] for rows in measured.values() for row in rows)
    return (
        f" Measured on {found['data']} after {found['steps']} steps: spread and rank of the projections, and cross-group kNN, "
        f"which is {before:.3f} before training."
    )


def _cells(measured: Mapping[str, Sequence[Mapping[str, float]]], part: str) -> list[str]:
    if not measured:
        return []
    rows = measured.get(part)
    if not rows:
        return ["–"] * len(MEASURED)
    return [f"{statistics.median(row[name] for row in rows):.{DIGITS[name]}f}" for name in MEASURED]


@cache
def kept(path: Path = RESULTS) -> Mapping[str, Any]:
    """What `python -m benchmarks.breaks` wrote; empty where it wasn't run."""
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found
