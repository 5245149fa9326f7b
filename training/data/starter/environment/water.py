"""Sea waves, streams, drops and bubbling: noise shaped by surges, and bubbles that sing as they rise."""

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    band_noise,
    bubble,
    burst,
    filtered,
    noise,
    peaked,
    placed,
    random_times,
    regular_times,
    ringing,
    seconds_axis,
    unit,
    wander,
)


def sea_waves(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A wave that gathers, breaks and runs back: the brighter the water, the later it is loud."""
    rise, fall = structure.uniform(0.25, 0.6), structure.uniform(0.3, 0.8)
    bright, pebbles = structure.uniform(0.4, 1.2), structure.uniform(0, 0.8)
    crest = moment.uniform(0.35, 0.7) * n / SAMPLE_RATE
    time = seconds_axis(n) - crest
    out = np.zeros(n)
    for k, (low, high, gain) in enumerate(((60, 300, 1.0), (300, 1000, 0.9), (1000, 3000, 0.6), (3000, 7000, 0.35))):
        later = time - 0.08 * k
        shape = np.where(later < 0, np.exp(later / (rise * (1 - 0.15 * k))), np.exp(-later / (fall * (1 + 0.2 * k))))
        foam = 1 + 0.25 * wander(moment, n, 12 + 10 * k)
        out += gain * bright ** (k - 1) * band_noise(moment, n, low, high) * (0.03 + shape) * foam
    rolling = [
        (int(t), moment.uniform(0.2, 1) * burst(moment, 0.003, 1200, 5000))
        for t in random_times(moment, n, 60)
        if t / SAMPLE_RATE > crest
    ]
    return unit(out) + 0.6 * pebbles * placed(n, rolling)


def stream(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Many small bubbles of all sizes over a soft rush."""
    bubbles_per_second = structure.uniform(50, 140)
    middle_hz, spread = structure.uniform(600, 1500), structure.uniform(0.35, 0.6)
    rush = structure.uniform(0.1, 0.35)
    events = []
    for start in random_times(moment, n, bubbles_per_second):
        hz = float(np.clip(middle_hz * moment.lognormal(0, spread), 200, 5000))
        ring = moment.uniform(8, 22) / hz
        events.append((int(start), moment.lognormal(-0.5, 0.6) * bubble(hz, ring, moment.uniform(0, 0.1))))
    return unit(placed(n, events)) + rush * band_noise(moment, n, 300, 4000) * (1 + 0.3 * wander(moment, n, 6))


def water_drops(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Single drops into a vessel: a tick as each strikes, then the bubble it leaves behind."""
    hz, vessel_hz = structure.uniform(700, 2200), structure.uniform(250, 900)
    period, delay = structure.uniform(0.25, 0.7), structure.uniform(0.012, 0.045)
    events = []
    for start in regular_times(moment, n, period, structure.uniform(0.03, 0.2)):
        strength = moment.uniform(0.4, 1.0)
        note = hz * moment.lognormal(0, 0.15)
        events.append((int(start), strength * 0.35 * burst(moment, 0.0015, 2000, 7900)))
        sung = bubble(note, moment.uniform(0.015, 0.04), moment.uniform(0.03, 0.15))
        events.append((int(start + delay * SAMPLE_RATE), strength * sung))
        body = ringing(n // 4, np.array([vessel_hz, vessel_hz * 2.3]), np.array([0.2, 0.1]), np.array([0.08, 0.05]))
        events.append((int(start + delay * SAMPLE_RATE), strength * body))
    return placed(n, events)


def bubbling(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Big slow bubbles that gulp their way out of a bottle or a pot."""
    hz, bubbles_per_second = structure.uniform(140, 420), structure.uniform(6, 16)
    wildness, neck_hz = structure.uniform(0.1, 0.35), structure.uniform(500, 1200)
    events = []
    for start in regular_times(moment, n, 1 / bubbles_per_second, wildness):
        note = hz * moment.lognormal(0, wildness)
        gulp = bubble(note, moment.uniform(0.02, 0.05), moment.uniform(0.08, 0.35))
        pop = bubble(neck_hz * moment.lognormal(0, 0.2), 0.008, 0.2)
        events += [(int(start), moment.uniform(0.4, 1) * gulp), (int(start) + 300, moment.uniform(0.05, 0.25) * pop)]
    wash = unit(filtered(noise(moment, n, -3), 100, 2500)) * np.clip(1 + 0.5 * wander(moment, n, 8), 0, None)
    return peaked(placed(n, events)) + 0.03 * wash
