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


def clips_of(sound: SoundClass, source: str, numbers: Sequence[int] | None = None) -> list[StarterClip]:
    """The clips of one source, or those with the given numbers; each depends on its own number alone."""
    chosen = range(sound.clips_each) if numbers is None else numbers
    lengths = [int(randomness(sound.name, source, k, "length").integers(*_FRAMES)) * _FRAME_SAMPLES for k in chosen]
    dry = _dry(sound, source, chosen, lengths)
    return [
        _clip(sound, source, number, sample, pitch) for number, (sample, pitch) in zip(chosen, dry, strict=True)
    ]


def _dry(
    sound: SoundClass, source: str, numbers: Sequence[int], lengths: Sequence[int]
) -> list[tuple[np.ndarray, str | None]]:
    if sound.maker == "instrument":
        return played(sound, source, numbers, lengths)
    made = []
    for number, n in zip(numbers, lengths, strict=True):
        moment = randomness(sound.name, source, number, "moment")
        if sound.maker == "word":
            made.append(spoken(sound.name, VOICES[source], n, moment))
        else:
            made.append(MODELS[sound.name](randomness(sound.name, source, "structure"), moment, n))
    return [(samples, None) for samples in made]


def _clip(sound: SoundClass, source: str, number: int, dry: np.ndarray, pitch: str | None) -> StarterClip:
    return StarterClip(
        id=sound.clip_id(source, number),
        samples=recorded(dry, randomness(sound.name, source, number, "room")),
        labels={
            "class": sound.name,
            "family": sound.family,
            "pitch": pitch,
            "word": sound.name if sound.maker == "word" else None,
            "source": source,
        },
        file=f"{sound.name}/{source}/{number + 1:02d}",
    )
