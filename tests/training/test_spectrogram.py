"""The front end against a slow one written from the definition, in float64."""

import math
from dataclasses import asdict, replace
from typing import Any

import librosa
import numpy as np
import pytest
import torch

from training.config import new_config
from training.data.dataset import SAMPLE_RATE
from training.errors import UserError
from training.settings import as_stored, build
from training.spectrogram import ACTIVE, FLOOR, RESOLUTIONS, FrontEnd, levelled, log_mel

FRONT_ENDS = (
    FrontEnd(mels=12, hop_seconds=0.01, analysis_seconds=0.02, low_hz=50.0, high_hz=7000.0),
    FrontEnd(mels=40, hop_seconds=0.02, analysis_seconds=0.05, low_hz=0.0, high_hz=8000.0),
)


def slow_power(waveform: np.ndarray, front_end: FrontEnd) -> np.ndarray:
    """(F, T) by the definition: frames centred on multiples of the hop, Hann window, |DFT|², triangles on the mel axis."""
    window_samples = round(front_end.analysis_seconds * SAMPLE_RATE)
    size = 512
    while size < window_samples:
        size *= 2
    window = np.zeros(size)
    left = (size - window_samples) // 2
    window[left : left + window_samples] = [
        0.5 - 0.5 * math.cos(2 * math.pi * i / window_samples) for i in range(window_samples)
    ]
    hop = round(front_end.hop_seconds * SAMPLE_RATE)
    padded = np.concatenate([np.zeros(size // 2), waveform.astype(np.float64), np.zeros(size)])
    edges_mel = np.linspace(
        2595 * math.log10(1 + front_end.low_hz / 700),
        2595 * math.log10(1 + front_end.high_hz / 700),
        front_end.mels + 2,
    )
    edges = 700 * (10 ** (edges_mel / 2595) - 1)
    out = np.zeros((front_end.mels, len(waveform) // hop + 1))
    for t in range(out.shape[1]):
        spectrum = np.abs(np.fft.rfft(padded[t * hop : t * hop + size] * window)) ** 2
        for f in range(front_end.mels):
            low, centre, high = edges[f : f + 3]
            for k, value in enumerate(spectrum):
                hz = k * SAMPLE_RATE / size
                out[f, t] += value * max(0.0, min((hz - low) / (centre - low), (high - hz) / (high - centre)))
    return out


@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("samples", [1, 700, 2400])
def test_power_equals_the_definition(front_end: FrontEnd, samples: int) -> None:
    waveform = np.random.default_rng(samples).uniform(-1, 1, samples).astype(np.float32)
    power = front_end.power(torch.from_numpy(waveform)[None])[0].double().numpy()
    slow = slow_power(waveform, front_end)
    assert power.shape == slow.shape == (front_end.mels, front_end.frames(samples))
    np.testing.assert_allclose(power, slow, rtol=2e-4, atol=1e-4 * slow.max())


def slow_levelled(power: np.ndarray, length: int) -> np.ndarray:
    loudness = [power[:, t].mean() for t in range(length)]
    active = [x for x in loudness if x > ACTIVE * max(loudness)]
    level = sum(active) / len(active) if active else 0.0
    out = np.zeros_like(power)
    for t in range(length):
        out[:, t] = power[:, t] / max(level, 1e-10)
    return out


def test_levelling_equals_the_definition() -> None:
    random = np.random.default_rng(0)
    power = random.exponential(size=(6, 5, 20)) * 10 ** random.uniform(-6, 2, size=(6, 1, 20))
    lengths = np.array([20, 1, 7, 13, 20, 2])
    found = levelled(torch.from_numpy(power), torch.from_numpy(lengths)).numpy()
    for i in range(6):
        np.testing.assert_allclose(found[i], slow_levelled(power[i], lengths[i]), rtol=1e-6)


def test_level_does_not_matter() -> None:
    waveform = torch.rand(1, 8000) * 2 - 1
    front_end, lengths = FRONT_ENDS[0], torch.tensor([FRONT_ENDS[0].frames(8000)])
    loud, quiet = (levelled(front_end.power(waveform * gain), lengths) for gain in (1.0, 0.01))
    torch.testing.assert_close(loud, quiet, rtol=1e-4, atol=1e-5)
    assert float(loud.mean()) == pytest.approx(1.0, rel=1e-4)  # all frames of noise are active


def test_what_lies_beyond_a_clip_does_not_matter() -> None:
    power = torch.rand(1, 4, 10)
    louder = power.clone()
    louder[:, :, 6:] = 1000
    torch.testing.assert_close(levelled(power, torch.tensor([6])), levelled(louder, torch.tensor([6])))
    assert levelled(power, torch.tensor([6]))[:, :, 6:].abs().sum() == 0


@pytest.mark.parametrize(
    "waveform", [torch.zeros(1, 4000), torch.full((1, 4000), 0.5), torch.zeros(1, 1), torch.ones(1, 1)]
)
def test_bad_input_silence_dc_and_one_sample_are_finite(waveform: torch.Tensor) -> None:
    front_end = FRONT_ENDS[1]
    power = levelled(front_end.power(waveform), torch.tensor([front_end.frames(waveform.shape[1])]))
    x = log_mel(power)
    assert torch.isfinite(x).all() and x.shape == (1, 40, front_end.frames(waveform.shape[1]))
    if waveform.abs().sum() == 0:
        assert power.sum() == 0 and (x == math.log(FLOOR)).all()


def test_rounding_noise_stays_silence() -> None:
    waveform = torch.zeros(1, 8000)
    waveform[:, ::100] = 1 / 32768
    power = levelled(FRONT_ENDS[1].power(waveform), torch.tensor([FRONT_ENDS[1].frames(8000)]))
    assert log_mel(power).max() < 5


def test_log_mel_is_the_natural_log_above_the_floor() -> None:
    x = log_mel(torch.tensor([0.0, 1.0, 100.0]))
    np.testing.assert_allclose(x.numpy(), np.log(np.array([0.0, 1.0, 100.0]) + FLOOR), rtol=1e-6, atol=1e-7)


def test_equal_front_ends_are_equal_keys() -> None:
    assert FrontEnd(mels=20) == FrontEnd(mels=20) != FrontEnd(mels=21)


def test_bands_without_width_are_refused() -> None:
    with pytest.raises(
        UserError, match="low_hz is 2000, but a number below the upper edge of the highest band, 2000, was expected"
    ):
        new_config({"low_hz": 2000, "high_hz": 2000})


@pytest.mark.parametrize(("resolution", "mels", "hop_seconds"), [(r, *values) for r, values in RESOLUTIONS.items()])
def test_a_resolution_stands_for_bands_and_hop(resolution: str, mels: int, hop_seconds: float) -> None:
    """What is kept never contradicts itself: it has mels and hop_seconds, and is the front end with just these."""
    front_end = FrontEnd(resolution=resolution, mels=33, hop_seconds=0.03)
    assert front_end == FrontEnd(mels=mels, hop_seconds=hop_seconds)
    assert f"{mels} bands" in resolution and f"{1000 * hop_seconds:g} ms" in resolution
    assert replace(front_end, mels=20) == FrontEnd(mels=20, hop_seconds=hop_seconds)
    config = new_config({"resolution": resolution}, method="byol_a")
    assert config.front_end == asdict(FrontEnd(mels=mels, hop_seconds=hop_seconds, analysis_seconds=0.064))
    filled = new_config({}, front_end={"resolution": resolution, "mels": 40, "hop_seconds": 0.02})  # as a form does
    assert filled.front_end == asdict(front_end)
    assert build(FrontEnd, as_stored(FrontEnd, {"mels": 20}), "front end") == FrontEnd(mels=20)
    power = front_end.power(torch.randn(1, 16_000, generator=torch.Generator().manual_seed(0)))
    assert power.shape == (1, mels, 16_000 // front_end.hop_samples + 1)
    assert (power.mean(2) > 0).all(), "no band lies between two bins of the transform"


@pytest.mark.parametrize("other", ["mels", "hop_seconds"])
def test_one_thing_is_said_once(other: str) -> None:
    with pytest.raises(UserError, match=f"resolution is '64 bands every 10 ms', which says {other} too"):
        new_config({"resolution": "64 bands every 10 ms", other: 0.03 if other == "hop_seconds" else 32})
    assert new_config({"resolution": "as set", "mels": 32}).front_end["mels"] == 32


def test_the_key_of_a_cache_is_what_it_was_before_there_were_resolutions() -> None:
    old = {"mels": 40, "hop_seconds": 0.02, "analysis_seconds": 0.032, "low_hz": 60.0, "high_hz": 7800.0}
    assert list(FrontEnd().key.items()) == list(old.items())


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_bands_are_triangles_on_the_mel_scale(front_end: Any) -> None:
    edges = librosa.mel_frequencies(front_end.mels + 2, fmin=front_end.low_hz, fmax=front_end.high_hz, htk=True)
    frequencies = np.linspace(0, SAMPLE_RATE / 2, front_end.transform_samples // 2 + 1)
    shapes = [np.interp(frequencies, edges[i : i + 3], [0, 1, 0]) for i in range(front_end.mels)]
    np.testing.assert_allclose(front_end.bands, shapes, atol=2e-4)
    np.testing.assert_allclose(front_end.band_hz, edges[1:-1])


def test_a_tone_shows_in_its_own_band() -> None:
    front_end = FRONT_ENDS[1]
    for hz in (300.0, 1000.0, 4000.0):
        tone = torch.sin(2 * math.pi * hz * torch.arange(8000) / SAMPLE_RATE)[None]
        loudest = int(front_end.power(tone)[0].mean(1).argmax())
        assert abs(front_end.band_hz[loudest] - hz) == min(abs(front_end.band_hz - hz))
