from dataclasses import fields
from typing import Any

import numpy as np
import pytest
import torch

from explorer.sounds.view_words import UNCHANGED
from explorer.sounds.views import View, two_views
from training.data.mel_cache import clip_power
from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews
from training.views.amounts import Apart

OFF = dict.fromkeys((f.name for f in fields(MelViews) if f.name != "crop_seconds"), 0.0)


def drawn(sound: Any, others: Any, views: Any, seed: int) -> tuple[View, View]:
    names = [f"other {i}" for i in range(len(others))]
    return two_views(sound, others, names, Augment(views, FrontEnd()), seed)


@pytest.fixture
def sound() -> Any:
    times = np.arange(16_000) / 16_000
    return (0.3 * np.sin(2 * np.pi * 440 * times) * (times < 0.5)).astype(np.float32)


@pytest.fixture
def others() -> Any:
    return [np.random.default_rng(i).normal(size=9_000).astype(np.float32) / 10 for i in range(3)]


@pytest.mark.parametrize("views", [MelViews(), WaveformViews()])
def test_the_same_seed_gives_the_same_views_and_another_seed_others(views: Any, sound: Any, others: Any) -> None:
    first, second = drawn(sound, others, views, 7)
    again, _ = drawn(sound, others, views, 7)
    other, _ = drawn(sound, others, views, 8)
    assert np.array_equal(first.picture.spectrogram, again.picture.spectrogram)
    assert np.array_equal(first.heard(), again.heard())
    assert first.line == again.line != second.line
    assert not np.array_equal(first.picture.spectrogram, second.picture.spectrogram)
    assert not np.array_equal(first.picture.spectrogram, other.picture.spectrogram)
    for view in (first, second):
        assert np.abs(view.heard()).max() <= 0.981
        assert view.picture.seconds == pytest.approx(0.96, abs=0.01)


def test_the_picture_is_the_view_that_the_trainer_makes(sound: Any, others: Any) -> None:
    front_end, views = FrontEnd(), MelViews()
    view, _ = drawn(sound, others, views, 3)
    power, lengths = clip_power([sound, *others], front_end, torch.device("cpu"))
    trained, _ = views.pair(power, lengths, views.frames(front_end.hop_seconds), Apart(3), front_end.hop_seconds)
    shown = view.picture
    levels_db = shown.low_db + shown.spectrogram.astype(float) * (shown.high_db - shown.low_db) / 255
    assert shown.spectrogram.shape == (40, 48)
    assert np.abs(levels_db - trained[0].numpy() * 10 / np.log(10)).max() < (shown.high_db - shown.low_db) / 255


def test_mixup_takes_its_partners_from_the_others(sound: Any, others: Any) -> None:
    views = MelViews(**{**OFF, "mixup": 0.9})
    alone, _ = drawn(sound, [], views, 1)
    mixed = [drawn(sound, others, views, seed)[0] for seed in range(4)]
    assert any(not np.array_equal(alone.picture.spectrogram, view.picture.spectrogram) for view in mixed)


def test_with_everything_off_both_views_are_the_clip(sound: Any, others: Any) -> None:
    first, second = drawn(sound, others, MelViews(crop_seconds=1.2, **OFF), 0)
    assert np.array_equal(first.picture.spectrogram, second.picture.spectrogram)
    assert first.line == second.line == UNCHANGED


def test_the_line_names_the_clip_that_is_mixed_in(sound: Any, others: Any) -> None:
    lines = [view.line for seed in range(6) for view in drawn(sound, others, MelViews(**{**OFF, "mixup": 0.9}), seed)]
    assert any("% of other" in line for line in lines)
    assert all(line == UNCHANGED or "mixed with" in line for line in lines)


def test_a_mel_view_has_no_waveform_and_samples_have_one(sound: Any, others: Any) -> None:
    mel, samples = drawn(sound, others, MelViews(), 0)[0], drawn(sound, others, WaveformViews(), 0)[0]
    assert (len(mel.picture.peaks), len(samples.picture.peaks)) == (0, 400)


def test_a_silent_clip_gives_silent_views(others: Any) -> None:
    first, _ = drawn(np.zeros(8_000, np.float32), [], MelViews(**OFF), 0)
    assert not first.heard().any()
    assert not first.picture.spectrogram.any()
