"""The bricks of the models against what they promise."""

import numpy as np
import pytest

from training.data.starter.environment.elements import (
    decay,
    filtered,
    noise,
    placed,
    pulses,
    random_times,
    regular_times,
    resonant,
    ringing,
    tone,
    wander,
)


def spectrum_db(sound: np.ndarray, hz: float) -> float:
    """Level of the sine at `hz` in a second of sound."""
    time = np.arange(len(sound)) / 16_000
    return float(20 * np.log10(2 * abs(np.mean(sound * np.exp(-2j * np.pi * hz * time))) + 1e-12))


def sine(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(16_000) / 16_000)


def test_filters_pass_the_middle_and_halve_the_power_at_their_edges() -> None:
    assert spectrum_db(filtered(sine(1_000), 200, 5_000), 1_000) == pytest.approx(0, abs=0.1)
    assert spectrum_db(filtered(sine(200), 200, 0), 200) == pytest.approx(-3, abs=0.1)
    assert spectrum_db(filtered(sine(2_000), 0, 2_000), 2_000) == pytest.approx(-3, abs=0.1)
    assert spectrum_db(filtered(sine(100), 800, 0), 100) < -34


def test_noise_falls_by_its_slope() -> None:
    sound = noise(np.random.default_rng(0), 160_000, -6.02)
    power = np.abs(np.fft.rfft(sound)) ** 2
    low, high = power[5_000:10_000].mean(), power[20_000:40_000].mean()
    assert 10 * np.log10(low / high) == pytest.approx(12, abs=0.5)


def test_a_tone_has_its_harmonics_and_none_beyond_the_limit() -> None:
    sound = tone(np.full(16_000, 500.0), [1.0, 0.5, 0.25])
    assert [spectrum_db(sound, hz) for hz in (500, 1_000, 1_500)] == pytest.approx([0, -6, -12], abs=0.1)
    high = tone(np.full(16_000, 5_000.0), [1.0, 1.0])
    assert spectrum_db(high, 5_000) == pytest.approx(0, abs=0.1) and spectrum_db(high, 6_000) < -60


def test_pulses_come_at_their_frequency() -> None:
    assert len(pulses(np.full(16_000, 50.0))) in (49, 50)


def test_ringing_dies_to_one_over_e_in_its_decay() -> None:
    sound = ringing(16_000, np.array([1_000.0]), np.array([1.0]), np.array([0.1]))
    early, late = np.abs(sound[:160]).max(), np.abs(sound[1_600:1_760]).max()
    assert late / early == pytest.approx(np.exp(-1), rel=0.06)


def test_a_resonance_has_unit_gain_at_its_peak() -> None:
    assert spectrum_db(resonant(np.tile(sine(1_200), 2), 1_200, 80)[16_000:], 1_200) == pytest.approx(0, abs=0.5)
    assert spectrum_db(resonant(np.tile(sine(3_000), 2), 1_200, 80)[16_000:], 3_000) < -20


def test_wandering_keeps_to_about_unit_deviation() -> None:
    curve = wander(np.random.default_rng(3), 320_000, 20)
    assert 0.6 < curve.std() < 1.1 and np.abs(np.diff(curve)).max() < 0.01


def test_events_are_placed_and_cut_at_the_end() -> None:
    out = placed(10, [(2, np.ones(3)), (8, np.ones(5)), (12, np.ones(2))])
    assert out.tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 1, 1]
    rng = np.random.default_rng(0)
    times = regular_times(rng, 16_000, 0.1, 0.0, 0.05)
    assert times.tolist() == [800 + 1_600 * k for k in range(10)]
    assert 60 < len(random_times(rng, 16_000, 100)) < 140
    assert decay(1_601, 0.1)[-1] == pytest.approx(np.exp(-1))
