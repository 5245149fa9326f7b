"""Real clips into which something is planted that a model can tell clips apart by without hearing what they are labelled for.

What is planted why, and by which views it is heard, says benchmarks.plants.
Shapes: S samples at 16 kHz.
"""

import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.names import write_table

DEVICES = 6
TOGETHER = 5
"""Clips that are cut from one file, where the plant is of files."""
SECONDS = 1.0
"""Of one clip: shorter ones stay as they are, or are filled with silence where several are in a file."""
FILLED_SECONDS = 1.92
"""Of a clip that is filled with silence: as long as the longest view within two seconds, which is a multiple of 8 frames."""
LEVEL = 0.05
"""Root mean square of every clip before anything is planted, so that loudness doesn't come with the recording."""


@dataclass(frozen=True)
class Sound:
    """A clip, or a file of several."""

    samples: np.ndarray
    """(S,) float64."""
    labels: Mapping[str, str]
    """What is written beside it: "class", "source" and whatever was planted under a name."""


Random = np.random.Generator


def clips_of(dataset: Dataset, count: int, seed: int) -> list[Sound]:
    """About `count` clips, as many of each pair of class and source, all equally loud. Raises ValueError where there are too few.

    Where five of each pair are more than that, whole classes are drawn, so that each comes from as many sources as it has.
    """
    random = np.random.default_rng(seed)
    label, source = (dataset.facets[name] for name in (dataset.main_facet, dataset.group))
    _, cell = np.unique(np.stack([label.codes, source.codes], axis=1), axis=0, return_inverse=True)
    each = max(TOGETHER, round(count / (cell.max() + 1) / TOGETHER) * TOGETHER)
    found = []
    for one in range(cell.max() + 1):
        of_cell = random.permutation(np.flatnonzero(cell.ravel() == one))[:each]
        for clip in of_cell[: len(of_cell) // TOGETHER * TOGETHER]:
            samples = dataset.waveform(int(clip)).astype(np.float64)[: int(SECONDS * SAMPLE_RATE)]
            labels = {"class": label.names[label.codes[clip]], "source": source.names[source.codes[clip]]}
            found.append(Sound(_levelled(samples), labels))
    if len(found) < 200:
        raise ValueError(f"{len(found)} clips were found, but at least 200 of the same class and source were expected.")
    return _of_some_classes(found, count, random)


def nothing(sounds: list[Sound], random: Random) -> list[Sound]:
    """As they are."""
    return sounds


def device(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each clip through one of six microphones, drawn at random: a filter of its own and a hum."""
    filters = [_microphone(random) for _ in range(DEVICES)]
    drawn = random.integers(DEVICES, size=len(sounds))
    return [_with(one, filters[k](one.samples), device=f"device {k}") for one, k in zip(sounds, drawn, strict=True)]


def device_of_class(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each class was recorded with a microphone of its own."""
    classes = sorted({one.labels["class"] for one in sounds})
    filters = {name: _microphone(random) for name in classes}
    return [
        _with(one, filters[name](one.samples), device=f"device {classes.index(name)}")
        for one in sounds for name in [one.labels["class"]]
    ]  # fmt: skip


def background(sounds: list[Sound], random: Random) -> list[Sound]:
    """White noise from .15 s before each clip to .15 s behind it, 45 to 5 dB below; all clips stay equally loud."""
    around = round(0.15 * SAMPLE_RATE)
    found = []
    for one in sounds:
        samples = np.pad(one.samples, around)
        noisy = samples + LEVEL * 10 ** (random.uniform(-45, -5) / 20) * random.standard_normal(len(samples))
        found.append(_with(one, _levelled(noisy)))
    return found


def filling(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each sound goes on, from its beginning again if need be, for a third to all of FILLED_SECONDS; silence behind it."""
    whole = round(FILLED_SECONDS * SAMPLE_RATE)
    found = []
    for one in sounds:
        heard = np.resize(one.samples, round(whole * random.uniform(1 / 3, 1)))
        found.append(_with(one, _levelled(np.pad(heard, (0, whole - len(heard))))))
    return found


def placed(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each sound somewhere in FILLED_SECONDS of silence."""
    whole = round(FILLED_SECONDS * SAMPLE_RATE)
    found = []
    for one in sounds:
        before = int(random.integers(whole - len(one.samples) + 1))
        found.append(_with(one, _levelled(np.pad(one.samples, (before, whole - len(one.samples) - before)))))
    return found


def loudness(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each clip as loud as it happens, within 30 dB."""
    return [_with(one, one.samples * 10 ** (random.uniform(-25, 5) / 20)) for one in sounds]


def recorder(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each clip by one of six recorders, drawn at random, that differ in how loud they record, by 6 dB from one to the next."""
    drawn = random.integers(DEVICES, size=len(sounds))
    return [
        _with(one, one.samples * 10 ** ((6 * k - 25) / 20), recorder=f"recorder {k}")
        for one, k in zip(sounds, drawn, strict=True)
    ]


def joined(sounds: list[Sound], random: Random) -> list[Sound]:
    """Five clips of the same class and source in one file, one a second."""
    return _files(sounds, random, lambda samples, place, microphone: samples)


def file(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each file was recorded with a microphone of its own."""
    return _files(sounds, random, lambda samples, place, microphone: microphone(samples))


def position(sounds: list[Sound], random: Random) -> list[Sound]:
    """The noise of the recorder grows from clip to clip of a file, from 45 to 5 dB below."""

    def noisy(samples: np.ndarray, place: int, microphone: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        noise = np.random.default_rng(int(random.integers(2**31))).standard_normal(len(samples))
        return samples + LEVEL * 10 ** ((10 * place - 45) / 20) * noise

    return _files(sounds, random, noisy)


def write(sounds: list[Sound], folder: Path) -> None:
    """16-bit files and a table of their labels."""
    folder.mkdir(parents=True)
    files = [f"{number:05d}.wav" for number in range(len(sounds))]
    names = list(sounds[0].labels)
    with open(folder / "labels.csv", "w", newline="", encoding="utf-8") as table:
        rows = zip(files, sounds, strict=True)
        write_table(table, ["file", *names], [[name, *(one.labels[key] for key in names)] for name, one in rows])
    for name, one in zip(files, sounds, strict=True):
        with wave.open(str(folder / name), "wb") as out:
            out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            out.writeframes((32767 * np.clip(one.samples, -1, 1)).astype("<i2").tobytes())


def _of_some_classes(sounds: list[Sound], count: int, random: Random) -> list[Sound]:
    """Those of classes that are drawn until there are `count`, in their order."""
    names, sizes = np.unique([one.labels["class"] for one in sounds], return_counts=True)
    order = random.permutation(len(names))
    kept = set(names[order[: np.searchsorted(sizes[order].cumsum(), count) + 1]])
    return [one for one in sounds if one.labels["class"] in kept]


def _with(one: Sound, samples: np.ndarray, **labels: str) -> Sound:
    return Sound(samples, {**one.labels, **labels})


def _levelled(samples: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = samples * LEVEL / max(1e-6, float(np.sqrt(np.mean(samples**2))))
    return scaled


def _microphone(random: Random) -> Callable[[np.ndarray], np.ndarray]:
    """A filter of 12 dB deviation over seven bands, and a hum of three harmonics 10 dB below the clip."""
    gains = random.normal(0, 12, 7)
    hum, phase = random.uniform(80, 400), random.uniform(0, 2 * np.pi, 3)

    def heard(samples: np.ndarray) -> np.ndarray:
        spectrum, bands = np.fft.rfft(samples), np.geomspace(100, SAMPLE_RATE / 2, len(gains))
        hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
        filtered = np.fft.irfft(spectrum * 10 ** (np.interp(hertz, bands, gains) / 20), len(samples))
        times = np.arange(len(samples)) / SAMPLE_RATE
        tones = sum(np.sin(2 * np.pi * hum * (k + 1) * times + phase[k]) / (k + 1) for k in range(3))
        return _levelled(filtered) + LEVEL / 10**0.5 * tones

    return heard


def _files(
    sounds: list[Sound],
    random: Random,
    change: Callable[[np.ndarray, int, Callable[[np.ndarray], np.ndarray]], np.ndarray],
) -> list[Sound]:
    """Five neighbours of `sounds` a file, each filled with silence to a second; `change` is given the samples, the place in the
    file and a microphone that each file has for itself."""
    slot, found = int(SECONDS * SAMPLE_RATE), []
    for first in range(0, len(sounds), TOGETHER):
        microphone = _microphone(random)
        some = sounds[first : first + TOGETHER]
        parts = [change(np.pad(one.samples, (0, slot - len(one.samples))), k, microphone) for k, one in enumerate(some)]
        found.append(Sound(np.concatenate(parts), some[0].labels))
    return found
