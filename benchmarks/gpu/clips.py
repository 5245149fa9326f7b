"""The clips that are computed with: a packed file of real ones, or tones that are made here."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.data import open_dataset
from training.data.dataset import SAMPLE_RATE, Dataset, Facet
from training.methods.method import Method
from training.parts.pictures import EDGE

CLASSES, GROUPS = 8, 4


def opened_clips(file: Path | None, count: int = 512) -> Dataset:
    """The clips of a file that `python -m training data pack` wrote, or `count` tones where none is given."""
    return made_tones(count) if file is None else open_dataset(str(file))


def made_tones(count: int) -> Dataset:
    """Chords of 8 classes over noise, in the pitches of 4 groups, .3 to 1.1 s long: a set that can be learned."""
    random = np.random.default_rng(0)
    kinds, groups = np.arange(count, dtype=np.int32) % CLASSES, np.arange(count, dtype=np.int32) // CLASSES % GROUPS
    waves = [_tone(int(kind), int(group), random) for kind, group in zip(kinds, groups, strict=True)]
    lengths = np.array([len(wave) for wave in waves], dtype=np.int64)
    return Dataset(
        name="made tones",
        fingerprint=f"made-tones-{count}",
        samples=np.concatenate(waves),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        ids=tuple(f"tone-{clip:05d}" for clip in range(count)),
        facets={
            "class": Facet(tuple(f"chord {kind}" for kind in range(CLASSES)), kinds),
            "source": Facet(tuple(f"source {group}" for group in range(GROUPS)), groups),
        },
        group="source",
        files=tuple(f"tone-{clip:05d}" for clip in range(count)),
        offsets_seconds=np.zeros(count),
    )


def companions_for(method: Method, dataset: Dataset) -> dict[str, Tensor]:
    """What lies beside the clips; where a method wants pictures and there are none, a pattern for each label.

    The method is prepared for them, as before a training.
    """
    method.prepare(dataset)
    if method.card.needs != "picture" or "picture" in dataset.companions:
        return method.companions(dataset)
    codes = torch.from_numpy(dataset.facets[dataset.main_facet].codes.astype(np.int64)).clamp(min=0)
    shape = (int(codes.max()) + 1, 3, EDGE, EDGE)
    patterns = torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return {"picture": patterns[codes], "picture_number": codes}


def _tone(kind: int, group: int, random: np.random.Generator) -> np.ndarray:
    """(S,) int16."""
    time = np.arange(round((0.3 + 0.8 * random.random()) * SAMPLE_RATE)) / SAMPLE_RATE
    base_hz = 150 * 1.4**kind * (1 + 0.04 * group)
    wave = sum(np.sin(2 * np.pi * base_hz * k * time) / k for k in range(1, 3 + kind % 4))
    wave = wave * np.exp(-time * (1 + kind % 3)) + 0.05 * random.standard_normal(len(time))
    return np.asarray(wave / np.abs(wave).max() * 16_000).astype(np.int16)
