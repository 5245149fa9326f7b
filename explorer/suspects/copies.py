"""Clips that hold one recording: told by the samples themselves where these are at hand, by the embedding alone otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.runs.neighbours import CHUNK, nearest_of_all
from explorer.suspects.apart import SPREADS, robust_spread
from explorer.suspects.tones import fade_alike, is_tone

CLOSE = 0.9
"""Correlation of two waveforms, at the best shift, from which they are one recording where their embeddings are nearly equal."""
ALIKE = 0.95
"""The same of any other neighbours: tones of nearly the same pitch reach .9, and some of them more; see tones.py."""
NEIGHBOURS = 20
"""So many of each clip are compared by their samples. A copy that is trimmed, or begins later, is seldom the very nearest."""
BANDS = 2048
MOST_PAIRS = 400
MOST_COMPARED = 8_000
"""Pairs whose samples are compared, the likeliest first: so long takes some ten seconds with clips of two seconds."""


@dataclass(frozen=True)
class Pair:
    """Two clips that hold one recording."""

    row: int
    other: int
    """The larger one."""
    cosine: float
    alike: float | None = None
    """The correlation of their samples at the best shift, 0 to 1; None where they are not at hand."""


def copies(units: np.ndarray, waveform: Callable[[int], np.ndarray] | None) -> list[Pair]:
    """Pairs of clips that hold one recording, surest first.

    `units` (n, D), rows of length 1. `waveform`: a row's samples (S,); without it, pairs whose embeddings are nearly equal.
    """
    if len(units) < 2:
        return []
    near, cosines = nearest_of_all(units, min(NEIGHBOURS, len(units) - 1))
    close = [Pair(*pair) for pair in near_pairs(near[:, 0], cosines[:, 0])]
    if waveform is None:
        return close
    asked = {
        (min(i, j), max(i, j)): c for i in range(len(near)) for j, c in zip(near[i].tolist(), cosines[i], strict=True)
    }
    surely = {(pair.row, pair.other) for pair in close}
    pairs = np.array(list(asked))
    bound = most_alike(np.stack([spectrum(waveform(row)) for row in range(len(units))]), pairs)
    found = []
    for at in np.argsort(-bound, kind="stable")[:MOST_COMPARED]:
        a, b = map(int, pairs[at])
        least = CLOSE if (a, b) in surely else ALIKE
        if bound[at] < least - 0.01:
            continue
        one, other = (centred(waveform(row)) for row in (a, b))
        alike, shift = best_shift(one, other)
        if alike >= least and (not is_tone(one) or fade_alike(one, other, shift)):
            found.append(Pair(a, b, float(asked[a, b]), alike))
    return sorted(found, key=lambda pair: (-(pair.alike or 0), -pair.cosine))


def near_pairs(nearest: np.ndarray, cosines: np.ndarray) -> list[tuple[int, int, float]]:
    """(row, other row, cosine) of pairs that lie closer than the data's nearest clips usually do, closest first. `nearest` (n,):
    the row of the nearest of each, of `cosines` (n,).

    The threshold is found from the distances d of each clip to its nearest: median of log d less SPREADS robust standard
    deviations (1.4826 · median absolute deviation); pairs at distance 0 are always among them.
    """
    if len(nearest) < 3:
        return []
    apart = np.log(np.maximum(1 - cosines, 1e-7))
    close = np.flatnonzero(apart <= max(np.median(apart) - SPREADS * robust_spread(apart), np.log(1e-6)))
    pairs = {(min(int(i), int(nearest[i])), max(int(i), int(nearest[i]))): float(cosines[i]) for i in close}
    found = sorted(((a, b, cosine) for (a, b), cosine in pairs.items()), key=lambda pair: -pair[2])
    return found[:MOST_PAIRS]


def centred(samples: np.ndarray) -> np.ndarray:
    """Without the mean: two sounds with a constant offset would else be alike by it alone."""
    without: np.ndarray = samples - samples.mean()
    return without


def best_shift(one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """The largest normalised correlation of two centred waveforms over all shifts, 0 to 1, and its shift: other[i] then lies at
    one[i + shift]. 0 where either is silent.
    """
    size = 1 << int(len(one) + len(other) - 1).bit_length()
    power = float(np.linalg.norm(one) * np.linalg.norm(other))
    if power < 1e-9:
        return 0.0, 0
    crossed = np.abs(np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size))
    shift = int(crossed.argmax())
    return min(1.0, float(crossed[shift]) / power), shift if shift < len(one) else shift - size


def spectrum(samples: np.ndarray) -> np.ndarray:
    """(BANDS,) float32 of length 1: roots of the energy in bands of equal width; zeros for silence."""
    size = 1 << int(max(2 * len(samples), 2 * BANDS) - 1).bit_length()
    power = np.abs(np.fft.rfft(centred(samples), size)[:-1]) ** 2
    energy = power.reshape(BANDS, -1).sum(axis=1)
    roots: np.ndarray = np.sqrt(energy / max(energy.sum(), 1e-12)).astype(np.float32)
    return roots


def most_alike(spectra: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """(P,): what `best_shift` of each of `pairs` (P, 2) reaches at most, to about .01, at a hundredth of its time.

    A shift changes phases alone, so that no correlation is larger than the sum over all frequencies of |A|·|B|, nor that, by
    Cauchy and Schwarz, than the same sum of the roots of the bands' energies.
    """
    parts = [pairs[begin : begin + CHUNK] for begin in range(0, len(pairs), CHUNK)]
    return np.concatenate([np.einsum("pb,pb->p", spectra[part[:, 0]], spectra[part[:, 1]]) for part in parts])
