"""Levels, fades and what a room adds."""

import numpy as np
import pytest

from training.data.starter.room import (
    ACTIVE_RMS,
    KNEE,
    PEAK_LIMIT,
    active_rms,
    background,
    bent,
    coloured_by_microphone,
    levelled,
    reverberant,
)


def tone(seconds: float, amplitude: float = 0.5) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 440 * np.arange(int(seconds * 16_000)) / 16_000)


def test_silence_around_a_sound_does_not_count_as_active() -> None:
    sound = np.concatenate([np.zeros(8_000), tone(0.5), np.zeros(8_000)])
    assert active_rms(sound) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_levelling_undoes_any_gain() -> None:
    loud, quiet = levelled(tone(1.0, 0.9)), levelled(tone(1.0, 0.001))
    np.testing.assert_array_equal(loud, quiet)
    assert active_rms(loud / 32768.0) == pytest.approx(ACTIVE_RMS, rel=0.01)


def test_a_click_is_held_at_the_peak_limit() -> None:
    click = np.zeros(16_000)
    click[8_000] = 1.0
    peak = np.abs(levelled(click)).max()
    assert 0.99 * PEAK_LIMIT * 32767 < peak <= PEAK_LIMIT * 32767


def test_bending_leaves_the_quiet_alone_and_keeps_the_order_of_the_loud() -> None:
    ramp = np.linspace(-2, 2, 401)
    out = bent(ramp)
    np.testing.assert_array_equal(out[np.abs(ramp) <= KNEE], ramp[np.abs(ramp) <= KNEE])
    assert np.all(np.diff(out) > 0) and np.abs(out).max() <= PEAK_LIMIT
    assert np.abs(np.diff(out, 2)).max() < 0.001, "no corner at the knee"


def test_a_room_keeps_the_direct_sound_and_adds_a_tail_that_dies_away() -> None:
    click = np.zeros(16_000, np.float32)
    click[0] = 1.0
    heard = reverberant(click, np.random.default_rng(0))
    assert heard[0] == pytest.approx(1.0, abs=0.01)
    early, late = np.sum(heard[320:2000] ** 2), np.sum(heard[10_000:] ** 2)
    assert early > 0 and late < 0.05 * early


def test_background_lies_between_15_and_45_decibels_below_the_sound() -> None:
    for seed in range(8):
        level_db = 20 * np.log10(np.sqrt(np.mean(background(16_000, np.random.default_rng(seed)) ** 2)))
        assert -45.01 <= level_db <= -14.99


def test_a_microphone_bends_the_spectrum_by_a_bounded_amount() -> None:
    noise = np.random.default_rng(1).standard_normal(32_000).astype(np.float32)
    heard = coloured_by_microphone(noise, np.random.default_rng(2))
    gain = np.abs(np.fft.rfft(heard)) / np.abs(np.fft.rfft(noise))
    middle = gain[1_000:6_000]
    assert 1.1 < middle.max() / middle.min() < 100
