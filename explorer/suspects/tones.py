"""Tones of nearly one pitch correlate as copies do. What tells them apart is how they fade: of a copy the gain stays the same.

How well is measured in docs/experiments.md.
"""

import numpy as np

from training.data.dataset import SAMPLE_RATE

NARROW_HZ = 400.0
"""A sound of less bandwidth is a tone; of a wider one no other reaches the correlation of a copy."""
FRAME_SAMPLES = SAMPLE_RATE // 20
FEWEST_FRAMES = 4
QUIET_DB = -30.0
"""Frames so far below the loudest are not asked: coders add noise to them."""
STEADY_DB = 0.2
"""Most frames of a copy, 3 of 4, have the common gain to within so much: .13 where it was coded as MP3 or Vorbis."""


def bandwidth_hz(samples: np.ndarray) -> float:
    """Over how much of the spectrum the energy is spread: the width of a flat one with the same sum of squares; 0 for silence."""
    power = np.abs(np.fft.rfft(samples - samples.mean())) ** 2
    squares = float((power**2).sum())
    return float(power.sum()) ** 2 / squares * SAMPLE_RATE / len(samples) if squares > 0 else 0.0


def is_tone(samples: np.ndarray) -> bool:
    """Whether so little of the spectrum is used that another sound may be nearly the same by chance."""
    return bandwidth_hz(samples) < NARROW_HZ


def fade_alike(one: np.ndarray, other: np.ndarray, shift: int) -> bool:
    """Whether one gain brings the `other` onto `one` throughout, where they overlap; other[i] lies at one[i + shift]."""
    begin, end = max(0, shift), min(len(one), len(other) + shift)
    frame = max(1, min(FRAME_SAMPLES, (end - begin) // FEWEST_FRAMES))
    count = (end - begin) // frame
    a, b = (
        sound[first : first + count * frame].reshape(count, frame).astype(np.float64)
        for sound, first in ((one, begin), (other, begin - shift))
    )
    energy = (a**2).sum(axis=1)
    loud = energy > energy.max(initial=0) * 10 ** (QUIET_DB / 10)
    if not loud.any():
        return False
    gains = 20 * np.log10(np.abs((a * b).sum(axis=1)[loud]) / energy[loud] + 1e-9)
    return bool(np.percentile(np.abs(gains - np.median(gains)), 75) < STEADY_DB)
