"""Which of a run's kept weights listen."""

import threading
import time
from collections.abc import Sequence

from training.errors import UserError
from training.run import RunFolder, State

STAY_SECONDS = 60.0


class Newest:
    """The newest weights of each run. Those of a run at work stay the same for a minute, or all clips would be embedded anew for
    every search.
    """

    def __init__(self) -> None:
        self._chosen: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def step(self, run: RunFolder) -> int:
        """Their step. Raises UserError where the run has none."""
        now = time.monotonic()
        with self._lock:
            self._chosen = {name: each for name, each in self._chosen.items() if now - each[1] < STAY_SECONDS}
            chosen, _ = self._chosen.get(run.path.name, (None, now))
            if chosen is None or chosen not in run.checkpoints() or not run.status().active:
                chosen = kept_step(run)
                self._chosen[run.path.name] = (chosen, now)
            return chosen


def kept_step(run: RunFolder, step: int | None = None) -> int:
    """The kept weights nearest to `step`, or the newest. Raises UserError where the run has none."""
    run.check_trained_here()
    found = nearest_step(run.checkpoints(), step)
    if found is None:
        raise UserError(f"{_without_weights(run)}, so nothing can be heard with its model.")
    return found


def nearest_step(steps: Sequence[int], step: int | None) -> int | None:
    """The one of `steps` nearest to `step`, the last where that is None; None where there are none."""
    if not steps:
        return None
    return steps[-1] if step is None else min(steps, key=lambda kept: (abs(kept - step), kept))


def _without_weights(run: RunFolder) -> str:
    """Why a run has none, as the beginning of a sentence."""
    status = run.status()
    if status.active or status.state is State.WAITING:
        return "This run has kept no weights yet"
    return "The weights of this run are gone" if run.snapshots() else "This run has ended before it kept any weights"
