"""What of a clip should not matter to a model and may do so all the same: how loud, how long, how silent, from where.

A property is a line in PROPERTIES; whatever other facets and recorded columns a run has are added by `candidates`.
Shapes: n probe clips.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from training import columns
from training.data.dataset import SAMPLE_RATE, Dataset
from training.knowledge.material import FROM_FILE, Material

FRAME = SAMPLE_RATE // 50
"""Samples of 20 ms."""
QUIET_DB = -40.0
"""A frame so far below the clip's loudest one is silence."""
BACKGROUND = 10
"""Per cent of a clip's frames that are quieter than its background level."""
MOST_TEXT = 60
ORIGINS = frozenset((
    "device", "microphone", "mic", "recorder", "sensor", "channel", "site", "location", "place", "station", "city", "room",
    "session", "date", "day", "month", "year",
))  # fmt: skip
"""Facets that are called so say how or where a clip was recorded. All others count as labels, which a model may well know: nothing
in the data tells a family of classes from a microphone that each class had for itself."""
RECORDED = "How or where the clip was recorded."
Among = Literal["other groups", "other recordings", "all"]


@dataclass(frozen=True)
class Candidate:
    """Something by which neighbours may agree instead of by the label."""

    name: str
    values: np.ndarray
    """(n,) float64 numbers with NaN for none, or int64 codes with -1 for none."""
    meaning: str
    among: Among = "other groups"
    """Which clips are taken for neighbours: those of the same source are what is asked for where it is the source."""
    is_label: bool = False
    """Whether it is another facet of the labels, which a model may well know."""

    @property
    def is_number(self) -> bool:
        """Whether its values have an order."""
        return self.values.dtype.kind == "f"

    def of(self, chosen: np.ndarray) -> "Candidate":
        """The same of some clips."""
        return replace(self, values=self.values[chosen])


@dataclass(frozen=True)
class Property:
    """A property of clips; `values` is None where it can't be told, or is the same of all."""

    name: str
    meaning: str
    values: Callable[[Material], np.ndarray | None]
    among: Among = "other groups"


def candidates(material: Material) -> list[Candidate]:
    """All that a run's clips can be compared by, but for its main facet."""
    found = []
    for each in PROPERTIES:
        values = each.values(material)
        if values is not None and _differs(values):
            found.append(Candidate(each.name, values, each.meaning, each.among))
    known = {each.name for each in found}
    for name, codes in material.facets.items():
        if name != material.main_facet and name not in known and _differs(codes):
            is_group = name == material.group
            recorded = name.lower() in ORIGINS
            meaning = (
                "Where the clip comes from." if is_group else RECORDED if recorded else "Another label of the clip."
            )
            among: Among = "other recordings" if is_group else "other groups"
            found.append(Candidate(name[:MOST_TEXT], codes, meaning, among, not (is_group or recorded)))
    known |= {*material.facets, *(each.column.name for each in columns.CLIP_COLUMNS)}
    for name in material.run.columns():
        values = _recorded(material, name)
        if name not in known and values is not None and _differs(values):
            found.append(Candidate(name[:MOST_TEXT], values, "A recorded number of the clip."))
    return found


def _differs(values: np.ndarray) -> bool:
    known = values[np.isfinite(values)] if values.dtype.kind == "f" else values[values >= 0]
    return len(known) > 1 and bool((known != known[0]).any())


def _of_column(name: str) -> Callable[[Material], np.ndarray | None]:
    """One of the trainer's own columns: as the run kept it, or computed anew of a run of before it was."""
    computed = next(each.values for each in columns.CLIP_COLUMNS if each.column.name == name)

    def values(material: Material) -> np.ndarray | None:
        kept = _recorded(material, name)
        if kept is None and material.dataset is not None:
            return np.asarray(computed(material.dataset, material.clips), np.float64)
        return kept

    return values


def _recorded(material: Material, name: str) -> np.ndarray | None:
    """The numbers of a column that the run kept."""
    kept = material.run.columns().get(name)
    if not isinstance(kept, list) or len(kept) != len(material.ids):
        return None
    if not all(value is None or type(value) in (int, float) for value in kept) or not any(kept):
        return None
    return np.array([np.nan if value is None else value for value in kept], np.float64)


def frame_levels(waveform: np.ndarray) -> np.ndarray:
    """dB re full scale of each 20 ms of samples (S,), the last ones left out; of a shorter clip of all of it."""
    frames = waveform[: len(waveform) // FRAME * FRAME].reshape(-1, FRAME) if len(waveform) >= FRAME else waveform[None]
    return 10 * np.log10(np.maximum(np.square(frames, dtype=np.float64).mean(1), 1e-12))


def _of_levels(told: Callable[[np.ndarray], float]) -> Callable[[Material], np.ndarray | None]:
    def values(material: Material) -> np.ndarray | None:
        if material.dataset is None:
            return None
        return np.array([told(frame_levels(material.dataset.waveform(int(clip)))) for clip in material.clips])

    return values


def silence_share(levels: np.ndarray) -> float:
    """Part of the frames whose level is below QUIET_DB relative to the loudest."""
    return float((levels < levels.max() + QUIET_DB).mean())


def silence_in_front(levels: np.ndarray) -> float:
    """Seconds before the first frame that is no further than QUIET_DB below the loudest."""
    return int(np.argmax(levels >= levels.max() + QUIET_DB)) * FRAME / SAMPLE_RATE


def background_level(levels: np.ndarray) -> float:
    """dB: what BACKGROUND per cent of the frames are quieter than."""
    return float(np.percentile(levels, BACKGROUND))


def _file(material: Material) -> np.ndarray | None:
    """Only where some files gave several clips."""
    found = material.recordings
    return found if len(np.unique(found)) < len(found) else None


def _position(material: Material) -> np.ndarray | None:
    """Seconds from the beginning of the file, where some clips begin later."""
    dataset: Dataset | None = material.dataset
    if dataset is not None:
        return np.asarray(dataset.offsets_seconds[material.clips], np.float64)
    parts = [FROM_FILE.fullmatch(one) for one in material.ids]
    return np.array([int(part[2]) / SAMPLE_RATE if part else np.nan for part in parts])


PROPERTIES = (
    Property("loudness", "Root mean square of the samples.", _of_column("loudness")),
    Property("duration", "How long the clip is.", _of_column("duration")),
    Property("silence", "Part of the clip that is more than 40 dB below its loudest 20 ms.", _of_levels(silence_share)),
    Property("silence in front", "How long the clip is silent, by the same measure, before it begins to sound.", _of_levels(silence_in_front)),
    Property("background level", "Level that a tenth of the clip stays below: its noise floor.", _of_levels(background_level)),
    Property("position in the file", "Where in its file the clip begins.", _position),
    Property("file", "The file that the clip was cut from.", _file, "all"),
)  # fmt: skip
