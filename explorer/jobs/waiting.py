"""How long a run may have to wait for its turn, from what those before it may still train."""

import math
from collections.abc import Iterable

from training.run import RunFolder, State


def seconds_until(before: Iterable[RunFolder], most: float) -> float | None:
    """Seconds that the runs `before` may train together; None where one of them has no end that is known.

    `most`: how many seconds one run may train here, infinite without a limit. What ends sooner is not foreseen, and what a run
    takes to open its sounds is not counted.
    """
    lefts = [_left(run, most) for run in before]
    known = [left for left in lefts if left is not None]
    return sum(known) if len(known) == len(lefts) else None


def _left(run: RunFolder, most: float) -> float | None:
    status, config = run.status(), run.config()
    if status.state is State.PAUSED:
        return None
    if status.active and status.seconds_left is not None:
        return status.seconds_left
    planned = config.get("seconds") if config.get("steps") is None else None
    whole = min(float(planned), most) if isinstance(planned, int | float) else most
    return max(0.0, whole - status.seconds) if math.isfinite(whole) else None
