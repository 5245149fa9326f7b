"""The pictures of what a method's own loss sees, as the trainer left them in a snapshot."""

import base64
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.runs.points import points
from training.run import RunFolder, reading
from training.run.schema import AXES, Picture

VALUES_AT_MOST = 300_000
"""An array that is larger is left out: the page could not draw it, and sending it would hold up everything else."""
KINDS = {axes: kind for kind, axes in reversed(AXES.items())}
CLIPS = "clips"

About = dict[str, Any]


def lens(run: RunFolder, step: int) -> dict[str, Any] | None:
    """{"step", "pictures", "clips"} of one snapshot, None where there is no such snapshot.

    A picture is what the run's schema says of it, with "shape" and "values": base64 of little-endian float32,
    row by row. Arrays that it does not describe are drawn by their shape alone. "clips" are those
    that can be heard, in the order of the rows: {"clip": index in the data set, "label", "note"}.
    """
    arrays = _arrays(run, step)
    if arrays is None:
        return None
    heard = arrays.pop("lens_clips", np.zeros(0, np.int64))
    found = {name.removeprefix("lens/"): array for name, array in arrays.items() if _can_be_drawn(array)}
    described = [p for p in run.schema().pictures if p.name in found and p.takes(found[p.name].shape)]
    about = {p.name: asdict(p) for p in described}
    about |= {name: _undescribed(name, array) for name, array in found.items() if name not in about}
    ranged = with_range([(picture, found[name]) for name, picture in about.items()])
    count = max((_clips_in(picture, array) for picture, array in ranged), default=0)
    return {
        "step": step,
        "pictures": [with_values(picture, array) for picture, array in ranged],
        "clips": _clips(run, heard.ravel()[:count]) if heard.dtype.kind in "iu" else [],
    }


def _arrays(run: RunFolder, step: int) -> dict[str, np.ndarray] | None:
    """Only what the lens needs: the embeddings, which lie in the same file, are much larger."""
    return reading.read_arrays(run.snapshot_path(step), lambda name: name == "lens_clips" or name.startswith("lens/"))


def _undescribed(name: str, array: np.ndarray) -> About:
    return asdict(Picture(name, name.replace("_", " ").capitalize(), "", KINDS[array.ndim]))


def _can_be_drawn(array: np.ndarray) -> bool:
    return array.dtype.kind in "fiub" and array.ndim in KINDS and 0 < array.size <= VALUES_AT_MOST


def with_range(shown: list[tuple[About, np.ndarray]]) -> list[tuple[About, np.ndarray]]:
    """Each picture with a low and a high: its own, else those of its values. Spectrograms share one range, so that
    what was hidden and what was predicted can be compared."""
    strips = [array.ravel() for picture, array in shown if picture["kind"] == "spectrograms"]
    ranged = []
    for picture, array in shown:
        values = np.concatenate(strips) if picture["kind"] == "spectrograms" else array.ravel()
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
        low = min(low, 0.0) if picture["kind"] == "bars" else low
        given = {"low": low if picture["low"] is None else picture["low"]}
        given["high"] = high if picture["high"] is None else picture["high"]
        ranged.append(({**picture, **given}, array))
    return ranged


def with_values(picture: About, array: np.ndarray) -> dict[str, Any]:
    """A picture as it is sent."""
    with np.errstate(over="ignore"):
        values = array.astype("<f4")
    return {**picture, "shape": list(array.shape), "values": base64.b64encode(values.tobytes()).decode()}


def _clips_in(picture: About, array: np.ndarray) -> int:
    rows = array.shape[-1] if picture["kind"] == "bars" else array.shape[0]
    return max(rows if picture["rows"] == CLIPS else 0, array.shape[-1] if picture["columns"] == CLIPS else 0)


def _clips(run: RunFolder, heard: np.ndarray) -> list[dict[str, Any]]:
    about = points(run)
    point_of = {clip: point for point, clip in enumerate(about.clips)}
    rows = []
    for clip in heard.tolist():
        labels = about.labels(point_of[clip]) if clip in point_of else {}
        first = labels.pop(about.main_facet, "no label")
        note = "  ·  ".join(f"{facet}: {label}" for facet, label in labels.items())
        rows.append({"clip": clip, "label": first, "note": note})
    return rows
