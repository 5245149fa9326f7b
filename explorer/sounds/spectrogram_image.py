"""What a sound looks like: its log-mel spectrogram in decibels re full scale, its waveform's peaks, its levels.

This is the picture of the page and not the front end of any run: fixed bands and fixed hop, so that any two sounds
can be compared by eye, whatever a run was trained with.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from training.data.dataset import SAMPLE_RATE

BANDS = 64
LOW_HZ, HIGH_HZ = 40.0, SAMPLE_RATE / 2
WINDOW_SAMPLES = 512
"""32 ms: short enough for a drum, long enough to part the harmonics of a voice."""
TRANSFORM_SAMPLES = 1024
"""The window is padded to this, so that the lowest bands, which are narrow, still hold a bin each."""
FRAMES_AT_MOST = 800
PEAKS = 400
RANGE_DB = 80.0
FLOOR_DB = -140.0


@dataclass(frozen=True)
class SpectrogramImage:
    """F bands × T frames; row 0 is the lowest band, frame t covers the time from t·hop to (t + 1)·hop."""

    seconds: float
    rms_db: float
    """Re a full-scale square wave, which has 0 dB; a full-scale sine has -3 dB."""
    peak_db: float
    hop_seconds: float
    mel_hz: np.ndarray
    """(F,) centre of each band."""
    low_db: float
    high_db: float
    spectrogram: np.ndarray
    """(F, T) uint8: 0 is `low_db` or less, 255 is `high_db`; a full-scale sine in a band's centre has 0 dB.

    (Up to 3 dB less in the lowest bands, which are narrower than what a window of 32 ms can tell apart.)
    """
    peaks: np.ndarray
    """(400, 2) int8: lowest and highest sample of each 400th of the sound; 127 is full scale."""


def picture(waveform: np.ndarray) -> SpectrogramImage:
    """The picture of `waveform`: (S,) float in [-1, 1] at 16 kHz; an empty one is taken as a single zero."""
    waveform = np.nan_to_num(np.asarray(waveform, dtype=np.float32)) if len(waveform) else np.zeros(1, np.float32)
    hop_samples = _hop_samples(len(waveform))
    power = _mel_power(waveform, hop_samples)
    levels_db = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))
    high_db = float(np.clip(10 * np.ceil(levels_db.max() / 10), FLOOR_DB + RANGE_DB, 10.0))
    low_db = high_db - RANGE_DB
    shades = np.clip(np.rint((levels_db - low_db) * (255 / RANGE_DB)), 0, 255).astype(np.uint8)
    return SpectrogramImage(
        seconds=len(waveform) / SAMPLE_RATE,
        rms_db=_decibels(float(np.sqrt(np.mean(waveform.astype(np.float64) ** 2)))),
        peak_db=_decibels(float(np.abs(waveform).max())),
        hop_seconds=hop_samples / SAMPLE_RATE,
        mel_hz=_band_edges_hz()[1:-1],
        low_db=low_db,
        high_db=high_db,
        spectrogram=np.ascontiguousarray(shades),
        peaks=_peaks(waveform),
    )


def _hop_samples(samples: int) -> int:
    """5 ms for a clip; longer where a long sound would give more frames than a screen has pixels."""
    return max(80, 16 * -(-samples // (16 * FRAMES_AT_MOST)))


def _mel_power(waveform: np.ndarray, hop_samples: int) -> np.ndarray:
    """(F, T) power, 1 for a full-scale sine in the centre of a band."""
    frames = -(-len(waveform) // hop_samples)
    before = (WINDOW_SAMPLES - hop_samples) // 2  # so that a window's middle is its frame's middle
    padded = np.zeros((frames - 1) * hop_samples + max(WINDOW_SAMPLES, hop_samples) + abs(before), np.float32)
    if before >= 0:
        padded[before : before + len(waveform)] = waveform[: len(padded) - before]
    else:
        padded[: len(waveform) + before] = waveform[-before:]
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::hop_samples][:frames]
    spectrum = np.fft.rfft(cut * _window(), TRANSFORM_SAMPLES, axis=1)
    return _summed_by_band(spectrum.real**2 + spectrum.imag**2)


def _summed_by_band(power: np.ndarray) -> np.ndarray:
    """(F, T) from (T, K bins): each band is a triangle over its bins, 1 in its centre.

    Every bin lies between two edges and belongs to the band that rises there and the one that falls. Summed segment
    by segment, since a product of matrices would start threads, which fight with a training on the same machine.
    """
    first_bins, rising = _segments()
    inner = power[:, first_bins[0] :]
    rises = np.add.reduceat(inner * rising, first_bins - first_bins[0], axis=1)
    falls = np.add.reduceat(inner, first_bins - first_bins[0], axis=1) - rises
    mel: np.ndarray = np.maximum(rises[:, :-1] + falls[:, 1:], 0).T
    return mel


@lru_cache(maxsize=1)
def _window() -> np.ndarray:
    """(512,) Hann window, scaled so that a full-scale sine has power 1 summed over the bins it falls into."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW_SAMPLES) / WINDOW_SAMPLES)
    scaled: np.ndarray = (2 * window / np.sqrt(TRANSFORM_SAMPLES * np.sum(window**2))).astype(np.float32)
    return scaled


@lru_cache(maxsize=1)
def _segments() -> tuple[np.ndarray, np.ndarray]:
    """(F + 1,) the first bin between each two edges, and how far each bin from the first on has risen, 0 to 1."""
    edges = _band_edges_hz()
    bins_hz = np.arange(TRANSFORM_SAMPLES // 2 + 1) * (SAMPLE_RATE / TRANSFORM_SAMPLES)
    first_bins = np.searchsorted(bins_hz, edges[:-1])
    inner = bins_hz[first_bins[0] :]
    segment = np.clip(np.searchsorted(edges, inner, side="right") - 1, 0, BANDS)
    rising = (inner - edges[segment]) / (edges[segment + 1] - edges[segment])
    return first_bins, rising.astype(np.float32)


@lru_cache(maxsize=1)
def _band_edges_hz() -> np.ndarray:
    """(F + 2,) by the mel scale of O'Shaughnessy 1987: 2595 · log10(1 + f / 700)."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOW_HZ, HIGH_HZ))
    return np.asarray(700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1))


def _peaks(waveform: np.ndarray) -> np.ndarray:
    begins = np.arange(PEAKS) * len(waveform) // PEAKS  # repeats samples where the sound is shorter than the picture
    lowest, highest = np.minimum.reduceat(waveform, begins), np.maximum.reduceat(waveform, begins)
    scaled: np.ndarray = np.rint(np.stack([lowest, highest], axis=1) * 127)
    return scaled.clip(-127, 127).astype(np.int8)


def _decibels(amplitude: float) -> float:
    return max(FLOOR_DB, 20 * float(np.log10(max(amplitude, 1e-12))))
