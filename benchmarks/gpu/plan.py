"""What a number of minutes is spent on: shorter ones cut batches, steps and axes, never whole parts."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from training.encoders import ENCODERS
from training.methods import METHODS

FULL_MINUTES = 3.0
"""From here on batches, steps and axes are the whole ones."""
LEARNING_MINUTES = 6.0
"""From here on a method learns for a whole minute."""


@dataclass(frozen=True)
class Plan:
    """How much of everything is done, and until when."""

    full: bool
    numbers_batch: int
    """Clips of the batch on which devices are compared."""
    train_steps: int
    train_batch: int | None
    """None: each method's own default."""
    kept_every: int
    """Steps between the checkpoints of the run that is killed."""
    learn_seconds: float
    cell_seconds: float
    """How long one speed is measured."""
    batches: tuple[int, ...]
    """Batch sizes of which the speed is measured, the usual one first."""
    clock: Callable[[], float] = field(compare=False)
    """Seconds: of the wall, or of the processor for a short plan, which is for machines that do other things meanwhile."""
    deadline: float = field(compare=False)
    """On that clock: no row is begun after it."""

    def settings(self, method: str) -> dict[str, Any]:
        """What a short plan changes of a method's defaults, so that a step takes milliseconds on a CPU."""
        if self.full:
            return {}
        mel = ENCODERS[METHODS[method].encoders[0]].domain == "mel"
        return {"crop_seconds": 0.32, "warmup_steps": 2, **({"mels": 16} if mel else {})}

    @property
    def over(self) -> bool:
        """Whether the minutes are used up."""
        return self.clock() > self.deadline


def plan_for(minutes: float, on_gpu: bool) -> Plan:
    """What fits into `minutes`; on a CPU the large batches are left out."""
    full = minutes >= FULL_MINUTES
    clock = time.monotonic if full or on_gpu else time.process_time
    batches = (256, 128, 512, 1024, 2048, 4096) if on_gpu else (256, 128, 512)
    return Plan(
        full=full,
        numbers_batch=64 if full else 16,
        train_steps=100 if full else 4,
        train_batch=None if full else 8,
        kept_every=20 if full else 2,
        learn_seconds=60.0 if minutes >= LEARNING_MINUTES else minutes,
        cell_seconds=1.0 if full else 0.02,
        batches=batches if full else (16, 8),
        clock=clock,
        deadline=clock() + 60 * minutes,
    )
