"""Which snapshot to keep, told without labels."""

from training.verdicts.readings import Readings

BY = "participation_ratio"
"""Of all measures without labels the one that goes along best with what labels say: docs/verdicts.md."""


def best_step(readings: Readings) -> int | None:
    """The snapshot whose projections have the largest participation ratio so far; None where fewer than two were measured
    since the first step: one alone is no choice.
    """
    known = [(value, readings.steps[i]) for i in readings.trained if (value := readings.of_snapshot(i, BY)) is not None]
    return max(known)[1] if len(known) > 1 else None
