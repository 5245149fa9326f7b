"""Every augmentation of samples against loops in float64. A setting without its own test fails the first test here."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from torch import Generator

from training.data.dataset import SAMPLE_RATE
from training.settings import describe
from training.views.waveform import WaveformViews, filtered, resampled, with_noise

OFF = WaveformViews(
    crop_seconds=0.2,
    time_shift=0.0,
    time_stretch=0.0,
    gain_db=0.0,
    polarity=0.0,
    mixup=0.0,
    noise=0.0,
    equalizer=0.0,
    background=0.0,
    reverb=0.0,
)
ON: dict[str, float] = {
    "time_shift": 1.0, "time_stretch": 0.3, "gain_db": 12.0, "polarity": 0.5, "mixup": 0.5, "noise": 1.0, "equalizer": 1.0,
    "background": 1.0, "reverb": 1.0,
}  # fmt: skip
"""A value at which each setting must show."""
SAMPLES = 3200


def clips(batch: int = 6, samples: int = SAMPLES) -> torch.Tensor:
    return torch.randn(batch, samples, generator=Generator().manual_seed(0)) * 0.1


def test_every_setting_is_tested() -> None:
    named = {s.name for s in describe(WaveformViews)}
    assert named == {f.name for f in fields(WaveformViews)}
    assert ON.keys() == named - {"crop_seconds"}, "ON of this file has a value for every setting at which it shows"


def test_all_off_gives_the_clip_itself() -> None:
    assert OFF.samples == SAMPLES
    view = OFF(clips(), torch.full((6,), SAMPLES), Generator().manual_seed(1))
    torch.testing.assert_close(view, clips(), atol=1e-6, rtol=0)


def test_a_shorter_clip_is_padded_and_a_longer_one_cropped() -> None:
    short = clips(samples=1000)
    view = OFF(short, torch.full((6,), 1000), Generator().manual_seed(1))
    torch.testing.assert_close(view[:, :1000], short, atol=1e-6, rtol=0)
    assert view[:, 1000:].abs().sum() == 0
    ramp = torch.arange(10_000.0).repeat(6, 1)
    view = OFF(ramp, torch.full((6,), 10_000), Generator().manual_seed(1))
    torch.testing.assert_close(view.diff(dim=1), torch.ones(6, SAMPLES - 1), atol=2e-2, rtol=0)
    assert view[:, 0].unique().numel() == 6


@pytest.mark.parametrize("name", ON)
def test_each_augmentation_shows_is_deterministic_and_pure(name: str) -> None:
    views, lengths = replace(OFF, **{name: ON[name]}), torch.full((6,), 2400)
    waveforms = clips()
    waveforms[:, 2400:] = 0
    before, generator, state = waveforms.clone(), Generator().manual_seed(3), torch.get_rng_state()
    first, second = views(waveforms, lengths, generator), views(waveforms, lengths, generator)
    assert first.shape == (6, SAMPLES) and torch.isfinite(first).all()
    assert torch.equal(first, views(waveforms, lengths, Generator().manual_seed(3)))
    assert not torch.equal(first, second)
    assert (first - OFF(waveforms, lengths, Generator().manual_seed(3))).abs().max() > 0.01
    assert torch.equal(waveforms, before) and torch.equal(state, torch.get_rng_state())


def test_gain_and_polarity_stay_within_what_was_asked() -> None:
    whole = torch.full((200, SAMPLES), 0.1)
    view = replace(OFF, gain_db=6.0)(whole, torch.full((200,), SAMPLES), Generator().manual_seed(0))
    gains_db = 20 * (view[:, 0] / 0.1).log10()
    assert gains_db.abs().max() <= 6.01 and gains_db.max() > 5 and gains_db.min() < -5
    view = replace(OFF, polarity=0.5)(whole, torch.full((200,), SAMPLES), Generator().manual_seed(0))
    assert 60 < int((view[:, 0] < 0).sum()) < 140 and (view.abs() - 0.1).abs().max() < 1e-6


def test_a_pair_keeps_the_order_of_the_clips() -> None:
    first, second = replace(OFF, noise=1.0).pair(clips(), torch.full((6,), SAMPLES), Generator().manual_seed(0))
    assert not torch.equal(first, second)
    for view in (first, second):
        assert torch.cdist(view, clips()).argmin(1).tolist() == list(range(6))


def test_resampling() -> None:
    random = np.random.default_rng(0)
    waveforms, starts = random.normal(size=(4, 20)), random.uniform(-9, 9, 4)
    stretch = np.exp(random.uniform(-0.5, 0.5, 4))
    found = resampled(torch.from_numpy(waveforms), 25, torch.from_numpy(starts), torch.from_numpy(stretch)).numpy()

    def at(clip: int, i: int) -> float:
        return waveforms[clip, i] if 0 <= i < 20 else 0.0

    for b in range(4):
        for v in range(25):
            place = (v - starts[b]) * stretch[b]
            left = math.floor(place)
            expected = (1 - place + left) * at(b, left) + (place - left) * at(b, left + 1)
            assert found[b, v] == pytest.approx(expected, abs=1e-9)


def test_noise_has_its_level() -> None:
    waveforms, noise = clips().double(), torch.randn(6, SAMPLES).double()
    decibel = torch.tensor([-5.0, -20.0, -40.0, -torch.inf, 0.0, -45.0]).double()
    found = with_noise(waveforms, decibel, noise)
    for b in range(6):
        rms = math.sqrt(sum(float(x) ** 2 for x in waveforms[b]) / SAMPLES)
        expected = waveforms[b] + noise[b] * rms * 10 ** (float(decibel[b]) / 20)
        torch.testing.assert_close(found[b], expected)
    assert with_noise(torch.zeros(1, 9), torch.zeros(1), torch.ones(1, 9)).abs().sum() == 0  # silence stays silent


def test_filtering() -> None:
    random = np.random.default_rng(0)
    waveforms, gains = random.normal(size=(2, 64)), random.normal(size=(2, 5))
    found = filtered(torch.from_numpy(waveforms).float(), torch.from_numpy(gains).float()).numpy()
    for b in range(2):
        spectrum = np.fft.rfft(waveforms[b])
        for k in range(len(spectrum)):
            hz = max(k * SAMPLE_RATE / 64, 60.0)
            place = math.log(hz / 60) / math.log(SAMPLE_RATE / 2 / 60) * 4
            left = min(int(place), 3)
            gain = gains[b, left] + (gains[b, left + 1] - gains[b, left]) * (place - left)
            spectrum[k] *= math.exp(gain / 2)  # e^g is of power
        np.testing.assert_allclose(found[b], np.fft.irfft(spectrum, n=64), atol=1e-5)
    flat = torch.randn(1, 999)
    torch.testing.assert_close(filtered(flat, torch.zeros(1, 5)), flat, atol=1e-5, rtol=0)


def test_what_shows_the_clip_is_told_from_what_surrounds_it() -> None:
    """Ones in silence: where the view shows the clip it holds ones, and nothing elsewhere."""
    still = dict.fromkeys(("gain_db", "polarity", "mixup", "noise", "equalizer"), 0.0)
    views = WaveformViews(crop_seconds=0.2, time_shift=1.0, **still)
    lengths = torch.tensor([1000, 3200, 9000, 40])
    audio = (torch.arange(9000) < lengths[:, None]).float()
    x, shown = views.placed(audio, lengths, Generator().manual_seed(0))
    assert x.shape == shown.shape == (4, 3200) and shown.dtype == torch.bool
    assert torch.equal(x, views(audio, lengths, Generator().manual_seed(0)))
    assert (x[shown] >= 0.5).all() and (x[~shown] <= 0.5).all()
    assert shown[2].all() and 700 < int(shown[0].sum()) < 1300
