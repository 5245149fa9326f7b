"""Birds, crickets, frog, dog and bee."""

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    band_noise,
    placed,
    random_times,
    regular_times,
    resonant,
    ringing,
    seconds_axis,
    swell,
    tone,
    unit,
    wander,
)


def birds(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A song of quick whistled syllables that sweep, trill or hold, in phrases."""
    hz, sweep = structure.uniform(2200, 4800), structure.uniform(-0.9, 0.9)
    syllable, gap = structure.uniform(0.04, 0.16), structure.uniform(0.02, 0.1)
    trill_hz, depth = structure.uniform(18, 45), structure.choice([0.0, 0.0, 0.08, 0.15])
    overtone = structure.uniform(0, 0.25)
    phrase = int(structure.integers(2, 7))
    events, at = [], moment.uniform(0, 0.3)
    while at < n / SAMPLE_RATE - 0.05:
        for _ in range(max(1, phrase + int(moment.integers(-1, 2)))):
            m = int(syllable * moment.uniform(0.8, 1.25) * SAMPLE_RATE)
            way = np.linspace(-0.5, 0.5, m)
            curve = hz * moment.lognormal(0, 0.06) * 2 ** (sweep * way + moment.normal(0, 0.2) * way**2)
            curve = curve * (1 + depth * np.sin(2 * np.pi * trill_hz * seconds_axis(m)))
            note = tone(np.clip(curve, 800, 7500), [1.0, overtone]) * swell(m, 0.012, 0.02)
            events.append((int(at * SAMPLE_RATE), moment.uniform(0.5, 1) * note))
            at += m / SAMPLE_RATE + gap * moment.uniform(0.7, 1.4)
        at += moment.uniform(0.15, 0.5)
    return placed(n, events)


def crickets(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Wing strokes at one high pitch, a few to a chirp or without end, from several insects."""
    carrier_hz, strokes_hz = structure.uniform(3000, 5600), structure.uniform(22, 60)
    strokes, endless = int(structure.integers(3, 7)), bool(structure.random() < 0.3)
    chirps_seconds, insects = structure.uniform(0.3, 0.55), int(structure.integers(1, 4))
    out = np.zeros(n)
    for k in range(insects):
        own_hz = carrier_hz * moment.lognormal(0, 0.04)
        m = int(0.6 / strokes_hz * SAMPLE_RATE)
        stroke = tone(own_hz * np.linspace(1.03, 0.97, m), [1.0, 0.15]) * swell(m, 0.004, 0.006)
        step = SAMPLE_RATE / strokes_hz
        chirp = placed(int(strokes * step), [(int(j * step), stroke) for j in range(strokes)])
        period = strokes / strokes_hz if endless else max(chirps_seconds, 1.3 * strokes / strokes_hz)
        chirps = regular_times(moment, n, period, 0.0 if endless else 0.03)
        out += 0.5**k * placed(n, [(int(t), chirp * moment.uniform(0.85, 1)) for t in chirps])
    return out + 0.01 * band_noise(moment, n, 2000, 7000)


def frog(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Croaks: trains of throat pulses, each ringing in the vocal sac."""
    pulse_hz, sac_hz = structure.uniform(28, 75), structure.uniform(450, 1500)
    croak_seconds, period = structure.uniform(0.15, 0.4), structure.uniform(0.45, 0.8)
    second, rise = structure.uniform(1.8, 2.6), structure.uniform(-0.2, 0.5)
    events = []
    for start in regular_times(moment, n, period, 0.06):
        seconds = croak_seconds * moment.uniform(0.8, 1.2)
        count = max(4, int(seconds * pulse_hz))
        for k in range(count):
            part = k / count
            hz = sac_hz * (1 + rise * part) * moment.uniform(0.98, 1.02)
            throat = ringing(900, hz * np.array([1.0, second]), np.array([1.0, 0.4]), np.array([0.008, 0.005]))
            strength = np.sin(np.pi * (0.1 + 0.85 * part)) * moment.uniform(0.85, 1.1)
            events.append((int(start + k / pulse_hz * SAMPLE_RATE), strength * throat))
    return placed(n, events)


def dog(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Barks: a short harmonic shout whose pitch jumps up and falls, rough, through the formants of a snout."""
    pitch_hz, formants = structure.uniform(220, 450), structure.uniform([600, 1300, 2500], [900, 1800, 3200])
    bark_seconds, rough = structure.uniform(0.09, 0.2), structure.uniform(0.1, 0.5)
    period = structure.uniform(0.3, 0.6)
    events = []
    for start in regular_times(moment, n, period, 0.12):
        m = int(bark_seconds * moment.uniform(0.85, 1.2) * SAMPLE_RATE)
        way = np.linspace(0, 1, m)
        pitch = pitch_hz * moment.lognormal(0, 0.06) * (0.75 + 0.6 * np.sin(np.pi * np.sqrt(way)))
        shout = tone(pitch * (1 + 0.03 * wander(moment, m, 120)), 1 / np.arange(1, 31) ** 0.7)
        shout = unit(shout) + rough * moment.standard_normal(m)
        voiced = sum((resonant(shout, hz, 120 + 0.1 * hz) / (k + 1) for k, hz in enumerate(formants)), np.zeros(m))
        open_mouth = np.minimum(way / 0.08, 1) * np.clip(1 - way, 0, 1) ** 0.8
        events.append((int(start), unit(voiced) * open_mouth * moment.uniform(0.6, 1)))
    return placed(n, events)


def bee(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Wings at some two hundred beats a second, wandering in pitch and coming nearer and away."""
    wing_hz, harmonics = structure.uniform(130, 290), structure.uniform(0.3, 1.0, 20) / np.arange(1, 21) ** 0.6
    restless, insects = structure.uniform(2, 6), int(structure.integers(1, 3))
    out = np.zeros(n)
    for k in range(insects):
        flight = wander(moment, n, restless)
        near = np.exp(0.7 * wander(moment, n, restless * 0.6))
        hz = wing_hz * moment.lognormal(0, 0.05) * (1 + 0.06 * flight + 0.01 * wander(moment, n, 60))
        out += 0.7**k * near * tone(hz, harmonics)
    touches = random_times(moment, n, 3)
    return unit(out) + 0.05 * placed(n, [(int(t), band_noise(moment, 400, 1000, 6000)) for t in touches])
