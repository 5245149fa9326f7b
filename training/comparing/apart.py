"""Whether two rows differ by more than the seeds do."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

FEWEST = 4
"""Of each of two rows for a test: three and three are dealt out in 20 ways, so that no p is below .1."""
MOST_DEALS = 200_000
"""Of which all are looked at; of more, as many are drawn."""
LEVEL = 0.05


@dataclass(frozen=True)
class Apart:
    """How one row lies below another one."""

    difference: float
    """Of the means; above 0 where the other one's is larger."""
    spread: float | None
    """The larger of the two standard deviations; None where one of them has a single seed."""
    p: float | None
    """Of a permutation test of the means, two-sided, for at least FEWEST seeds each; not corrected for how many are asked."""

    @property
    def told(self) -> bool | None:
        """Whether the difference is larger than the seeds make by themselves; None where one seed tells nothing of that."""
        if self.p is not None:
            return self.p < LEVEL
        return None if self.spread is None else abs(self.difference) > self.spread


def apart(values: Sequence[float], others: Sequence[float]) -> Apart:
    """`values` beside those of the row they are held against, one number a seed each."""
    few = min(len(values), len(others))
    spread = max(stdev(values), stdev(others)) if few > 1 else None
    p = permutation_test(values, others) if few >= FEWEST else None
    return Apart(fmean(others) - fmean(values), spread, p)


def permutation_test(a: Sequence[float], b: Sequence[float]) -> float:
    """In which share of all ways to deal these numbers out, or of MOST_DEALS drawn ones, the means differ as much as they do."""
    from scipy import stats  # a second, which only a comparison of several seeds waits for

    found = stats.permutation_test(
        (np.asarray(a, float), np.asarray(b, float)), _far_apart,
        vectorized=True, n_resamples=MOST_DEALS, alternative="greater", rng=0,
    )  # fmt: skip
    return float(found.pvalue)


def _far_apart(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    return np.abs(a.mean(axis) - b.mean(axis))
