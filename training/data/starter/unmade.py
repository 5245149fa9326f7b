"""The built-in set while it is being made: each clip can be asked for already, and is then made before the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from training.data.dataset import Dataset, Facet
from training.data.starter.making import Job, Making, being_made
from training.data.starter.recipe import CLASSES, JOBS
from training.errors import UserError


@dataclass(frozen=True)
class UnmadeSet(Dataset):
    """The whole set without its samples; `int16` and `waveform` wait until the clip is made, the lengths are not known.

    A clip's pitch is found when it is made, so there is no such facet yet.
    """

    making: Making | None = None

    def int16(self, clip: int) -> np.ndarray:
        """(S,) int16. Raises UserError where it cannot be made."""
        job, number = _places()[clip]
        made = None if self.making is None else self.making.clips(job)
        if made is None:
            raise UserError("These sounds are no longer being made; try again in a moment.")
        return made[number].samples


def unmade(fingerprint: str) -> UnmadeSet | None:
    """The set that this process is making just now; None where it makes none. `fingerprint` is the whole set's."""
    making = being_made()
    if making is None:
        return None
    words = [(CLASSES[k], CLASSES[k].sources[s], number) for (k, s), number in _places()]
    return UnmadeSet(
        name="starter",
        fingerprint=fingerprint,
        samples=np.zeros(0, np.int16),
        starts=np.zeros(len(words), np.int64),
        lengths=np.zeros(len(words), np.int64),
        ids=tuple(sound.clip_id(source, number) for sound, source, number in words),
        facets={
            "class": _facet([sound.name for sound, _, _ in words]),
            "family": _facet([sound.family for sound, _, _ in words]),
            "source": _facet([source for _, source, _ in words]),
        },
        group="source",
        files=tuple(sound.clip_file(source, number) for sound, source, number in words),
        offsets_seconds=np.zeros(len(words)),
        making=making,
    )


@cache
def _places() -> list[tuple[Job, int]]:
    """By clip, its job and its number among the job's clips."""
    return [((k, s), number) for k, s in JOBS for number in range(CLASSES[k].clips_each)]


def _facet(labels: Sequence[str]) -> Facet:
    names = tuple(dict.fromkeys(labels))
    codes = {name: code for code, name in enumerate(names)}
    return Facet(names, np.array([codes[label] for label in labels], np.int32))
