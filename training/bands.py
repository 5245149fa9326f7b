"""Where a measure lies in healthy runs of a method, step by step: bands.json, which `python -m benchmarks.collapse.bands` makes.

    bands_of("simclr")["measure/effective_rank"].least(100) -> (44.6, 0.49)

A band is the lowest to the highest of all healthy runs with the method's own settings; docs/verdicts.md says which. It knows
nothing of later steps than it was made for, nor of runs that `is_like_healthy` tells to be unlike those.
"""

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("bands.json")
LEAST_STEPS = 200
"""A run that is to end before has a learning rate that has fallen where that of the healthy ones was still high."""


@dataclass(frozen=True)
class Band:
    """Lowest and highest of one measure at each of the steps."""

    steps: tuple[int, ...]
    """Ascending."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    share: tuple[float, ...]
    """Lowest share of a run's own value before the first step: what tells runs on other data, or of fewer clips, apart."""
    runs: int
    """It was made from so many."""
    data: tuple[str, ...]
    """On these sets."""

    def least(self, step: int) -> tuple[float, float] | None:
        """(lowest, lowest share) at a step, on the line between the two that are known; None before the first, and the last's
        after the last.
        """
        if step < self.steps[0]:
            return None
        after = min(bisect_right(self.steps, step), len(self.steps) - 1)
        before = max(after - 1, 0)
        width = self.steps[after] - self.steps[before]
        along = min((step - self.steps[before]) / width, 1.0) if width else 0.0
        low, share = ((1 - along) * side[before] + along * side[after] for side in (self.low, self.share))
        return low, share

    def to_json(self) -> dict[str, Any]:
        """As the page draws it."""
        return {"steps": self.steps, "low": self.low, "high": self.high, "runs": self.runs, "data": self.data}


def bands_of(method: str | None) -> Mapping[str, Band]:
    """By the name of the measure in a row of metrics; empty for a method of which no healthy runs were kept."""
    return _all().get(method or "", {})


def is_like_healthy(config: Mapping[str, Any]) -> bool:
    """Whether a run has the encoder and the batch of the healthy runs of its method and doesn't end long before them: only then
    do charts draw their bands, and verdicts ask for as much as they had. What `config` leaves open is so.
    """
    own: Mapping[str, Any] = _file()["methods"].get(str(config.get("method")), {}).get("settings", {})
    steps = config.get("steps")
    early = isinstance(steps, int) and steps < LEAST_STEPS
    return not early and all(config.get(name, value) == value for name, value in own.items())


def read_bands(found: Mapping[str, Any]) -> dict[str, dict[str, Band]]:
    """From what the file holds: {"steps": […], "methods": {name: {"runs", "data", "settings", "bands": {measure:
    [lows, highs, shares]}}}}.
    """
    steps = tuple(found["steps"])
    return {
        method: {
            measure: Band(
                steps[-len(low) :], tuple(low), tuple(high), tuple(share), about["runs"], tuple(about["data"])
            )
            for measure, (low, high, share) in about["bands"].items()
        }
        for method, about in found["methods"].items()
    }


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


@cache
def _all() -> dict[str, dict[str, Band]]:
    return read_bands(_file())
