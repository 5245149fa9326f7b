"""Rain, wind, thunder and fire."""

import numpy as np
from scipy.signal import fftconvolve

from training.data.dataset import SAMPLE_RATE
from training.data.starter.environment.elements import (
    Rng,
    band_noise,
    burst,
    decay,
    filtered,
    noise,
    peaked,
    placed,
    random_times,
    tone,
    unit,
    wander,
)


def rain(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Drops on a surface over the hiss of the many that are far away."""
    drops_per_second = structure.uniform(60, 600)
    surface_hz = structure.uniform(900, 3500)
    hiss = structure.uniform(0.15, 0.6)
    grains = [burst(structure, structure.uniform(0.0008, 0.004), surface_hz * k, 7950) for k in (0.6, 1.0, 1.6)]
    out = np.zeros(n)
    for grain in grains:
        struck = np.zeros(n)
        times = random_times(moment, n, drops_per_second / 3)
        struck[times] = moment.lognormal(0.0, 0.6, len(times))
        out += fftconvolve(struck, grain)[:n]
    shower = band_noise(moment, n, 700, 7000) * (1 + 0.15 * wander(moment, n, 3))
    return unit(out) + hiss * shower


def wind(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Noise whose band climbs with each gust, with the whistle of an edge in it."""
    low, reach = structure.uniform(120, 350), structure.uniform(1.0, 2.4)
    whistle, gusts_per_second = structure.uniform(0.0, 0.5), structure.uniform(0.8, 2.5)
    gust = 0.5 + 0.5 * np.tanh(wander(moment, n, gusts_per_second))
    centre = np.log2(low) + reach * gust
    out = np.zeros(n)
    for band in np.arange(np.log2(low) - 1, np.log2(low) + reach + 1.5, 0.5):
        hz = 2.0**band
        weight = np.exp(-((band - centre) ** 2) / 0.5) * (hz / low) ** -0.5
        out += weight * band_noise(moment, n, hz * 0.84, min(hz * 1.19, 7800))
    hum = tone(2.0 ** (centre + 0.8) * (1 + 0.01 * wander(moment, n, 30)), [1.0])
    edge = hum * np.abs(noise(moment, n, -12)) * whistle
    return np.asarray((unit(out) + edge) * (0.25 + gust))


def thunder(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A crack, bright when it is near, and its rumble arriving from along the channel."""
    nearness = structure.uniform(0, 1)
    rumble_hz, roll_seconds = structure.uniform(70, 180), structure.uniform(0.4, 1.2)
    onset = int(moment.uniform(0.02, 0.3) * SAMPLE_RATE)
    claps = np.zeros(n)
    times = onset + (moment.exponential(roll_seconds * 0.6, 14) * SAMPLE_RATE).astype(int)
    times = np.append(times[times < n], onset)
    claps[times] = moment.lognormal(0, 0.7, len(times)) * np.exp(-(times - onset) / SAMPLE_RATE / roll_seconds)
    envelope = fftconvolve(claps, decay(n, 0.16))[:n]
    rumble = unit(filtered(noise(moment, n, -3), 25, rumble_hz)) * np.clip(envelope, 0, None)
    tears = [onset + int(k) for k in moment.uniform(0, 0.12, 8) * SAMPLE_RATE]
    crack = placed(n, [(t, moment.uniform(0.3, 1) * burst(moment, 0.03, 200, 1500 + 5000 * nearness)) for t in tears])
    return np.asarray(rumble + 2.5 * nearness * crack)


def fire(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Crackles of very unequal strength over a soft, flickering roar."""
    crackles_per_second, dryness = structure.uniform(10, 45), structure.uniform(0.4, 1.0)
    roar_hz, roar = structure.uniform(150, 500), structure.uniform(0.02, 0.1)
    events = []
    for start in random_times(moment, n, crackles_per_second):
        low = moment.uniform(500, 3000) * dryness
        strength = min(moment.lognormal(-1.6, 1.0), 1.5)
        events.append((int(start), strength * burst(moment, moment.uniform(0.0006, 0.005), low, low * 4)))
    flicker = np.clip(1 + 0.5 * wander(moment, n, 9), 0.1, None)
    flames = unit(filtered(noise(moment, n, -3), 40, roar_hz)) * flicker
    hiss = band_noise(moment, n, 2000, 7000) * 0.25 * np.clip(1 + 0.4 * wander(moment, n, 4), 0, None)
    return peaked(placed(n, events)) + roar * (flames + hiss)
