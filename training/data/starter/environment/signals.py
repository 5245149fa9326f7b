"""Siren, alarm, telephone and car horn."""

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    placed,
    pulses,
    ringing,
    seconds_axis,
    swell,
    tone,
    unit,
    wander,
)


def siren(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A call that wails slowly, yelps quickly or jumps between two tones."""
    two_tone = bool(structure.random() < 0.3)
    low_hz = structure.uniform(380, 700)
    high_hz = low_hz * (structure.uniform(1.3, 1.5) if two_tone else structure.uniform(1.8, 2.6))
    per_second = np.exp(structure.uniform(np.log(0.35), np.log(3.0))) if not two_tone else structure.uniform(0.9, 1.6)
    rising = structure.uniform(0.35, 0.75)
    harmonics = structure.uniform(0.3, 1.0, 10) / np.arange(1, 11)
    cycle = (seconds_axis(n) * per_second + moment.uniform(0, 1)) % 1.0
    if two_tone:
        height = 0.5 + 0.5 * np.tanh(np.sin(2 * np.pi * cycle) * 30)
    else:
        height = np.sin(0.5 * np.pi * np.where(cycle < rising, cycle / rising, (1 - cycle) / (1 - rising)))
    passing = 1 + moment.uniform(-0.03, 0.03) * np.tanh(3 * (seconds_axis(n) - 0.8))
    return tone(low_hz * (high_hz / low_hz) ** height * passing, harmonics) * (1 + 0.15 * wander(moment, n, 3))


def alarm(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Electronic beeps in groups."""
    hz, square = structure.uniform(1700, 3100), structure.uniform(0.3, 1)
    beeps, on, gap = int(structure.integers(1, 5)), structure.uniform(0.05, 0.14), structure.uniform(0.04, 0.1)
    pause = structure.uniform(0.15, 0.45)
    hz *= 1 + moment.uniform(-0.02, 0.02)
    beep_samples = int(on * SAMPLE_RATE)
    harmonics = [1.0, 0.0, square / 3, 0.0, square / 5, 0.0, square / 7]
    beep = tone(np.full(beep_samples, hz), harmonics) * swell(beep_samples, 0.003, 0.003)
    group = beeps * (on + gap) + pause
    starts = [
        (first + k * (on + gap)) * SAMPLE_RATE
        for first in np.arange(moment.uniform(0, 0.25), n / SAMPLE_RATE, group)
        for k in range(beeps)
    ]
    return placed(n, [(int(start), beep) for start in starts])


def telephone(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A ring that lasts about a second: a clapper between two small gongs, or an electronic warble."""
    mechanical = bool(structure.random() < 0.6)
    hz, ratio = structure.uniform(900, 1900), structure.uniform(1.15, 1.4)
    strikes_hz, ring_seconds = structure.uniform(18, 27), structure.uniform(0.35, 1.0)
    pause = structure.uniform(0.2, 0.4)
    start = -moment.uniform(0, ring_seconds * 0.6)
    time = seconds_axis(n)
    on = (((time - start) % (ring_seconds + pause)) < ring_seconds).astype(float)
    smooth = np.convolve(on, np.ones(160) / 160, "same")
    if not mechanical:
        second = np.sin(2 * np.pi * strikes_hz * 0.7 * time) > 0
        return tone(np.where(second, hz, hz * ratio), [1.0, 0.3, 0.25, 0.1]) * smooth
    partials = np.array([1.0, 2.71, 4.9])
    gongs = [
        ringing(6000, hz * k * partials, np.array([1.0, 0.6, 0.3]), np.array([0.12, 0.08, 0.05])) for k in (1.0, ratio)
    ]
    struck = [t for t in pulses(np.full(n, strikes_hz), moment.uniform(0, 1)) if on[t] > 0]
    return placed(n, [(int(t), moment.uniform(0.8, 1.1) * gongs[k % 2]) for k, t in enumerate(struck)])


def car_horn(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """One to three honks of two reeds about a third apart."""
    low_hz, interval = structure.uniform(280, 460), structure.uniform(1.18, 1.3)
    harmonics = structure.uniform(0.4, 1.0, 24) * np.exp(-np.arange(24) / structure.uniform(4, 9))
    honks = int(moment.integers(1, 4))
    onset = moment.uniform(0.02, 0.2)
    step = (n / SAMPLE_RATE - onset) / honks
    events = []
    for k in range(honks):
        m = int(step * moment.uniform(0.5, 0.85) * SAMPLE_RATE)
        bend = 1 - 0.03 * np.exp(-seconds_axis(m) / 0.02)
        pair = tone(low_hz * bend, harmonics) + tone(low_hz * interval * bend, harmonics, 0.3)
        events.append((int((onset + k * step) * SAMPLE_RATE), unit(pair) * swell(m, 0.015, 0.03)))
    return placed(n, events)
