"""Several things timed in turn, round after round, so that a busy moment of the machine meets all of them.

A shared machine may be half as fast in the next second: many short rounds tell more than a few long ones.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import torch

WARM_UP = 1
FEWEST = 2
"""Steps of a turn."""


def seconds_a_step(step: Callable[[], object], seconds: float) -> float:
    """Mean over as many steps as fit into so many seconds, with nothing left undone on the device."""
    for _ in range(WARM_UP):
        step()
    _wait()
    began, count = time.perf_counter(), 0
    while True:
        for _ in range(FEWEST):
            step()
        count += FEWEST
        _wait()
        taken = time.perf_counter() - began
        if taken >= seconds:
            return taken / count


def in_turn(steps: Mapping[str, Callable[[], object]], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Seconds a step of each, one number a round."""
    found: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():  # what the first one makes is not timed
        step()
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(seconds_a_step(step, seconds))
    return found


def ratio(found: Mapping[str, list[float]], faster: str, slower: str) -> float:
    """How many times as fast `faster` is as `slower`: the median over rounds of each round's own ratio."""
    return share(found, found[slower], faster)


def share(found: Mapping[str, list[float]], taken: Sequence[float], of: str) -> float:
    """Seconds `taken` in each round as a share of what `of` took: the median over rounds."""
    return statistics.median(b / a for a, b in zip(found[of], taken, strict=True))


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
