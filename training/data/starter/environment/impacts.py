"""Bell, breaking glass, knocking, footsteps, clock, bouncing ball and typing: bodies that are struck."""

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    band_noise,
    burst,
    peaked,
    placed,
    regular_times,
    ringing,
    seconds_axis,
)

BELL_PARTIALS = np.array([0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17, 5.43])
"""Hum, prime, minor third, fifth, nominal and above, as shares of the prime (a tuned church bell)."""


def bell(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A bell's inharmonic partials, each a beating pair, the high ones gone first."""
    prime_hz = structure.uniform(220, 900)
    partials_hz = prime_hz * BELL_PARTIALS * (1 + structure.normal(0, 0.012, len(BELL_PARTIALS)))
    loudness = structure.uniform(0.3, 1.0, len(BELL_PARTIALS))
    decays = structure.uniform(0.6, 2.0) / (BELL_PARTIALS + 0.3) ** 0.8
    split = structure.uniform(0.0005, 0.003)
    strikes = regular_times(moment, n, moment.uniform(0.5, 1.4), 0.03, moment.uniform(0.02, 0.3))
    hard = moment.uniform(0.3, 1.2)
    events = []
    for start in strikes:
        amplitudes = loudness * BELL_PARTIALS ** (hard - 1.0) * moment.uniform(0.7, 1.2, len(BELL_PARTIALS))
        both = np.concatenate([partials_hz * (1 - split), partials_hz * (1 + split)])
        ring = ringing(n - int(start), both, np.tile(amplitudes, 2) / 2, np.tile(decays, 2), moment)
        clapper = 0.5 * hard * burst(moment, 0.004, 1500, 7000)
        events += [(int(start), ring * np.minimum(1, seconds_axis(len(ring)) / 0.001)), (int(start), clapper)]
    return placed(n, events)


def breaking_glass(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A blow, the burst of the pane, and splinters that ring as they fall for a while."""
    pane_hz, thickness = structure.uniform(1800, 3600), structure.uniform(0.5, 1.5)
    splinters, fall_seconds = structure.uniform(35, 90), structure.uniform(0.15, 0.45)
    start = moment.uniform(0.03, 0.35)
    events = [(int(start * SAMPLE_RATE), 1.2 * burst(moment, 0.02 * thickness, 900, 7900))]
    times = start + np.append(moment.exponential(fall_seconds, int(splinters)), moment.uniform(0, 0.03, 6))
    for time in times[times < n / SAMPLE_RATE]:
        hz = float(np.clip(pane_hz * moment.lognormal(0.2, 0.4), 1200, 7500))
        ratios = np.array([1.0, moment.uniform(1.5, 1.8), moment.uniform(2.2, 2.9)])
        ring = moment.uniform(0.01, 0.06)
        tinkle = ringing(3000, hz * ratios, np.array([1.0, 0.6, 0.3]), ring * np.array([1.0, 0.7, 0.5]), moment)
        strength = moment.lognormal(-1.2, 0.6) * np.exp(-(time - start) / 0.8)
        events.append((int(time * SAMPLE_RATE), strength * tinkle))
    return placed(n, events)


def knocking(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Knuckles on a door: two to five quick knocks, each a few damped modes of the panel."""
    panel_hz = structure.uniform(120, 260) * structure.uniform([1, 1.6, 2.6, 4], [1, 2.2, 3.6, 7])
    decays = structure.uniform(0.015, 0.04) / np.array([1.0, 1.3, 1.8, 2.5])
    amplitudes = structure.uniform(0.4, 1.0, 4)
    period, hardness = structure.uniform(0.14, 0.26), structure.uniform(0.1, 0.5)
    rounds = regular_times(moment, n, moment.uniform(0.9, 1.3), 0.02, moment.uniform(0.03, 0.3))
    events = []
    for first in rounds:
        for k in range(int(moment.integers(2, 6))):
            start = int(first + (k * period + moment.normal(0, 0.008)) * SAMPLE_RATE)
            strength = moment.uniform(0.6, 1)
            events.append((max(start, 0), strength * ringing(3200, panel_hz, amplitudes, decays)))
            events.append((max(start, 0), strength * hardness * burst(moment, 0.003, 800, 5000)))
    return placed(n, events)


def footsteps(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Heel then toe, left then right; a floor is so much board (thud), so much stone (click), so much gravel."""
    board, stone, gravel = structure.dirichlet([0.8, 0.8, 0.5])
    period, roll_seconds = structure.uniform(0.36, 0.62), structure.uniform(0.05, 0.1)
    thud_hz, heel_hz = structure.uniform(70, 150) * np.array([1, 2.4, 3.9]), structure.uniform(1000, 3000)
    events = []
    for k, heel in enumerate(regular_times(moment, n, period, 0.03)):
        foot = moment.uniform(0.8, 1.1) * (1.0 if k % 2 == 0 else 0.85)
        toe = int(heel + roll_seconds * SAMPLE_RATE)
        thud = ringing(3000, thud_hz, np.array([1, 0.5, 0.3]), np.array([0.03, 0.02, 0.012]))
        click = burst(moment, 0.004, heel_hz * 0.6, heel_hz * 2)
        events += [(int(heel), foot * (0.15 + board) * thud), (int(heel), foot * (0.15 + stone) * click)]
        events.append((toe, 0.3 * foot * moment.uniform(0.6, 1.2) * burst(moment, 0.012, 400, 3000)))
        for at, count in ((int(heel), 12), (toe, 18)):
            for late in moment.uniform(0, 0.06, count) * SAMPLE_RATE:
                grain = burst(moment, moment.uniform(0.0006, 0.003), 1200, 7000)
                events.append((int(at + late), gravel * moment.lognormal(-1.2, 0.7) * grain))
    return placed(n, events)


def clock(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Tick and tock in turn, two small hard bodies in a case."""
    period, case_hz = float(structure.choice([0.2, 0.25, 0.333, 0.5])), structure.uniform(300, 900)
    tick_hz, lower = structure.uniform([1800, 3000, 4500], [3000, 4500, 7000]), structure.uniform(0.8, 0.95)
    bodies = [tick_hz, lower * tick_hz]
    decays = structure.uniform(0.002, 0.007) * np.array([1.0, 0.8, 0.6])
    events = []
    for k, start in enumerate(regular_times(moment, n, period, 0.002)):
        tick = ringing(2400, bodies[k % 2], np.array([1.0, 0.8, 0.5]), decays, moment)
        tick += ringing(2400, np.array([case_hz]), np.array([0.3]), np.array([0.015]))
        events.append((int(start), tick * moment.uniform(0.85, 1)))
    return peaked(placed(n, events)) + 0.002 * band_noise(moment, n, 100, 4000)


def bouncing_ball(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Impacts that come sooner and softer by the same share each time."""
    keeps = structure.uniform(0.7, 0.86)
    hz = structure.uniform(180, 1100) * np.array([1.0, structure.uniform(1.5, 2.4), structure.uniform(2.6, 4.2)])
    decays = structure.uniform(0.008, 0.03) * np.array([1.0, 0.7, 0.4])
    time, gap, strength = moment.uniform(0.02, 0.2), moment.uniform(0.22, 0.42), 1.0
    events = []
    while time < n / SAMPLE_RATE and gap > 0.02:
        hit = ringing(2600, hz, np.array([1.0, 0.5, 0.25]) * np.array([1, strength, strength]), decays)
        events += [(int(time * SAMPLE_RATE), strength * hit)]
        events += [(int(time * SAMPLE_RATE), 0.3 * strength * burst(moment, 0.002, 1000, 6000))]
        time, gap, strength = time + gap, gap * keeps, strength * keeps
    return placed(n, events)


def typing(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Keys pressed and released at uneven moments, the space bar lower than the rest."""
    keys_per_second, click_hz = structure.uniform(5, 11), structure.uniform(1400, 3600)
    board_hz, springy = structure.uniform(180, 450), structure.uniform(0.2, 0.6)
    events = []
    for start in regular_times(moment, n, 1 / keys_per_second, 0.28):
        low = 0.6 if moment.random() < 0.15 else 1.0
        strength = moment.uniform(0.4, 1.0)
        down = burst(moment, 0.003, click_hz * low * moment.uniform(0.8, 1.2), 7500)
        board = np.array([board_hz * low, board_hz * 2.3])
        body = ringing(1600, board, np.array([0.5, 0.25]), np.array([0.012, 0.006]))
        release = int(start + moment.uniform(0.06, 0.11) * SAMPLE_RATE)
        events += [(int(start), strength * down), (int(start), strength * body)]
        events.append((release, strength * springy * burst(moment, 0.002, click_hz * 1.3, 7800)))
    return placed(n, events)
