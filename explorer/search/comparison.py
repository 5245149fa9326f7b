"""How alike two sounds are to a model, beside random pairs of clips."""

from dataclasses import dataclass

import numpy as np

from training.errors import UserError

RANDOM_PAIRS = 2_000


@dataclass(frozen=True)
class SoundComparison:
    """How alike two sounds are to the model at one step, and how alike any two clips are."""

    step: int
    cosine: float
    percentile: float
    """The share, in percent, of random pairs of clips that are less alike."""
    random_low: float
    """5 % of random pairs are less alike than this."""
    random_median: float
    random_high: float
    """5 % of random pairs are more alike than this."""


def compared(step: int, pair: np.ndarray, probe: np.ndarray | None) -> SoundComparison:
    """Of a `pair` (2, D) beside the `probe` (n, D), all of length 1. Raises UserError where there is no probe."""
    if probe is None or len(probe) < 2:
        raise UserError("This run has no snapshot to compare with yet.")
    cosine = float(np.clip(pair[0] @ pair[1], -1, 1))
    pairs = random_pair_cosines(probe)
    low, median, high = (float(q) for q in np.quantile(pairs, [0.05, 0.5, 0.95]))
    return SoundComparison(step, cosine, 100 * float((pairs < cosine).mean()), low, median, high)


def random_pair_cosines(units: np.ndarray) -> np.ndarray:
    """(2000,): cosines of random pairs of different rows of `units` (n, D; length 1), always the same pairs."""
    random = np.random.default_rng(0)
    first = random.integers(len(units), size=RANDOM_PAIRS)
    second = (first + random.integers(1, len(units), size=RANDOM_PAIRS)) % len(units)
    cosines: np.ndarray = np.einsum("nd,nd->n", units[first], units[second])
    return cosines
