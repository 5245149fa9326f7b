"""Clips that lie too far from all others, and those that are silent or clipped."""

import numpy as np

from training.data.clipping import FULL_SCALE

SPREADS = 4.0
"""So many robust standard deviations from the median, and a value is unusual."""
CLIPPED_SHARE = 0.001
SILENT_DB = -60.0
OUTLIER_NEIGHBOURS = 20
SAME_DIGITS = 3
"""Embeddings of length 1 that are equal in so many digits are copies."""


def outliers(units: np.ndarray) -> np.ndarray:
    """(n,): local outlier factor of each clip (Breunig et al. 2000): about 1 among others of its density, larger apart."""
    if len(units) <= OUTLIER_NEIGHBOURS:
        return np.ones(len(units))
    from sklearn.neighbors import LocalOutlierFactor

    # Copies of one clip count once: a dozen of them have no distance among themselves to compare others with.
    alone, place = np.unique(units.round(SAME_DIGITS), axis=0, return_inverse=True)
    if len(alone) <= OUTLIER_NEIGHBOURS:
        return np.ones(len(units))
    found = LocalOutlierFactor(OUTLIER_NEIGHBOURS, algorithm="brute", n_jobs=1).fit(alone)
    factor: np.ndarray = -found.negative_outlier_factor_[place.reshape(-1)]
    return factor


def far_out(factors: np.ndarray) -> np.ndarray:
    """Rows of the clips whose factor is unusually large among these, the largest first."""
    limit = max(1.0, float(np.median(factors) + SPREADS * robust_spread(factors)))
    order = np.argsort(-factors, kind="stable")
    return order[factors[order] > limit]


def peak_db(samples: np.ndarray) -> float:
    """The largest sample in dB below full scale; -inf for digital silence."""
    peak = float(np.abs(samples).max(initial=0))
    return 20 * float(np.log10(peak)) if peak > 0 else -np.inf


def clipped_share(samples: np.ndarray) -> float:
    """Which share of the samples stands at full scale."""
    return float((np.abs(samples) >= FULL_SCALE).mean()) if len(samples) else 0.0


def robust_spread(values: np.ndarray) -> float:
    """A standard deviation that few values far away do not change."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
