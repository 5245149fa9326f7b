"""The thorough measures of a run's kept steps, of every stage: outside the trainer, from what snapshots and checkpoints keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Generator, Tensor

from training import durable, stages
from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Progress
from training.data.progress import part_of
from training.embedder import CHUNK, Embedder
from training.errors import UserError
from training.evenly import evenly_spaced
from training.measures import measured_stage
from training.measures.discriminant import VIEWS
from training.measures.stage import Stage
from training.run import SCHEMA, RunFolder
from training.run.example import EXAMPLE_FOLDER
from training.snapshot import PAIRS


def thorough_measures(run: RunFolder, step: int | None, progress: Progress) -> list[dict[str, Any]]:
    """Measure a step, or without one the first and the newest one, and keep each in the run's folder, but not in the example's.

    One row a step: {"step", "clips", "from": "weights" or "snapshot", "note", "stages": [{"stage", "width", "measures": {name: number
    or null}}]}; the note says why it is of the snapshot, and is empty where it is of the weights. Raises UserError where the step isn't kept, and for a run that may only be looked at.
    """
    run.check_not_newer()
    kept = run.snapshots()
    if not kept:
        raise UserError(f"The run {run.name} has no snapshots yet.")
    if step is not None and step not in kept:
        raise UserError(f"The run {run.name} keeps no snapshot of step {step}; the newest is {kept[-1]}.")
    wanted = {step} if step is not None else {kept[0], kept[-1]}
    needed = sorted(wanted | ({0} & set(kept)))
    start, rows = None, []
    for number, one in enumerate(needed):
        part = part_of(progress, number / len(needed), (number + 1) / len(needed))
        part(0.0, f"Measuring step {one:,}")
        outputs = _outputs(run, one, part)
        start = outputs if one == 0 else start
        if one in wanted:
            rows.append({"step": one, **_row(outputs, start)})
            if run.path != EXAMPLE_FOLDER:
                _keep(run, rows[-1])
    progress(1.0, "All stages are measured")
    return rows


def _keep(run: RunFolder, row: dict[str, Any]) -> None:
    path = run.thorough_path(row["step"])
    try:
        path.parent.mkdir(exist_ok=True)
        durable.write_json(path, {"schema": SCHEMA, **row})
    except OSError as error:
        raise UserError(f"The measures of the run {run.name} can't be written: {error.strerror}.") from None


@dataclass(frozen=True)
class _Outputs:
    """What the stages of a model say, by the name of the stage; C is a stage's width."""

    clips: Mapping[str, Tensor]
    """(n, C) of the probe clips."""
    views: Mapping[str, Tensor] = field(default_factory=dict)
    """(m, q, C) of q random views of each of m of them; none where the weights are no longer kept."""
    of_weights: bool = False
    note: str = ""
    """Why they are not of the weights."""


def _row(now: _Outputs, start: _Outputs | None) -> dict[str, Any]:
    before = start.clips if start is not None else {}
    found = []
    for name, x in now.clips.items():
        same = before[name] if name in before and before[name].shape == x.shape else None
        measures = measured_stage(Stage(x, same, now.views.get(name)))
        found.append({"stage": name, "width": x.shape[1], "measures": measures})
    clips = len(next(iter(now.clips.values())))
    return {"clips": clips, "from": "weights" if now.of_weights else "snapshot", "note": now.note, "stages": found}


def _outputs(run: RunFolder, step: int, progress: Progress) -> _Outputs:
    """By the weights and the sounds, where both are at hand; else encoder and projector as the snapshot keeps them."""
    try:
        embedder = Embedder(run, step)
        sounds = _probe_sounds(run, progress)
    except UserError as error:
        return replace(_of_snapshot(run, step), note=f"{error} Only encoder and projector are measured.")
    method = embedder.method
    found = [stages.of_clips(method, *embedder.inputs(sounds[at : at + CHUNK])) for at in range(0, len(sounds), CHUNK)]
    clips = {name: torch.cat([one[name] for one in found]) for name in found[0]}
    some = [sounds[i] for i in evenly_spaced(len(sounds), PAIRS)]
    views = stages.of_views(method, *embedder.inputs(some), VIEWS, Generator().manual_seed(0))
    return _Outputs(stages.with_heads(method, clips), stages.with_heads(method, views), of_weights=True)


def _of_snapshot(run: RunFolder, step: int) -> _Outputs:
    taken = run.snapshot(step) or {}
    named = {"encoder": taken.get("embeddings"), "projector": taken.get("projections")}
    found = {name: torch.from_numpy(x.astype(np.float32)) for name, x in named.items() if x is not None and x.ndim == 2}
    if not found:
        raise UserError(f"The snapshot of step {step} of the run {run.name} cannot be read.")
    if "projector" in found and torch.equal(found["projector"], found["encoder"]):
        del found["projector"]  # a method without one
    return _Outputs(found)


def _probe_sounds(run: RunFolder, progress: Progress) -> Sequence[np.ndarray]:
    """The waveforms (S,) of the probe clips. Raises UserError where the data isn't at hand or has changed."""
    config = RunConfig.from_json(run.config())
    dataset = open_dataset(
        config.data, window_seconds=config.window_seconds, progress=progress, fingerprint=config.data_fingerprint
    )
    if dataset.fingerprint != config.data_fingerprint:
        raise UserError(f"The sounds of {config.data} have changed since the run {run.name} was trained.")
    return [dataset.waveform(int(clip)) for clip in run.probe().get("clips", [])]
