"""The columns of clips that the trainer writes: what each is, beside how it is computed. A new one is a line in a table.

Every facet of the data is a column too; its labels lie in probe.json. A column whose name a facet has gives way to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.data.clock import began_at
from training.data.dataset import SAMPLE_RATE, Dataset
from training.measures.knn import Votes
from training.probe import measured_facets
from training.run.schema import Column, by_name


@dataclass(frozen=True)
class ProbeEmbedded:
    """What a snapshot knows of the n probe clips."""

    dataset: Dataset
    clips: np.ndarray
    """(n,) int: their indices in `dataset`."""
    embeddings: Tensor
    """(n, D) float32, on the CPU."""
    votes: dict[str, Votes]
    """Measured facet → what each clip's neighbours from other groups voted for."""
    losses: Tensor | None = None
    """(n,) the clips' own losses where they were last trained on; None where the method judges no clip for itself."""


@dataclass(frozen=True)
class ClipColumn:
    """A column that no step changes."""

    column: Column
    values: Callable[[Dataset, np.ndarray], np.ndarray | list[str]]
    """(dataset, clips (n,)) → n numbers, flags (0 or 1) or texts; NaN is no value."""
    applies: Callable[[Dataset], bool] = lambda dataset: True
    """Whether a run on data like this has it."""


@dataclass(frozen=True)
class SnapshotColumn:
    """A column of clip and snapshot."""

    column: Column
    values: Callable[[ProbeEmbedded], Tensor]
    """(n,): numbers with NaN for no value, or whole numbers with -1 for it."""
    applies: Callable[[Dataset, bool], bool] = lambda dataset, judged: True
    """Whether a run on data like this has it, by a method that judges clips for themselves or not."""


def duration(dataset: Dataset, clips: np.ndarray) -> np.ndarray:
    """(n,) seconds."""
    return dataset.lengths[clips] / SAMPLE_RATE


def loudness(dataset: Dataset, clips: np.ndarray) -> np.ndarray:
    """(n,) RMS in dB re full scale, so that a full square wave has 0; NaN for digital silence."""
    power = np.array([np.mean(np.square(dataset.waveform(int(clip)), dtype=np.float64)) for clip in clips])
    return 10 * np.log10(np.where(power > 0, power, np.nan))


def recorded(dataset: Dataset, clips: np.ndarray) -> list[str]:
    """n dates and times at which the clips begin, as ISO 8601 without a zone; "" where the file's name tells none."""
    return ["" if at is None else at.isoformat(" ", "seconds") for at in _times(dataset, clips)]


def hour(dataset: Dataset, clips: np.ndarray) -> np.ndarray:
    """(n,) hours since midnight, [0, 24); NaN where the file's name tells no time."""
    times = _times(dataset, clips)
    return np.array([np.nan if at is None else at.hour + at.minute / 60 + at.second / 3600 for at in times])


def _times(dataset: Dataset, clips: np.ndarray) -> list[datetime | None]:
    began = {file: began_at(file) for file in dict.fromkeys(dataset.files[int(clip)] for clip in clips)}
    offsets = [timedelta(seconds=float(dataset.offsets_seconds[int(clip)])) for clip in clips]
    starts = [began[dataset.files[int(clip)]] for clip in clips]
    return [None if start is None else start + offset for start, offset in zip(starts, offsets, strict=True)]


def _tells_time(dataset: Dataset) -> bool:
    return any(began_at(file) is not None for file in dict.fromkeys(dataset.files))


def knn_right(taken: ProbeEmbedded) -> Tensor:
    """(n,) int8: 1 where the neighbours name the clip's own label, 0 where another or none; -1 for an unlabelled clip."""
    main = taken.dataset.main_facet
    labels = torch.from_numpy(taken.dataset.facets[main].codes[taken.clips].astype(np.int64))
    return (taken.votes[main].label == labels).to(torch.int8).masked_fill_(labels < 0, -1)


def knn_share(taken: ProbeEmbedded) -> Tensor:
    """(n,) float32 in [0, 1]; NaN where no neighbour may vote."""
    return taken.votes[taken.dataset.main_facet].share


def clip_loss(taken: ProbeEmbedded) -> Tensor:
    """(n,) float32; NaN where a clip was not trained on yet."""
    assert taken.losses is not None
    return taken.losses


def _has_labels(dataset: Dataset, judged: bool) -> bool:
    return dataset.main_facet in measured_facets(dataset)


CLIP_COLUMNS = (
    ClipColumn(Column("duration", "Duration", "number", unit="s", meaning="How long the clip is."), duration),
    ClipColumn(
        Column(
            "loudness", "Loudness", "number", unit="dB", digits=1,
            meaning="Root mean square of the samples, relative to full scale.",
        ),
        loudness,
    ),
    ClipColumn(
        Column("recorded", "Recorded", "text", meaning="When the clip begins, by the date and time in its file's name."),
        recorded, _tells_time,
    ),
    ClipColumn(
        Column(
            "hour", "Time of day", "number", unit="h", digits=1, low=0.0, high=24.0,
            meaning="Hours since midnight by the recorder's clock, told by the file's name.",
        ),
        hour, _tells_time,
    ),
)  # fmt: skip

SNAPSHOT_COLUMNS = (
    SnapshotColumn(
        Column(
            "knn_right", "kNN right", "flag", "snapshot", names=("wrong", "right"),
            meaning="Whether the clip's 20 nearest neighbours from other sources vote for its own label.",
        ),
        knn_right, _has_labels,
    ),
    SnapshotColumn(
        Column(
            "knn_share", "kNN sureness", "number", "snapshot", low=0.0, high=1.0,
            meaning="The share of the neighbours' weighted votes that the winning label gets, whether it is right or not.",
        ),
        knn_share, _has_labels,
    ),
    SnapshotColumn(
        Column(
            "clip_loss", "Loss of the clip", "number", "snapshot",
            meaning="The clip's own part of the loss, when it was last trained on: high is what the model finds hard.",
        ),
        clip_loss, lambda dataset, judged: judged,
    ),
)  # fmt: skip


def declared(dataset: Dataset, judged: bool = False) -> tuple[Column, ...]:
    """All that a run on this data has, in the order in which it is offered; `judged`: the method judges clips."""
    facets = [_of_facet(dataset, name) for name in (dataset.main_facet, *dataset.facets)]
    kept = [each.column for each in SNAPSHOT_COLUMNS if each.applies(dataset, judged)]
    own = [each.column for each in CLIP_COLUMNS if each.applies(dataset)]
    return tuple(by_name([*facets, *kept, *own]).values())


def clip_values(dataset: Dataset, clips: np.ndarray) -> dict[str, list[Any]]:
    """What columns.json holds: for each of CLIP_COLUMNS that the data has its n values, None for none."""
    found = {each.column.name: each.values(dataset, clips) for each in CLIP_COLUMNS if each.applies(dataset)}
    return {name: [_plain(value) for value in values] for name, values in found.items()}


def snapshot_values(taken: ProbeEmbedded) -> dict[str, np.ndarray]:
    """What a snapshot holds at columns/<name>: float32, or int32 where they are whole numbers."""
    found = {
        each.column.name: each.values(taken)
        for each in SNAPSHOT_COLUMNS
        if each.applies(taken.dataset, taken.losses is not None)
    }
    return {name: (v.float() if v.is_floating_point() else v.int()).cpu().numpy() for name, v in found.items()}


def _of_facet(dataset: Dataset, name: str) -> Column:
    meaning = "Where the clip comes from." if name == dataset.group else ""
    return Column(name, name, "category", meaning=meaning)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return round(float(value), 6) if np.isfinite(value) else None
