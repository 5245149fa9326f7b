"""What benchmarks.shortcuts plants into clips, as what `knows` is to name it, and by which views and encoders it is heard.

Levels are heard by an encoder of the waveform alone, since spectrograms are levelled before they are heard: in these a level is
planted, too, and not to be named. Where in a clip a sound lies is asked of an encoder that knows places, and of one that takes the
mean over time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks import planted
from benchmarks.planted import FILLED_SECONDS, Sound

Planting = Callable[[list[Sound], np.random.Generator], list[Sound]]


@dataclass(frozen=True)
class Plant:
    """One thing that is planted, or nothing."""

    name: str
    meaning: str
    plant: Planting
    expected: frozenset[str] = frozenset()
    """Candidates by which it is to be named: any one of them, as a recorder that is louder than others is told by loudness, too."""
    judged: str = "shortcut"
    of_files: bool = False
    """Whether several clips are cut from each file."""
    encoder: str = "conv2d"
    keeping: Mapping[str, float] = field(default_factory=dict)
    """Views that leave it in place."""
    removing: Mapping[str, float] = field(default_factory=dict)
    """Views that change it; the method's own where nothing is said."""


BLIND = {"mixup": 0, "noise": 0, "equalizer": 0, "frequency_shift": 0, "frequency_stretch": 0, "time_mask": 0.2}
"""Views of a spectrogram that change nothing of how a clip was recorded."""
STILL = {**BLIND, "time_mask": 0, "time_stretch": 0, "frequency_mask": 0.3, "crop_seconds": FILLED_SECONDS}
"""Those that leave silence where it is, too: the whole clip, with bands that are hidden."""
MOVED = {"crop_seconds": 1.5 * FILLED_SECONDS}
"""A clip lies anywhere in a view that is half as long again."""
SHORT = {"crop_seconds": 0.48}
"""A waveform's encoder is slow."""
EVEN = {**SHORT, "mixup": 0, "noise": 0, "equalizer": 0, "gain_db": 0}
"""Views of a waveform that leave its level in place."""
UNEVEN = {**SHORT, "gain_db": 30}
"""Those that change it as much as they can."""
PLANTS: Sequence[Plant] = (
    Plant("nothing", "clips as they are", planted.nothing, keeping=BLIND),
    Plant("nothing in files", "five clips of the same class and source in one file", planted.joined, of_files=True, keeping=BLIND),
    Plant("device", "one of six microphones with a hum, drawn for each clip", planted.device, frozenset({"device"}), keeping=BLIND),
    Plant("device of the class", "a microphone with a hum for each class", planted.device_of_class, frozenset({"device"}),
          judged="inseparable", keeping=BLIND),
    Plant("file", "a microphone with a hum for each file", planted.file, frozenset({"file"}), of_files=True, keeping=BLIND),
    Plant("position", "a noise that grows through the file", planted.position, frozenset({"position in the file"}),
          of_files=True, keeping=BLIND),
    Plant("background", "a noise of random level", planted.background, frozenset({"background level"}), keeping=BLIND),
    Plant("silence", "a sound for a random part of the clip, silence behind it", planted.filling, frozenset({"silence"}),
          keeping=STILL),
    Plant("place", "a sound somewhere in silence; the encoder is a transformer", planted.placed, frozenset({"silence in front"}),
          encoder="patch_transformer", keeping=STILL, removing=MOVED),
    Plant("place by convolutions", "a sound somewhere in silence; the encoder takes the mean over time", planted.placed, frozenset({"silence in front"}),
          keeping=STILL, removing=MOVED),
    Plant("loudness", "a random level; the encoder hears the waveform", planted.loudness, frozenset({"loudness"}),
          encoder="conv1d", keeping=EVEN, removing=UNEVEN),
    Plant("recorder", "one of six recorders of other level; the encoder hears the waveform", planted.recorder,
          frozenset({"recorder", "loudness"}), encoder="conv1d", keeping=EVEN, removing=UNEVEN),
    Plant("loudness not heard", "a random level; the encoder hears a levelled spectrogram", planted.loudness,
          frozenset({"loudness"}), keeping=BLIND),
)  # fmt: skip
