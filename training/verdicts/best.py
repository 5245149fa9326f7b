"""Which snapshot to keep, told without labels."""

from training.verdicts.readings import Readings

BY = "participation_ratio"
"""Of all measures without labels the one that goes along best with what labels say: docs/verdicts.md."""


def best_step(readings: Readings) -> int | None:
    """The snapshot whose projections have the largest participation ratio so far; None before the first step, and where it was
    not measured.
    """
    known = [(value, readings.steps[i]) for i in readings.trained if (value := readings.of_snapshot(i, BY)) is not None]
    return max(known)[1] if known else None
