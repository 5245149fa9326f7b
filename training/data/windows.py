"""Sounds of any length cut into clips that are short enough to learn from."""

from collections.abc import Iterable, Iterator

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.errors import UserError

SHORTEST_TAIL = 0.25
"""The part of a window that the end of a file must fill to become a clip, unless it is the only one."""
SHORTEST_WINDOW_SECONDS, LONGEST_WINDOW_SECONDS = 0.1, 60.0


def windows(blocks: Iterable[np.ndarray], window_samples: int) -> Iterator[tuple[int, np.ndarray]]:
    """Where each window begins, and its samples, (S,) int16 with S ≤ `window_samples`, in constant memory.

    Windows follow each other without overlap. The rest at the end is kept where it fills a quarter of a window, or
    where it is all there is.
    """
    start, rest = 0, np.zeros(0, np.int16)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= window_samples:
            yield start, rest[:window_samples]
            start, rest = start + window_samples, rest[window_samples:]
    if len(rest) and (start == 0 or len(rest) >= SHORTEST_TAIL * window_samples):
        yield start, rest


def window_samples(window_seconds: float) -> int:
    """The window's length at 16 kHz. Raises UserError where it is out of range."""
    if not SHORTEST_WINDOW_SECONDS <= window_seconds <= LONGEST_WINDOW_SECONDS:  # also true of NaN
        expected = f"{SHORTEST_WINDOW_SECONDS:g} to {LONGEST_WINDOW_SECONDS:g} seconds were expected"
        raise UserError(f"The window is {window_seconds:g} seconds long, but {expected}.")
    return round(window_seconds * SAMPLE_RATE)
