"""Clapping, whistling and a door that creaks."""

import numpy as np
from scipy.signal import fftconvolve

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    band_noise,
    burst,
    noise,
    placed,
    pulses,
    regular_times,
    resonant,
    ringing,
    seconds_axis,
    swell,
    tone,
    unit,
    wander,
)


def clapping(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """One to five people clapping a beat more or less together; the palms' hollow sets each one's colour."""
    people, period = int(structure.integers(1, 6)), structure.uniform(0.22, 0.5)
    hollows_hz = structure.uniform(700, 1900, people)
    first = moment.uniform(0.02, 0.2)
    events = []
    for hollow_hz in hollows_hz:
        own_late = moment.uniform(0, 0.03)
        for start in regular_times(moment, n, period, 0.04, first + own_late):
            clap = burst(moment, moment.uniform(0.006, 0.012), hollow_hz * 0.6, hollow_hz * 2.2)
            events.append((int(start), moment.uniform(0.6, 1) * clap))
    return placed(n, events)


def whistling(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A tune whistled by a person: nearly pure notes that glide and tremble, in a little breath."""
    home_hz, glide = structure.uniform(800, 1700), structure.uniform(0.02, 0.08)
    tremble_hz, depth = structure.uniform(4.5, 6.5), structure.uniform(0.002, 0.012)
    breath, note_seconds = structure.uniform(0.02, 0.1), structure.uniform(0.22, 0.5)
    count = int(n / SAMPLE_RATE / note_seconds) + 2
    steps = np.repeat(moment.choice([0, 2, 4, 5, 7, 9, 12], count), int(note_seconds * SAMPLE_RATE))[:n]
    width = int(glide * SAMPLE_RATE)
    lips = np.hanning(width) / np.hanning(width).sum()
    gliding = np.convolve(np.pad(steps, width, "edge"), lips, "same")[width:-width]
    hz = home_hz * 2 ** (gliding / 12) * (1 + depth * np.sin(2 * np.pi * tremble_hz * seconds_axis(n)))
    position = np.arange(n) / (note_seconds * SAMPLE_RATE)
    tongue = 0.12 + 0.88 * np.minimum(1, 9 * np.abs(np.sin(np.pi * position)))
    air = resonant(moment.standard_normal(n), home_hz * 1.4, home_hz)
    return np.asarray((tone(hz, [1.0, 0.03]) + breath * unit(air)) * tongue * swell(n, 0.06, 0.1))


def door_creak(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A hinge that sticks and slips, faster or slower as the door moves, heard through its wood."""
    slips_hz, reach = structure.uniform(60, 170), structure.uniform(1.0, 2.2)
    board_hz = structure.uniform([350, 900, 1800, 3000], [800, 1700, 2900, 4500])
    rough = structure.uniform(0.02, 0.12)
    m = int(moment.uniform(0.6, 0.95) * n)
    way = np.linspace(0, 1, m)
    push = np.sin(np.pi * way ** moment.uniform(0.6, 1.6)) + 0.25 * wander(moment, m, 5)
    rate = slips_hz * 2 ** (reach * push) * (1 + rough * wander(moment, m, 200))
    slipped = np.zeros(m)
    times = pulses(np.clip(rate, 8, 900), moment.uniform(0, 1))
    slipped[times] = moment.uniform(0.6, 1.0, len(times))
    wood = ringing(2400, board_hz, np.array([1.0, 0.8, 0.6, 0.3]), np.array([0.003, 0.0025, 0.002, 0.0015]))
    creak = unit(fftconvolve(slipped, wood)[:m]) * swell(m, 0.08, 0.12) * np.clip(0.5 + push, 0.1, 1.5)
    hinge = 0.02 * band_noise(moment, m, 800, 4000) * (1 + 0.2 * noise(moment, m, -12))
    return placed(n, [(int(moment.uniform(0, 1) * (n - m)), creak + hinge * swell(m, 0.05, 0.05))])
