"""What all models are made of: noises, slow curves, tones, ringing bodies and scattered events."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.fft import irfft, rfft
from scipy.signal import lfilter

from training.data.dataset import SAMPLE_RATE

Rng = np.random.Generator


def seconds_axis(n: int) -> np.ndarray:
    """(n,) time of each sample in seconds."""
    return np.arange(n) / SAMPLE_RATE


def noise(rng: Rng, n: int, slope_db_per_octave: float = 0.0) -> np.ndarray:
    """(n,) noise of RMS 1 whose spectrum falls or rises by `slope_db_per_octave` above 20 Hz."""
    spectrum = rfft(rng.standard_normal(n))
    hz = np.maximum(np.fft.rfftfreq(n, 1 / SAMPLE_RATE), 20.0)
    return unit(irfft(spectrum * hz ** (slope_db_per_octave / 6.02), n))


def filtered(sound: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """`sound` (n,) between two frequencies, 12 dB per octave; 0 or more than 7.9 kHz leaves that side open.

    Second-order sections in closed form (Butterworth by the bilinear transform): scipy's general design takes
    longer than the filtering of a short grain.
    """
    for hz, high_pass in ((low_hz, True), (high_hz, False)):
        if 0 < hz < 7900:
            warped = np.tan(np.pi * hz / SAMPLE_RATE)
            norm = 1 / (1 + np.sqrt(2) * warped + warped**2)
            poles = [1.0, 2 * (warped**2 - 1) * norm, (1 - np.sqrt(2) * warped + warped**2) * norm]
            zeros = [norm, -2 * norm, norm] if high_pass else [warped**2 * norm * k for k in (1, 2, 1)]
            sound = lfilter(zeros, poles, sound)
    return np.asarray(sound)


def band_noise(rng: Rng, n: int, low_hz: float, high_hz: float) -> np.ndarray:
    """(n,) noise of RMS 1 between two frequencies."""
    return unit(filtered(rng.standard_normal(n), low_hz, high_hz))


def unit(sound: np.ndarray) -> np.ndarray:
    """`sound` (n,) at RMS 1; silence stays silent."""
    return np.asarray(sound / max(float(np.sqrt(np.mean(sound**2))), 1e-12))


def peaked(sound: np.ndarray) -> np.ndarray:
    """`sound` (n,) at peak 1; silence stays silent."""
    return np.asarray(sound / max(float(np.abs(sound).max()), 1e-12))


def wander(rng: Rng, n: int, per_second: float) -> np.ndarray:
    """(n,) slow random curve of about unit deviation, with a new direction `per_second` times."""
    knots = rng.standard_normal(int(n / SAMPLE_RATE * per_second) + 3)
    at = np.arange(n) / SAMPLE_RATE * per_second + rng.uniform(0, 1)
    left = at.astype(int)
    blend = 0.5 - 0.5 * np.cos(np.pi * (at - left))
    return np.asarray(knots[left] * (1 - blend) + knots[left + 1] * blend)


def tone(frequency_hz: np.ndarray, harmonics: Sequence[float] | np.ndarray, phase: float = 0.0) -> np.ndarray:
    """(n,) periodic sound that follows `frequency_hz` (n,); `harmonics` are the amplitudes from the first on.

    Harmonics above 7.9 kHz at the highest frequency are left out.
    """
    cycles = phase + np.cumsum(frequency_hz) / SAMPLE_RATE
    allowed = max(1, int(7900 / float(frequency_hz.max())))
    spectrum = np.zeros(1025, complex)
    kept = np.asarray(harmonics, float)[: min(allowed, 1024)]
    spectrum[1 : len(kept) + 1] = -0.5j * 2048 * kept
    period = np.fft.irfft(spectrum, 2048)
    return np.asarray(np.interp((cycles % 1.0) * 2048, np.arange(2049), np.append(period, period[0])))


def pulses(frequency_hz: np.ndarray, phase: float = 0.0) -> np.ndarray:
    """Samples at which a cycle of `frequency_hz` (n,) begins."""
    cycles = np.floor(phase + np.cumsum(frequency_hz) / SAMPLE_RATE)
    return np.flatnonzero(np.diff(cycles, prepend=np.floor(phase)) > 0)


def ringing(
    n: int, frequencies_hz: np.ndarray, amplitudes: np.ndarray, decays_seconds: np.ndarray, rng: Rng | None = None
) -> np.ndarray:
    """(n,) a struck body: partials that die away to 1/e in `decays_seconds`; all three are (P,)."""
    time = seconds_axis(n)
    phases = np.zeros(len(frequencies_hz)) if rng is None else rng.uniform(0, 2 * np.pi, len(frequencies_hz))
    sound = np.zeros(n)
    for hz, amplitude, decay_seconds, phase in zip(frequencies_hz, amplitudes, decays_seconds, phases, strict=True):
        m = min(n, int(7 * decay_seconds * SAMPLE_RATE) + 1)
        if hz < 7800:
            sound[:m] += amplitude * np.exp(-time[:m] / decay_seconds) * np.sin(2 * np.pi * hz * time[:m] + phase)
    return sound


def burst(rng: Rng, decay_seconds: float, low_hz: float, high_hz: float) -> np.ndarray:
    """(n,) a short noise of peak 1 that dies away to 1/e in `decay_seconds`."""
    n = max(32, int(6 * decay_seconds * SAMPLE_RATE))
    return peaked(filtered(rng.standard_normal(n) * decay(n, decay_seconds), low_hz, high_hz))


def bubble(hz: float, decay_seconds: float, rise: float) -> np.ndarray:
    """(n,) a bubble's sine, rising in pitch by `rise` (share per decay) as the bubble nears the surface."""
    n = int(6 * decay_seconds * SAMPLE_RATE)
    time = seconds_axis(n)
    cycles = hz * time * (1 + 0.5 * rise * time / decay_seconds)
    return np.asarray(np.sin(2 * np.pi * cycles) * decay(n, decay_seconds) * np.minimum(1.0, time / 0.001))


def decay(n: int, seconds: float) -> np.ndarray:
    """(n,) exponential that falls to 1/e in `seconds`."""
    return np.exp(-np.arange(n) / (seconds * SAMPLE_RATE))


def swell(n: int, attack_seconds: float, release_seconds: float) -> np.ndarray:
    """(n,) ones with a smooth rise and fall at the ends."""
    time = seconds_axis(n)
    rise = np.clip(time / max(attack_seconds, 1e-4), 0, 1)
    fall = np.clip((time[-1] - time) / max(release_seconds, 1e-4), 0, 1) if n else time
    return np.asarray(np.sin(0.5 * np.pi * np.minimum(rise, fall)) ** 2)


def resonant(sound: np.ndarray, hz: float, width_hz: float) -> np.ndarray:
    """`sound` (n,) through one resonance of unit gain at its peak."""
    r = np.exp(-np.pi * width_hz / SAMPLE_RATE)
    angle = 2 * np.pi * hz / SAMPLE_RATE
    gain = (1 - r) * abs(1 - r * np.exp(-2j * angle))
    return np.asarray(lfilter([gain], [1, -2 * r * np.cos(angle), r * r], sound))


def random_times(rng: Rng, n: int, per_second: float) -> np.ndarray:
    """(events,) samples, below n and ascending, of events that come independently of each other; at least one."""
    count = max(1, rng.poisson(per_second * n / SAMPLE_RATE))
    return np.sort(rng.integers(0, n, count))


def regular_times(
    rng: Rng, n: int, period_seconds: float, jitter: float, first_seconds: float | None = None
) -> np.ndarray:
    """Samples of events with a period; each is early or late by `jitter` (deviation as a share of the period)."""
    first = rng.uniform(0, min(period_seconds, 0.3)) if first_seconds is None else first_seconds
    times = np.arange(first, n / SAMPLE_RATE, period_seconds)
    times = times + jitter * period_seconds * rng.standard_normal(len(times))
    return np.sort(np.clip((times * SAMPLE_RATE).astype(int), 0, n - 1))


def placed(n: int, events: Iterable[tuple[int, np.ndarray]]) -> np.ndarray:
    """(n,) the sum of sounds that begin at given samples; what hangs over the end is cut."""
    out = np.zeros(n)
    for start, sound in events:
        m = min(len(sound), n - start)
        if m > 0:
            out[start : start + m] += sound[:m]
    return out
