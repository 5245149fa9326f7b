"""Engine, helicopter, train, vacuum cleaner and saw."""

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


def engine(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Explosions, one for each cylinder in every second turn, through the resonances of an exhaust."""
    cylinders = int(structure.choice([1, 2, 4, 6, 8]))
    uneven = 1 + structure.normal(0, 0.25, cylinders)
    resonances_hz = structure.uniform([70, 200, 600], [160, 500, 1500])
    idle_rpm = structure.uniform(700, 1300) * (1.6 if cylinders < 3 else 1.0)
    rev = 1 + moment.uniform(0, 1.2) * np.clip(wander(moment, n, 1.2), -0.2, 1.5)
    firing_hz = idle_rpm / 120 * cylinders * rev * (1 + 0.01 * wander(moment, n, 20))
    fired = np.zeros(n)
    times = pulses(firing_hz, moment.uniform(0, 1))
    fired[times] = uneven[np.arange(len(times)) % cylinders] * moment.uniform(0.85, 1.15, len(times))
    pipe = ringing(4000, resonances_hz, np.array([1.0, 0.7, 0.35]), np.array([0.02, 0.01, 0.004]))
    blown = fftconvolve(fired, decay(600, 0.008))[:n] * noise(moment, n, -3)
    return np.asarray(unit(fftconvolve(fired, pipe)[:n]) + 0.35 * unit(filtered(blown, 150, 4000)) * rev)


def helicopter(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Blades that slap the air ten to twenty times a second under the whine of a turbine."""
    blade_hz, slap = structure.uniform(9, 18), structure.uniform(0.006, 0.02)
    whine_hz, whine = structure.uniform(900, 2800), structure.uniform(0.03, 0.2)
    body_hz = structure.uniform(60, 140)
    speed = 1 + 0.02 * wander(moment, n, 1)
    struck = np.zeros(n)
    times = pulses(blade_hz * speed, moment.uniform(0, 1))
    struck[times] = moment.uniform(0.8, 1.2, len(times))
    body = ringing(3000, np.array([body_hz, body_hz * 2.2]), np.ones(2), np.array([0.02, 0.012]))
    thump = fftconvolve(struck, body)[:n]
    wash = fftconvolve(struck, decay(4000, slap))[:n] * filtered(noise(moment, n, -3), 120, 2500)
    turbine = tone(whine_hz * speed, [1.0, 0.4, 0.2]) * (1 + 0.2 * wander(moment, n, 5))
    return unit(thump) + 1.2 * unit(wash) + whine * turbine


def train(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Pairs of wheels over the joints of a rail, above rumble and the hiss of steel."""
    axle_seconds, joint_seconds = structure.uniform(0.1, 0.18), structure.uniform(0.45, 0.8)
    wheel_hz, rail_hz = structure.uniform(90, 220), structure.uniform(900, 2500)
    rumble, hiss = structure.uniform(0.12, 0.3), structure.uniform(0.03, 0.12)
    events = []
    for start in regular_times(moment, n, joint_seconds, 0.01):
        for late, strength in ((0.0, 1.0), (axle_seconds, 0.8)):
            clack = ringing(
                4000,
                np.array([wheel_hz, wheel_hz * 2.7, rail_hz, rail_hz * 1.63]),
                np.array([1.0, 0.6, 0.35, 0.2]),
                np.array([0.05, 0.03, 0.03, 0.02]),
                moment,
            )
            at, strength = int(start + late * SAMPLE_RATE), strength * moment.uniform(0.8, 1.1)
            events += [(at, strength * clack), (at, 0.9 * strength * burst(moment, 0.008, 150, 3500))]
    rolling = filtered(noise(moment, n, -4), 30, 400)
    steel = resonant(moment.standard_normal(n), rail_hz * 1.4, 500)
    return placed(n, events) + rumble * unit(rolling) + hiss * unit(steel) * (1 + 0.3 * wander(moment, n, 4))


def vacuum_cleaner(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """A fast motor's harmonics in the broad rush of its air, strained when the nozzle sticks."""
    motor_hz, air_hz = structure.uniform(180, 420), structure.uniform(600, 2200)
    buzz = structure.uniform(0.3, 0.9)
    harmonics = structure.uniform(0.2, 1.0, 16) / np.arange(1, 17) ** 0.5
    strain = np.clip(wander(moment, n, 1.5), -0.5, 1.5) * moment.uniform(0.0, 0.08)
    motor = tone(motor_hz * (1 + strain + 0.002 * wander(moment, n, 25)), harmonics)
    rush = resonant(moment.standard_normal(n), air_hz, air_hz) + 0.3 * resonant(moment.standard_normal(n), 4000, 3000)
    return np.asarray(buzz * unit(motor) + unit(rush) * (1 - 0.8 * strain))


def sawing(structure: Rng, moment: Rng, n: int) -> np.ndarray:
    """Strokes of teeth through wood, there and back, faster in the middle of each."""
    stroke_seconds, teeth_hz = structure.uniform(0.22, 0.42), structure.uniform(120, 300)
    board_hz, back = structure.uniform(500, 1600), structure.uniform(0.25, 0.7)
    time = seconds_axis(n) + moment.uniform(0, stroke_seconds)
    stroke = (time / stroke_seconds).astype(int)
    speed = np.abs(np.sin(np.pi * time / stroke_seconds))
    teeth = np.zeros(n)
    bitten = pulses(teeth_hz * (0.2 + speed), 0.0)
    teeth[bitten] = moment.uniform(0.4, 1.0, len(bitten))
    rasp = fftconvolve(teeth, decay(300, 0.002))[:n] * moment.standard_normal(n)
    wood = unit(resonant(rasp, board_hz, board_hz * 0.6) + 0.4 * filtered(rasp, 2500, 7900))
    strength = speed**1.5 * np.where(stroke % 2 == 0, 1.0, back) * swell(n, 0.01, 0.01)
    return np.asarray(wood * strength + 0.005 * band_noise(moment, n, 200, 3000))
