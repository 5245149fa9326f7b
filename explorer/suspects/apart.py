"""Clips that lie too close to another, or too far from all: in the embedding, and in the sound itself."""

import numpy as np

from explorer.runs.neighbours import nearest_of_all

SPREADS = 4.0
"""So many robust standard deviations from the median, and a value is unusual."""
ALIKE = 0.9
"""Correlation of two waveforms, at the best shift, from which they are one recording."""
LOUD = 32_700 / 32_768
CLIPPED_SHARE = 0.001
SILENT_DB = -60.0
OUTLIER_NEIGHBOURS = 20
SAME_DIGITS = 3
"""Embeddings of length 1 that are equal in so many digits are copies."""
MOST_PAIRS = 400


def near_pairs(units: np.ndarray) -> list[tuple[int, int, float]]:
    """(row, other row, cosine) of pairs that lie closer than the data's nearest clips usually do, closest first.

    The threshold is found from the distances d of each clip to its nearest: median of log d less SPREADS robust standard
    deviations (1.4826 · median absolute deviation); pairs at distance 0 are always among them.
    """
    if len(units) < 3:
        return []
    rows, cosines = nearest_of_all(units, 1)
    apart = np.log(np.maximum(1 - cosines[:, 0], 1e-7))
    close = np.flatnonzero(apart <= max(np.median(apart) - SPREADS * _spread(apart), np.log(1e-6)))
    pairs = {(min(int(i), int(rows[i, 0])), max(int(i), int(rows[i, 0]))): float(cosines[i, 0]) for i in close}
    found = sorted(((a, b, cosine) for (a, b), cosine in pairs.items()), key=lambda pair: -pair[2])
    return found[:MOST_PAIRS]


def same_sound(one: np.ndarray, other: np.ndarray) -> float:
    """The largest normalised correlation of two waveforms over all shifts, 0 to 1; 0 where either is silent."""
    size = 1 << int(len(one) + len(other) - 1).bit_length()
    power = float(np.linalg.norm(one) * np.linalg.norm(other))
    if power < 1e-9:
        return 0.0
    crossed = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return min(1.0, float(np.abs(crossed).max()) / power)


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
    limit = max(1.0, float(np.median(factors) + SPREADS * _spread(factors)))
    order = np.argsort(-factors, kind="stable")
    return order[factors[order] > limit]


def peak_db(samples: np.ndarray) -> float:
    """The largest sample in dB below full scale; -inf for digital silence."""
    peak = float(np.abs(samples).max(initial=0))
    return 20 * float(np.log10(peak)) if peak > 0 else -np.inf


def clipped_share(samples: np.ndarray) -> float:
    """Which share of the samples stands at full scale."""
    return float((np.abs(samples) >= LOUD).mean()) if len(samples) else 0.0


def _spread(values: np.ndarray) -> float:
    """A standard deviation that few values far away do not change."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
