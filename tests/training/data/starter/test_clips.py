"""Every class of the table renders: lengths, levels, labels, and the same clip every time."""

import functools

import numpy as np
import pytest

from training.data.starter.clips import StarterClip, clips_of
from training.data.starter.recipe import CLASSES, SoundClass
from training.data.starter.room import ACTIVE_RMS, KNEE, active_rms

each_class = pytest.mark.parametrize("sound", CLASSES, ids=lambda sound: sound.name)


@functools.cache
def first_clip(sound: SoundClass, source: int) -> StarterClip:
    return clips_of(sound, sound.sources[source], 1)[0]


def float_samples(clip: StarterClip) -> np.ndarray:
    return clip.samples.astype(np.float64) / 32768.0


@each_class
def test_clips_last_one_to_two_seconds_and_are_levelled(sound: SoundClass) -> None:
    for source in (0, 1):
        clip = first_clip(sound, source)
        assert clip.samples.dtype == np.int16 and 16_000 <= len(clip.samples) <= 32_000
        samples = float_samples(clip)
        peak = np.abs(samples).max()
        assert peak <= 0.99
        level = active_rms(samples)
        at_the_level = level == pytest.approx(ACTIVE_RMS, rel=0.02)
        held_by_its_peak = peak > KNEE and ACTIVE_RMS / 3 < level < ACTIVE_RMS
        assert at_the_level or held_by_its_peak
        assert np.abs(samples[[0, -1]]).max() < 0.001, "ends are faded"


@each_class
def test_sources_sound_different(sound: SoundClass) -> None:
    one, other = first_clip(sound, 0), first_clip(sound, 1)
    n = min(len(one.samples), len(other.samples))
    assert np.mean(one.samples[:n] != other.samples[:n]) > 0.5


@each_class
def test_labels_are_complete(sound: SoundClass) -> None:
    clip = first_clip(sound, 1)
    assert list(clip.labels) == ["class", "family", "pitch", "word", "source"]
    assert clip.labels["class"] == sound.name and clip.labels["family"] == sound.family
    assert clip.labels["source"] == sound.sources[1]
    assert clip.labels["word"] == (sound.name if sound.maker == "word" else None)
    assert sound.maker == "instrument" or clip.labels["pitch"] is None


@pytest.mark.parametrize("name", ["piano", "drum beat", "seven", "rain", "birds", "train"])
def test_a_clip_is_the_same_whatever_was_made_before(name: str) -> None:
    sound = next(sound for sound in CLASSES if sound.name == name)
    first = clips_of(sound, sound.sources[2], 2)
    clips_of(sound, sound.sources[3], 1)
    again = clips_of(sound, sound.sources[2], 2)
    for one, other in zip(first, again, strict=True):
        assert one.id == other.id and one.labels == other.labels
        np.testing.assert_array_equal(one.samples, other.samples)
