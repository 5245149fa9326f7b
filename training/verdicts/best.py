"""Which snapshot to keep, told without labels."""

from training.verdicts.readings import Readings

BY = "participation_ratio"
SHARE = 0.5
"""Of the most so far. Snapshots of a healthy run differ by less, and the newest of them is the best; one that collapses loses more."""


def best_step(readings: Readings) -> int | None:
    """The newest snapshot whose projections have at least SHARE of the largest participation ratio so far; None before the first
    step, and where it was not measured.
    """
    known = [(readings.steps[i], value) for i in readings.trained if (value := readings.of_snapshot(i, BY)) is not None]
    most = max((value for _, value in known), default=0.0)
    return next((step for step, value in reversed(known) if value >= SHARE * most), None)
