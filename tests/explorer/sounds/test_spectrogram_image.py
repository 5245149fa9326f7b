from typing import Any

import numpy as np
import pytest

from explorer.sounds.spectrogram_image import BANDS, FRAMES_AT_MOST, PEAKS, RANGE_DB, _summed_by_band, picture


def sine(hz: Any, seconds: Any = 1.0, amplitude: Any = 1.0) -> Any:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(16_000 * seconds)) / 16_000)).astype(np.float32)


def level_db(shown: Any, band: Any, frame: Any) -> Any:
    return shown.low_db + float(shown.spectrogram[band, frame]) * (shown.high_db - shown.low_db) / 255


@pytest.mark.parametrize("band", [0, 3, 10, 30, 62])
@pytest.mark.parametrize("amplitude", [0.9, 0.05])
def test_a_sine_stands_in_its_band_at_its_level(band: Any, amplitude: Any) -> None:
    hz = picture(np.zeros(100)).mel_hz[band]
    shown = picture(sine(hz, amplitude=amplitude))
    middle = shown.spectrogram.shape[1] // 2
    assert shown.spectrogram[:, middle].argmax() == band
    # a narrow band at the low end cannot hold the whole main lobe of the window
    assert level_db(shown, band, middle) == pytest.approx(20 * np.log10(amplitude), abs=3.0 if band < 20 else 1.2)


def test_bands_are_triangles_evenly_spaced_in_mel() -> None:
    bins_hz = np.arange(513) * 15.625
    centres = picture(np.zeros(100)).mel_hz
    edges = np.concatenate([[40.0], centres, [8000.0]])
    np.testing.assert_allclose(np.diff(np.log10(1 + edges / 700)), np.log10((1 + 8000 / 700) / (1 + 40 / 700)) / 65)
    triangles = [np.interp(bins_hz, edges[i : i + 3], [0, 1, 0], 0, 0) for i in range(BANDS)]
    power = np.random.default_rng(0).random((5, 513)).astype(np.float32)
    np.testing.assert_allclose(_summed_by_band(power), np.array(triangles) @ power.T, atol=1e-4)


def test_a_click_stands_at_its_time() -> None:
    waveform = np.zeros(16_000, np.float32)
    waveform[4_000] = 0.5
    shown = picture(waveform)
    loudest = shown.spectrogram.astype(int).sum(axis=0).argmax()
    assert (loudest + 0.5) * shown.hop_seconds == pytest.approx(0.25, abs=shown.hop_seconds)


def test_levels_are_those_of_the_waveform() -> None:
    shown = picture(sine(440, amplitude=0.5))
    assert shown.peak_db == pytest.approx(-6.02, abs=0.05)
    assert shown.rms_db == pytest.approx(-9.03, abs=0.05)
    assert shown.seconds == 1.0
    assert shown.high_db - shown.low_db == RANGE_DB


def test_peaks_follow_the_waveform() -> None:
    waveform = np.concatenate([np.full(8_000, 0.5), np.full(8_000, -1.0)]).astype(np.float32)
    peaks = picture(waveform).peaks
    assert peaks.shape == (PEAKS, 2)
    assert peaks[0].tolist() == [64, 64]
    assert peaks[-1].tolist() == [-127, -127]


@pytest.mark.parametrize("samples", [0, 1, 79, 81, 400, 513, 16_000, 480_000, 800 * 512 + 1, 16_000 * 60])
def test_every_length_has_a_picture(samples: Any) -> None:
    shown = picture(np.full(samples, 0.1, np.float32))
    frames = shown.spectrogram.shape[1]
    assert shown.spectrogram.shape == (BANDS, frames)
    assert frames <= FRAMES_AT_MOST
    assert (frames - 1) * shown.hop_seconds < max(shown.seconds, 1e-4) <= frames * shown.hop_seconds


def test_silence_and_nonsense_are_finite() -> None:
    for waveform in (np.zeros(1_000), np.full(1_000, np.nan)):
        shown = picture(waveform)
        assert shown.spectrogram.max() == 0
        assert np.isfinite([shown.rms_db, shown.peak_db, shown.low_db, shown.high_db]).all()


def test_the_scale_ends_ten_decibels_above_full_scale() -> None:
    sine = np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000)
    assert [picture(gain * sine).high_db for gain in (0.05, 1, 100)] == [-20.0, 0.0, 10.0]
