"""Clips by the hundred thousand: really written as files, and beyond that the same ones again under other numbers."""

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.data.dataset import SAMPLE_RATE, Dataset, Facet

CLASSES, GROUPS = 50, 1000
SECONDS = 1.0


def write_files(folder: Path, count: int) -> None:
    """`count` tones over noise as wav files of one second, by class and source, where they are not there yet."""
    if (folder / "written").exists():
        return
    random = np.random.default_rng(0)
    time = np.arange(round(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * 120 * 1.06**kind * time) * np.exp(-2 * time) for kind in range(CLASSES)]
    noise = random.standard_normal(8 * len(time)) * 0.1
    for clip in range(count):
        kind, source = clip % CLASSES, clip // CLASSES % GROUPS
        begin = clip * 7919 % (7 * len(time))  # each clip has other noise, so that no two files are equal
        samples = (8_000 * (tones[kind] + noise[begin : begin + len(time)])).astype("<i2")
        samples[0] = clip & 0x7FFF
        path = folder / f"class {kind:02d}" / f"source{source:03d}-{clip:07d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
    (folder / "written").touch()


def repeated(dataset: Dataset, count: int) -> Dataset:
    """`count` clips that lie where those of `dataset` lie, again and again."""
    at = np.arange(count) % len(dataset)
    files = [dataset.files[clip] for clip in at]
    return replace(
        dataset,
        starts=dataset.starts[at],
        lengths=dataset.lengths[at],
        ids=tuple(f"{dataset.ids[clip]}-{turn}" for turn, clip in enumerate(at)),
        facets={name: Facet(facet.names, facet.codes[at]) for name, facet in dataset.facets.items()},
        files=tuple(f"{clip // len(dataset)}/{file}" for clip, file in enumerate(files)),
        offsets_seconds=dataset.offsets_seconds[at],
    )
