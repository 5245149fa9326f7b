"""What the rest of the project knows about sounds: clips in one int16 array, with labels by facet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

SAMPLE_RATE = 16_000
"""Hz. Everything is decoded to this rate, mono."""
HEARD = f"Sounds are heard at {SAMPLE_RATE // 1000} kHz: nothing above {SAMPLE_RATE // 2000} kHz."
"""What whoever brings recordings of a higher rate should know: `Dataset.heard`."""

Event = tuple[float, float, str, str]
"""A label of a stretch: from and to in seconds of its file, the facet, and the label in it."""
Progress = Callable[[float, str], None]
"""Called as progress(fraction in [0, 1], one plain sentence) while something long is made."""


@dataclass(frozen=True)
class Facet:
    """One way to label every clip, such as *class*, *digit* or *speaker*."""

    names: tuple[str, ...]
    codes: np.ndarray
    """(n,) int32: the index into `names` for each clip, -1 where the clip has no such label."""

    def label(self, clip: int) -> str | None:
        """The clip's label, or None where it has none."""
        code = int(self.codes[clip])
        return None if code < 0 else self.names[code]

    def counts(self) -> dict[str, int]:
        """How many clips carry each label, in the order of `names`."""
        found = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return {name: int(n) for name, n in zip(self.names, found, strict=True)}


@dataclass(frozen=True)
class Skipped:
    """A file that gave no clip, and why, in words for the user."""

    file: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """n clips, mono at 16 kHz, lying one after the other in `samples`.

    `facets` is ordered: the first one that is not the group is the one shown and measured first.
    `group` names the facet that says where a clip comes from (speaker, source file, instrument patch):
    cross-group measures ban neighbours of the query's own group.
    """

    name: str
    fingerprint: str
    """Hash of the contents and of every rule that made clips of them; equal fingerprints mean equal clips."""
    samples: np.ndarray
    """(total,) int16, usually a read-only memory map; full scale is 32768."""
    starts: np.ndarray
    """(n,) int64: where each clip begins in `samples`."""
    lengths: np.ndarray
    """(n,) int64: samples of each clip."""
    ids: tuple[str, ...]
    """Stable over machines and runs: content hash and start for files, recipe and number for made clips."""
    facets: Mapping[str, Facet]
    group: str
    files: tuple[str, ...]
    """The file that each clip was cut from, relative to the data's folder; a readable name for made clips."""
    offsets_seconds: np.ndarray
    """(n,) float64: where in its file each clip begins."""
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[Skipped, ...] = ()
    """Files that were taken, but of which the user should know something (silent, truncated, antiphase …)."""
    companions: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """What lies beside the sound: "caption" → text, "picture" → path; None where a clip has none."""
    highest_rate: int | None = None
    """Hz: the highest sampling rate of its files; None where it isn't known."""
    events: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)
    """What is heard when, by the name in `files`, where labels with times lie beside the sounds; of these clips have the labels that
    `facets` says. A pack or a stream has none."""
    clipped: np.ndarray | None = None
    """(n,) float32: which share of each clip is clipped, as `training.data.clipping` hears its file; None where it isn't known, as
    of a pack, a stream or clips that were decoded by earlier versions."""

    def __len__(self) -> int:
        return len(self.ids)

    def int16(self, clip: int) -> np.ndarray:
        """(S,) int16: the clip's samples as they lie."""
        start = int(self.starts[clip])
        return self.samples[start : start + int(self.lengths[clip])]

    def waveform(self, clip: int) -> np.ndarray:
        """(S,) float32 in [-1, 1): the clip's samples."""
        return self.int16(clip).astype(np.float32) / 32768.0

    def seconds(self, clip: int) -> float:
        """The clip's length in seconds."""
        return float(self.lengths[clip]) / SAMPLE_RATE

    @cached_property
    def recordings(self) -> np.ndarray:
        """(n,) int64: which of the files each clip was cut from, numbered as they first come."""
        numbers: dict[str, int] = {}
        return np.fromiter((numbers.setdefault(file, len(numbers)) for file in self.files), np.int64, len(self.files))

    def window(self, clip: int) -> tuple[float, float] | None:
        """Where in its file the clip lies, from and to in seconds; None where the file gives no clip that begins elsewhere."""
        if not self._windowed[self.recordings[clip]]:
            return None
        start = float(self.offsets_seconds[clip])
        return start, start + self.seconds(clip)

    def windows(self) -> np.ndarray:
        """(n, 2) float64: the window of every clip in seconds, NaN where it has none."""
        whole = np.stack([self.offsets_seconds, self.offsets_seconds + self.lengths / SAMPLE_RATE], axis=1)
        return np.where(self._windowed[self.recordings][:, None], whole, np.nan)

    @cached_property
    def _windowed(self) -> np.ndarray:
        """By the numbers of `recordings`, whether a file gives clips that begin at different places."""
        first = self.offsets_seconds[np.unique(self.recordings, return_index=True)[1]]
        several = np.zeros(len(first), dtype=bool)
        several[self.recordings[self.offsets_seconds != first[self.recordings]]] = True
        return several

    @property
    def heard(self) -> str:
        """What is lost of recordings of a higher rate, in a sentence; empty where none is known to have one."""
        return HEARD if (self.highest_rate or 0) > SAMPLE_RATE else ""

    @property
    def main_facet(self) -> str:
        """The facet to colour and measure by when nobody chose one."""
        return next((name for name in self.facets if name != self.group), self.group)

    @property
    def groups(self) -> Facet:
        """The facet that says where each clip comes from."""
        return self.facets[self.group]
