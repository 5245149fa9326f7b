"""Part 2: a hundred steps of every method by the trainer itself, snapshots and checkpoints included; and runs that are killed."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.gpu.clips import companions_for
from benchmarks.gpu.numbers import guarded, store_for
from benchmarks.gpu.plan import Plan
from benchmarks.gpu.resumes import resumed_row
from training.building import built_method
from training.config import RunConfig, new_config
from training.controls import Controls
from training.data.dataset import Dataset
from training.hardware import Hardware
from training.journal import Journal
from training.learner import new_learner
from training.loop import Training
from training.methods import METHODS
from training.probe import PROBE_SEED, stratified_sample
from training.run import RunWriter, State, Status

PROBE_CLIPS = 512
"""Clips that a snapshot measures here."""
ENDS = 10
"""Steps over which the loss is averaged, at the start and at the end."""
KILLED = ("simclr", "moco_v2", "deepcluster")
"""Methods whose run is killed and resumed: without a memory, with a queue and a slow copy, with clusters."""
RISES = {"dino": "its targets are its own, and grow more even while their centre settles: the loss rises at first"}
"""Methods whose loss may end higher than it began after a hundred steps, with the reason."""


def rows(dataset: Dataset, machine: Hardware, plan: Plan) -> Iterator[dict[str, Any]]:
    """A row for each method, and one for each of the killed runs; in a short plan on a CPU, where others train them all, one a family."""
    last_of_family = {kind.card.family: name for name, kind in METHODS.items()}
    for name in METHODS if plan.full or machine.device.type == "cuda" else last_of_family.values():
        yield guarded(name, trained_row, name, dataset, machine, plan)
    for name in KILLED if plan.full else KILLED[:1]:
        yield guarded(f"{name}, killed", resumed_row, name, dataset, machine, plan)


def trained_row(name: str, dataset: Dataset, machine: Hardware, plan: Plan) -> dict[str, Any]:
    """The losses of one method's first and last steps."""
    config = config_for(name, machine, plan, len(dataset), steps=plan.train_steps)
    with tempfile.TemporaryDirectory() as folder:
        training, losses = training_in(Path(folder) / "run", config, dataset, machine)
        started = time.perf_counter()
        state = training.to_the_end()
        seconds = time.perf_counter() - started
        training.run.close()
    found = torch.stack(losses).float().cpu()
    first, last = float(found[:ENDS].mean()), float(found[-ENDS:].mean())
    finite, fell = bool(torch.isfinite(found).all()), last < first
    reasons = [] if finite else ["the loss is no number"]
    reasons += [] if state == State.FINISHED else [f"the run is {state}"]
    if plan.full and not fell:
        reasons.append(RISES.get(name, "the loss didn't fall"))
    good = finite and state == State.FINISHED and (fell or name in RISES or not plan.full)
    return {
        "name": name, "first": first, "last": last, "steps": len(losses), "seconds": seconds,
        "ok": good, "reason": "; ".join(reasons),
    }  # fmt: skip


def config_for(name: str, machine: Hardware, plan: Plan, clips: int, **length: Any) -> RunConfig:
    """The method's defaults, but for what a short plan changes; a batch no larger than the data."""
    usual = new_config({}, method=name).batch_size
    settings = {"batch_size": min(plan.train_batch or usual, clips), "probe_clips": PROBE_CLIPS, **plan.settings(name)}
    return new_config(settings, method=name, device=machine.device.type, **length)


def training_in(folder: Path, config: RunConfig, dataset: Dataset, machine: Hardware) -> tuple[Training, list[Tensor]]:
    """The trainer's own loop on clips that are open already, and the list into which it puts every step's loss."""
    run = RunWriter(folder)
    run.write_config(config.to_json())
    journal = _Listening(run, Status(State.PREPARING))
    bare = built_method(config, len(dataset), len(dataset.groups.names))
    store = store_for(bare, dataset, machine.device)
    learner = new_learner(config, dataset, store, machine)
    companions = {key: table.to(machine.device) for key, table in companions_for(learner.method, dataset).items()}
    clips: np.ndarray = stratified_sample(dataset, config.probe_clips, PROBE_SEED)
    lines: dict[str, Any] = {"cross_group_knn": {}}
    controls = Controls(journal)
    training = Training(run, journal, controls, config, machine, dataset, store, companions, clips, lines, learner)
    return training, journal.losses


class _Listening(Journal):
    """A journal that also keeps the loss of every step, on the device."""

    def __init__(self, run: RunWriter, status: Status):
        super().__init__(run, status)
        self.losses: list[Tensor] = []

    def add(self, losses: dict[str, Tensor], clips: int) -> None:
        """As the journal does; and keep the loss."""
        super().add(losses, clips)
        self.losses.append(losses["loss"].detach())
