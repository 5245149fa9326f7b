"""Spoken words: every voice is there, words have sounding parts, accents and people differ."""

import sys

import numpy as np
import pytest

from training.data.starter.recipe import VOICES, randomness
from training.data.starter.words import Speaker, spoken
from training.errors import UserError


def said(word: str, voice: str, **changes: int) -> np.ndarray:
    settings = {"words_per_minute": 150, "pitch": 50, "pitch_range": 50} | changes
    with Speaker() as speaker:
        return speaker.say(word, voice, **settings)


def share_above(sound: np.ndarray, hz: float) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float(power[int(hz / 8000 * len(power)) :].sum() / power.sum())


def test_every_voice_speaks_and_no_two_speak_alike() -> None:
    heard = {name: said("seven", voice) for name, voice in VOICES.items()}
    assert all(0.2 < len(speech) / 16_000 < 1.2 for speech in heard.values())
    assert len({speech.tobytes() for speech in heard.values()}) == len(VOICES)


def test_a_fresh_speaker_says_the_same_thing_bit_by_bit() -> None:
    first = said("water", "en-us+f3")
    said("nine", "en-gb-x-rp+linda")
    np.testing.assert_array_equal(first, said("water", "en-us+f3"))


def test_six_begins_and_ends_with_a_hiss() -> None:
    six = said("six", "en-us")
    edge = len(six) // 8
    assert share_above(six[:edge], 3_500) > 0.5
    assert share_above(six[-edge:], 3_500) > 0.5
    assert share_above(six[2 * edge : 4 * edge], 3_500) < 0.2


def test_faster_speech_is_shorter() -> None:
    assert len(said("hello", "en-us", words_per_minute=250)) < 0.85 * len(said("hello", "en-us", words_per_minute=110))


def test_words_lie_whole_within_their_clips() -> None:
    clips = spoken("seven", "en-us", [16_000, 32_000], [randomness("test", k) for k in range(2)])
    assert [len(clip) for clip in clips] == [16_000, 32_000]
    for clip in clips:
        sounding = np.flatnonzero(clip)
        assert sounding[0] > 0 and 0.2 < (sounding[-1] - sounding[0]) / 16_000 < 0.9


def test_an_unknown_voice_and_a_missing_package_are_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="no voice nobody"):
        said("one", "nobody")
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UserError, match="espeakng-loader"):
        Speaker()
