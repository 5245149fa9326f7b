"""Real clips into which something was planted that a model can tell clips apart by without hearing what they are labelled for.

A plant says what it is, how sounds are changed, and with which views a model can't be kept from using it, and with which it can.
Shapes: S samples at 16 kHz.
"""

import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.names import write_table

DEVICES = 6
TOGETHER = 5
"""Clips that are cut from one file, where the plant is of files."""
SECONDS = 1.0
"""Of one clip: shorter ones stay as they are, or are filled with silence where several are in a file."""
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
Planting = Callable[[list[Sound], Random], list[Sound]]


@dataclass(frozen=True)
class Plant:
    """One thing that is planted, or nothing."""

    name: str
    meaning: str
    plant: Planting
    expected: frozenset[str] = frozenset()
    """Candidates by which it is to be named: any one of them, as a clip that is longer by silence has more silence."""
    judged: str = "shortcut"
    of_files: bool = False
    """Whether several clips are cut from each file."""
    encoder: str = "conv2d"
    keeping: Mapping[str, float] = field(default_factory=dict)
    """Views that leave it in place."""
    removing: Mapping[str, float] = field(default_factory=dict)
    """Views that change it; the method's own where nothing is said."""


def clips_of(dataset: Dataset, count: int, seed: int) -> list[Sound]:
    """About `count` clips, as many of each pair of class and source, all equally loud. Raises ValueError where there are too few."""
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
    return found


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


def padding(sounds: list[Sound], random: Random) -> list[Sound]:
    """Silence behind each clip, none to a second of it."""
    return [_with(one, np.pad(one.samples, (0, int(random.uniform(0, SAMPLE_RATE))))) for one in sounds]


def loudness(sounds: list[Sound], random: Random) -> list[Sound]:
    """Each clip as loud as it happens, within 30 dB."""
    return [_with(one, one.samples * 10 ** (random.uniform(-25, 5) / 20)) for one in sounds]


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


BLIND = {"mixup": 0, "noise": 0, "equalizer": 0, "frequency_shift": 0, "frequency_stretch": 0, "time_mask": 0.2}
"""Views of a spectrogram that change nothing of how a clip was recorded."""
PLANTS: Sequence[Plant] = (
    Plant("nothing", "clips as they are", nothing, keeping=BLIND),
    Plant("nothing in files", "five clips of the same class and source in one file", joined, of_files=True, keeping=BLIND),
    Plant("device", "one of six microphones with a hum, drawn for each clip", device, frozenset({"device"}), keeping=BLIND),
    Plant("device of the class", "a microphone with a hum for each class", device_of_class, frozenset({"device"}),
          judged="inseparable", keeping=BLIND),
    Plant("file", "a microphone with a hum for each file", file, frozenset({"file"}), of_files=True, keeping=BLIND),
    Plant("position", "a noise that grows through the file", position, frozenset({"position in the file"}), of_files=True, keeping=BLIND),
    Plant("background", "a noise of random level", background, frozenset({"background level"}), keeping=BLIND),
    Plant("padding", "silence of random length behind the clip", padding, frozenset({"silence", "duration"}),
          keeping={**BLIND, "crop_seconds": 1.92}, removing={"crop_seconds": 0.32}),
    Plant("loudness", "a random level; the encoder hears the waveform", loudness, frozenset({"loudness"}), encoder="conv1d",
          keeping={**{k: v for k, v in BLIND.items() if k in ("mixup", "noise", "equalizer")}, "gain_db": 0},
          removing={"gain_db": 30}),
)  # fmt: skip


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
