"""Where a measure lies in healthy runs of a method, step by step: bands.json, which `python -m benchmarks.collapse.bands` makes.

    bands_of("simclr")["measure/effective_rank"].at(100) -> (40.1, 52.3)

A band is the lowest to the highest of all healthy runs with the method's own settings; docs/verdicts.md says which. It knows
nothing of other settings, nor of later steps than it was made for.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("bands.json")


@dataclass(frozen=True)
class Band:
    """Lowest and highest of one measure at each of the steps."""

    steps: tuple[int, ...]
    """Ascending."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    runs: int
    """It was made from so many."""
    data: tuple[str, ...]
    """On these sets."""

    def at(self, step: int) -> tuple[float, float] | None:
        """(lowest, highest) at a step, on the line between the two that are known; None before the first and after the last."""
        if not self.steps[0] <= step <= self.steps[-1]:
            return None
        after = min(bisect_right(self.steps, step), len(self.steps) - 1)
        before = max(after - 1, 0)
        width = self.steps[after] - self.steps[before]
        share = (step - self.steps[before]) / width if width else 0.0
        low, high = ((1 - share) * side[before] + share * side[after] for side in (self.low, self.high))
        return low, high

    def to_json(self) -> dict[str, Any]:
        """As the page draws it."""
        return {"steps": self.steps, "low": self.low, "high": self.high, "runs": self.runs, "data": self.data}


def bands_of(method: str | None) -> Mapping[str, Band]:
    """By the name of the measure in a row of metrics; empty for a method of which no healthy runs were kept."""
    return _all().get(method or "", {})


def read_bands(found: Mapping[str, Any]) -> dict[str, dict[str, Band]]:
    """From what the file holds: {"steps": […], "methods": {name: {"runs", "data", "bands": {measure: [lows, highs]}}}}."""
    steps = tuple(found["steps"])
    return {
        method: {
            measure: Band(steps[-len(low) :], tuple(low), tuple(high), about["runs"], tuple(about["data"]))
            for measure, (low, high) in about["bands"].items()
        }
        for method, about in found["methods"].items()
    }


@cache
def _all() -> dict[str, dict[str, Band]]:
    return read_bands(json.loads(PATH.read_text(encoding="utf-8")))
