"""From the table to clips: one source of one class at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.data.starter.environment import MODELS
from training.data.starter.instruments import played
from training.data.starter.recipe import VOICES, SoundClass, randomness
from training.data.starter.room import recorded
from training.data.starter.words import spoken

_FRAME_SAMPLES, _FRAMES = 320, (50, 101)
"""Clips last 1 to 2 s in steps of 20 ms: lengths without large prime factors, which Fourier transforms dislike."""


@dataclass(frozen=True)
class StarterClip:
    """What a ClipWriter is given."""

    id: str
    samples: np.ndarray
    """(n,) int16 at 16 kHz."""
    labels: dict[str, str | None]
    file: str


def clips_of(sound: SoundClass, source: str, count: int | None = None) -> list[StarterClip]:
    """The clips of one source, or its first `count`. They depend on the recipe alone, and are made in order:
    a voice or a patch that has just sounded leaves a trace of it in the next clip."""
    numbers = range(sound.clips_each if count is None else count)
    moments = [randomness(sound.name, source, number) for number in numbers]
    lengths = [int(moment.integers(*_FRAMES)) * _FRAME_SAMPLES for moment in moments]
    return [
        StarterClip(
            id=sound.clip_id(source, number),
            samples=recorded(dry, moment),
            labels=_labels(sound, source, pitch),
            file=sound.clip_file(source, number),
        )
        for number, moment, (dry, pitch) in zip(numbers, moments, _dry(sound, source, lengths, moments), strict=True)
    ]


def _dry(
    sound: SoundClass, source: str, lengths: Sequence[int], moments: Sequence[np.random.Generator]
) -> list[tuple[np.ndarray, str | None]]:
    """(n,) float for each length, before any room, with the pitch of the note where there is one."""
    if sound.maker == "instrument":
        return played(sound, source, lengths, moments)
    if sound.maker == "word":
        return [(speech, None) for speech in spoken(sound.name, VOICES[source], lengths, moments)]
    model = MODELS[sound.name]
    return [
        (model(randomness(sound.name, source, "structure"), moment, n), None)
        for n, moment in zip(lengths, moments, strict=True)
    ]


def _labels(sound: SoundClass, source: str, pitch: str | None) -> dict[str, str | None]:
    word = sound.name if sound.maker == "word" else None
    return {"class": sound.name, "family": sound.family, "pitch": pitch, "word": word, "source": source}
