"""Notes sound at the pitch that they are labelled with."""

import sys

import numpy as np
import pytest

from training.data.starter.instruments import naturals, note_number, played
from training.data.starter.recipe import CLASSES, INSTRUMENTS, SoundClass, randomness
from training.errors import UserError

PITCHED = [sound for sound in CLASSES if sound.name in INSTRUMENTS and INSTRUMENTS[sound.name].pitched]


def dry(sound: SoundClass, source: str, count: int) -> list[tuple[np.ndarray, str | None]]:
    return played(sound, source, [24_000] * count, [randomness(sound.name, source, k) for k in range(count)])


def periodicity(sound: np.ndarray, hz: float) -> float:
    """The largest normalised autocorrelation within a quarter tone of `hz`, where the sound repeats itself best."""
    lags = np.unique(np.round(16_000 / hz * 2 ** np.linspace(-0.04, 0.04, 9)).astype(int))
    best = 0.0
    for start in range(0, len(sound) - 4_000, 800):
        part = sound[start : start + 4_000]
        if np.abs(part).max() > 0.3 * np.abs(sound).max():
            best = max(best, *(np.corrcoef(part[:-lag], part[lag:])[0, 1] for lag in lags))
    return float(best)


def test_natural_notes_have_the_usual_numbers() -> None:
    assert note_number("C4") == 60 and note_number("A4") == 69
    assert naturals("C4", "C5") == ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5"]


@pytest.mark.parametrize("sound", PITCHED, ids=lambda sound: sound.name)
def test_the_label_is_the_measured_fundamental(sound: SoundClass) -> None:
    """The sound repeats itself at the label's period, better than a tritone away."""
    for source in sound.sources[:2]:
        ((clip, pitch),) = dry(sound, source, 1)
        assert pitch in naturals(INSTRUMENTS[sound.name].lowest, INSTRUMENTS[sound.name].highest)
        hz = 440 * 2 ** ((note_number(pitch) - 69) / 12)
        here = periodicity(clip, hz)
        assert here > 0.6, f"{source} {pitch}"
        for semitones in (-6, 6):
            assert periodicity(clip, hz * 2 ** (semitones / 12)) < here, f"{source} {pitch} {semitones:+d}"


def test_chimes_have_no_pitch_and_drums_neither() -> None:
    for name in ("chime", "drum beat"):
        sound = next(sound for sound in CLASSES if sound.name == name)
        assert all(pitch is None for _, pitch in dry(sound, sound.sources[0], 2))


def test_silence_comes_before_the_first_note_only() -> None:
    sound = next(sound for sound in CLASSES if sound.name == "string orchestra")
    for clip, _ in dry(sound, "strings", 3):
        onset = np.flatnonzero(clip)[0]
        assert 100 < onset < 0.3 * 16_000
        assert np.abs(clip[onset:]).max() > 0.01


def test_a_broken_renderer_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "midirenderer", None)
    with pytest.raises(UserError, match="midirenderer"):
        dry(PITCHED[0], PITCHED[0].sources[0], 1)
