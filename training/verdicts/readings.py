"""What a judgement is read from: the curves of a run, what they are compared with, and which method it is."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from training.bands import Band, bands_of
from training.measures.measure import PREFIX
from training.methods import METHODS
from training.methods.method import Method

LOSS = "train/loss"
SNAPSHOT = f"{PREFIX}effective_rank"
"""Stands in every row of a snapshot."""
MOST_LOSSES = 2_000
"""Kept; from there on every second one is dropped."""


@dataclass
class Readings:
    """The curves so far. Rows are added in the order of their steps."""

    method: str | None = None
    """None for a run of somebody else's: then nothing is known of how its projections must be."""
    steps: list[int] = field(default_factory=list)
    """Of the snapshots, that of random weights (step 0) too."""
    measures: list[Mapping[str, float]] = field(default_factory=list)
    """By measure, one mapping a snapshot."""
    losses: list[tuple[int, float]] = field(default_factory=list)
    """(step, mean loss since the row before), finite."""
    lost: int | None = None
    """The step since which the loss is no number; None while it is one."""
    lines: Mapping[str, Any] = field(default_factory=dict)
    """baselines.json."""
    bands: Mapping[str, Band] | None = None
    """Where measures lie in healthy runs, by key; None for what is known of the method."""
    alike: bool = True
    """Whether the run is like those, see training.bands."""

    @classmethod
    def of(
        cls, rows: Iterable[Mapping[str, Any]], lines: Mapping[str, Any], method: str | None, alike: bool = True
    ) -> "Readings":
        """From the rows of metrics.jsonl of a run that is `alike` the healthy ones of its method, or not."""
        readings = cls(method, lines=lines, alike=alike)
        for row in rows:
            readings.add(row)
        return readings

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in one more row."""
        step = row.get("step")
        if type(step) is not int:
            return
        loss = row.get(LOSS, "")
        if loss is None or (isinstance(loss, float) and not math.isfinite(loss)):  # null, as files have it
            self.lost = step if self.lost is None else self.lost
        elif isinstance(loss, int | float):
            self.lost = None
            self.losses.append((step, float(loss)))
            if len(self.losses) > MOST_LOSSES:
                del self.losses[1:-1:2]
        if isinstance(row.get(SNAPSHOT), int | float):
            found = {k.removeprefix(PREFIX): v for k, v in row.items() if k.startswith(PREFIX)}
            self.steps.append(step)
            self.measures.append({k: float(v) for k, v in found.items() if isinstance(v, int | float)})

    @property
    def step(self) -> int:
        """The newest."""
        return max([0, *self.steps[-1:], *(step for step, _ in self.losses[-1:])])

    @property
    def trained(self) -> list[int]:
        """Places of the snapshots after the first step."""
        return [i for i, step in enumerate(self.steps) if step > 0]

    def of_snapshot(self, place: int, name: str) -> float | None:
        """A measure of one snapshot, None where it wasn't measured."""
        return self.measures[place].get(name)

    @property
    def at_start(self) -> Mapping[str, float]:
        """The measures at random initialisation; none where they were not taken."""
        return self.measures[0] if self.steps[:1] == [0] else {}

    def start(self, name: str) -> float | None:
        """A measure at random initialisation; None where that was not measured."""
        return self.at_start.get(name)

    def least_of_healthy(self, place: int, name: str) -> tuple[float, float] | None:
        """The least that healthy runs of the method had at a snapshot's step, or at the last step that is known, and the least
        share of their own start; None where nothing is known.
        """
        bands = bands_of(self.method) if self.bands is None else self.bands
        band = bands.get(PREFIX + name)
        return band.least(self.steps[place]) if band is not None else None

    def line(self, name: str) -> float | None:
        """Cross-group kNN of the main facet, of one of training.run.schema.BASELINES."""
        facets = _mapping(self.lines.get("cross_group_knn"))
        value = _mapping(facets.get(str(self.lines.get("main_facet")))).get(name)
        return float(value) if isinstance(value, int | float) else None

    @property
    def clips(self) -> int | None:
        """How many clips have a label of the main facet, of which kNN asks; None where that isn't known."""
        value = _mapping(self.lines.get("clips")).get(str(self.lines.get("main_facet")))
        return value if type(value) is int and value > 0 else None

    @property
    def chance_loss(self) -> float | None:
        """The loss of a model that has learned nothing."""
        value = _mapping(self.lines.get("loss")).get("value")
        return float(value) if isinstance(value, int | float) and math.isfinite(value) else None

    @property
    def compares(self) -> bool:
        """Whether the method's loss compares projections, so that all of them may become one point."""
        if self.method is None or self.method not in METHODS:
            return False
        kind = METHODS[self.method]
        return kind.card.family != "auto-encoding" and kind.projection is not Method.projection


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
