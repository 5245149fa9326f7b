from typing import Any

import numpy as np
import pytest
import torch

from explorer.sounds.inversion import _spectrum_of, sound_of_log_mel
from training.spectrogram import FLOOR, FrontEnd, levelled, log_mel


def log_mel_of(sound: Any, front_end: Any) -> Any:
    power = front_end.power(torch.from_numpy(sound)[None])
    return log_mel(levelled(power, torch.tensor([power.shape[2]])))[0].numpy()


@pytest.mark.parametrize(
    "front_end", [FrontEnd(), FrontEnd(mels=64, hop_seconds=0.005), FrontEnd(analysis_seconds=0.064)]
)
def test_the_sound_gives_the_view_it_was_made_of(front_end: Any) -> None:
    random = np.random.default_rng(0)
    times = np.arange(12_000) / 16_000
    tones = sum(np.sin(2 * np.pi * hz * times) for hz in (300, 900, 2_500)) * np.exp(-3 * times)
    sound = (tones + 0.05 * random.normal(size=len(times))).astype(np.float32)
    view = log_mel_of(sound, front_end)
    heard = sound_of_log_mel(view, front_end)
    assert heard.dtype == np.float32
    assert len(heard) == view.shape[1] * front_end.hop_samples
    again = log_mel_of(heard, front_end)[:, : view.shape[1]]
    assert np.corrcoef(view.ravel(), again.ravel())[0, 1] > 0.9


def test_the_spectrum_has_the_mel_bands_that_were_asked_for() -> None:
    random = np.random.default_rng(0)
    bands = FrontEnd().bands
    power = bands @ random.exponential(size=(257, 60)).astype(np.float32) ** 3
    power[:, 20:30] = 0
    found = _spectrum_of(power, bands)
    assert found.shape == (257, 60) and (found >= 0).all() and np.isfinite(found).all()
    decibels = 10 * np.abs(np.log10(bands @ found + 1e-4) - np.log10(power + 1e-4))
    assert decibels.mean() < 0.05 and np.percentile(decibels, 99) < 0.5


def test_equal_views_are_heard_alike_and_nobodys_chance_is_touched() -> None:
    view = log_mel_of(np.random.default_rng(0).normal(size=8_000).astype(np.float32), FrontEnd())
    torch.manual_seed(7)
    heard = sound_of_log_mel(view, FrontEnd())
    drawn = torch.rand(3)
    torch.manual_seed(7)
    assert torch.equal(drawn, torch.rand(3))
    assert np.array_equal(heard, sound_of_log_mel(view, FrontEnd()))


def test_silence_stays_silent() -> None:
    heard = sound_of_log_mel(np.full((40, 48), np.log(FLOOR), np.float32), FrontEnd())
    assert heard.shape == (48 * 320,)
    assert not heard.any()
