"""How long a run may have to wait for its turn, from what those before it may still train."""

import math
from collections.abc import Iterable

from explorer.jobs.twins import trained_as_one
from training.run import RunFolder, State
from training.run.twins import trained_with


def seconds_until(before: Iterable[RunFolder], most: float) -> float | None:
    """Seconds that the runs `before` may train together, each with the twin that is trained with it; None where one of them has
    no end that is known.

    `most`: how many seconds one run may train here, or two that are trained as one, infinite without a limit. What ends sooner
    is not foreseen; what a run takes to open its sounds, and the further runs of a command that trains several, are not known
    here and not counted.
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
    together = trained_as_one(run) if status.active else [run, *filter(None, (trained_with(run),))]
    planned = config.get("seconds") if config.get("steps") is None else None
    whole = min(len(together) * float(planned), most) if isinstance(planned, int | float) else most
    trained = sum(each.status().seconds for each in together)
    return max(0.0, whole - trained) if math.isfinite(whole) else None
