"""The training itself, top to bottom: what it needs, its steps, and the snapshots between them."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training import checkpoint
from training.baselines import baselines, with_random_init
from training.columns import clip_values
from training.config import RunConfig
from training.contents import contents
from training.controls import Controls
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.store import ClipStore, mel_store, waveform_store
from training.embedder import embed_clips
from training.encoders import ENCODERS
from training.errors import UserError
from training.gradients import gradient_norms, parts
from training.hardware import Hardware, hardware, keep_freed_memory
from training.journal import Journal
from training.learner import Learner, new_learner
from training.methods import METHODS
from training.pace import Pace
from training.parts.optimizers import scheduled_rate, set_rate
from training.probe import described, stratified_sample
from training.run import RunWriter, State
from training.settings import as_stored, build
from training.snapshot import is_due, snapshot, steps_to_drop
from training.spectrogram import FrontEnd
from training.verdicts import Readings, judged


def prepared(run: RunWriter, journal: Journal, controls: Controls, resume: bool) -> "Training":
    """All that the training of `run` needs: its data, its learner (as the newest checkpoint left it), its lines to compare with.

    Raises UserError where the data or the settings can't be trained, Stopped where it is asked to stop meanwhile.
    """
    config = RunConfig.from_json(run.config())
    machine = hardware(config.device)
    if machine.device.type == "cpu":
        keep_freed_memory()
    journal.set_status(device=machine.name, steps=config.steps, message="Opening the data")

    def preparing(fraction: float, message: str) -> None:
        """What opening the data reports now and then."""
        controls.check()
        journal.status = replace(journal.status, progress=fraction, message=message)
        journal.keep_alive()

    if resume:
        _check_objective(config)
    dataset = open_dataset(config.data, window_seconds=config.window_seconds, progress=preparing)
    _check_data(dataset, config)
    store = _store(dataset, config, machine, preparing)
    learner = new_learner(config, dataset, store, machine)
    learner.method.prepare(dataset)
    companions = {name: table.to(machine.device) for name, table in learner.method.companions(dataset).items()}
    clips = stratified_sample(dataset, config.probe_clips, config.seed)
    if resume:
        _restore(run, journal, learner)
    else:
        if journal.status.attempt > 1:
            run.append_metrics({"resumed_from": -1, "attempt": journal.status.attempt})
        run.write_config(
            replace(config, data_fingerprint=dataset.fingerprint, objective=METHODS[config.method].objective).to_json()
        )
        run.write_probe(described(dataset, clips, config.data))
    run.write_columns(clip_values(dataset, clips))
    schema = contents(learner.method, dataset)
    run.write_schema(schema)
    journal.open_events(schema, purge_step=learner.step if resume else None)
    lines = baselines(dataset, clips, learner.method, preparing)
    lines_so_far = with_random_init(lines, _first_measures(run))
    run.write_baselines(lines_so_far)
    journal.readings = Readings.of(run.metrics(), lines_so_far, config.method)
    return Training(run, journal, controls, config, machine, dataset, store, companions, clips, lines, learner)


@dataclass
class Training:
    """A run that is being trained."""

    run: RunWriter
    journal: Journal
    controls: Controls
    config: RunConfig
    machine: Hardware
    dataset: Dataset
    store: ClipStore
    companions: dict[str, Tensor]
    clips: np.ndarray
    """The probe: which clips are measured."""
    lines: dict[str, Any]
    """What the measures are compared with."""
    learner: Learner

    def __post_init__(self) -> None:
        self._pace = Pace(self.machine.device)
        self._weights = parts(self.learner.method)
        kept = self.learner.snapshot_step
        self._before: Mapping[str, np.ndarray] | None = self.run.snapshot(kept) if kept >= 0 else None

    def to_the_end(self) -> State:
        """Step until the end, or until it is asked to stop; returns the state it ended in."""
        t, journal = self.learner, self.journal
        journal.set_status(state=State.TRAINING, message="", progress=t.progress)
        if t.snapshot_step < 0:
            self._keep_snapshot()
        t.method.train()
        clock = snapped = time.perf_counter()
        while t.progress < 1:
            clock += self.controls.answer()
            if self.controls.stop:
                break
            losses, rate = self._step()
            self._pace.keep()
            t.seconds, clock = t.seconds + time.perf_counter() - clock, time.perf_counter()
            t.method.after_step(t.progress)
            t.average()
            journal.add(losses, self.config.batch_size)
            if journal.due or t.step == 1:
                journal.flush(t.step, t.seconds, t.progress, rate)
            if is_due(t.step, t.snapshot_step, time.perf_counter() - snapped):
                journal.flush(t.step, t.seconds, t.progress, rate)
                self._keep_snapshot()
                snapped = time.perf_counter()
        journal.set_status(state=State.STOPPING, message="Keeping the last state")
        journal.flush(t.step, t.seconds, t.progress, scheduled_rate(self.config, t.step, t.progress))
        if t.snapshot_step != t.step:
            self._keep_snapshot()
        ended = State.FINISHED if t.progress >= 1 else State.STOPPED
        journal.status = replace(journal.status, step=t.step, seconds=t.seconds, progress=t.progress)
        journal.close(ended)
        return ended

    def _step(self) -> tuple[dict[str, Tensor], float]:
        """One step of the optimiser: the losses before it, and its learning rate."""
        t = self.learner
        if t.sampler.epoch_begins:
            t.sampler.weigh(t.method.before_epoch(self._embed_all))
        batch = self.store.batch(self.machine.sent(t.sampler.next()), self.companions)
        rate = scheduled_rate(self.config, t.step, t.progress)
        set_rate(t.optimizer, self.config, rate)
        views = t.method.views(batch, t.generator)  # of amounts that eight bits would round
        with self.machine.autocast():
            losses = t.method.loss(views)
        if "clips" in losses:
            t.clip_losses[batch.clips] = losses.pop("clips").float()
        losses["loss"].backward()
        losses |= gradient_norms(self._weights)
        t.optimizer.step()
        t.optimizer.zero_grad()
        t.step += 1
        return losses, rate

    def _keep_snapshot(self) -> None:
        """Measure, keep weights and state, and forget what has become unnecessary."""
        t, run, journal = self.learner, self.run, self.journal
        started = time.perf_counter()
        before = self._before
        taken = snapshot(t.averaged, self.store, self.dataset, self.clips, self.companions, t.clip_losses, before)
        self._before = taken.arrays
        t.snapshot_step = t.step
        run.write_snapshot(t.step, taken.arrays)
        if t.step == 0:  # before the row: whoever reads it finds all lines to compare it with
            journal.readings.lines = with_random_init(self.lines, taken.measures)
            run.write_baselines(journal.readings.lines)
        # The row first: a row that no checkpoint follows is superseded by a resume, one that is missing stays missing.
        journal.write_row(t.step, t.seconds, {f"measure/{k}": v for k, v in taken.measures.items()})
        checkpoint.save(run, t)
        journal.judge(judged(journal.readings, self.config.to_json()))
        for step in steps_to_drop(run.snapshots()):
            run.drop_snapshot(step)
        journal.pause_clock(time.perf_counter() - started)

    def _embed_all(self) -> Tensor:
        """h (n, D) of all clips, for methods that cluster them."""
        every = torch.arange(len(self.store), device=self.store.rows.device)
        return embed_clips(self.learner.method, self.store, every)


def _store(dataset: Dataset, config: RunConfig, machine: Hardware, progress: Any) -> ClipStore:
    if ENCODERS[config.encoder].domain == "waveform":
        return waveform_store(dataset, machine.device)
    return mel_store(
        dataset, build(FrontEnd, as_stored(FrontEnd, config.front_end), "The front end"), machine.device, progress
    )


def _check_data(dataset: Dataset, config: RunConfig) -> None:
    if len(dataset) < config.batch_size:
        raise UserError(
            f"The data has {len(dataset)} clips, but a batch of {config.batch_size} was asked for; "
            f"choose a batch size of at most {len(dataset)}, or add sounds."
        )
    if config.data_fingerprint not in (None, dataset.fingerprint):
        raise UserError(
            f"The sounds of {config.data} have changed since this run was made (fingerprint {dataset.fingerprint[:8]}, "
            f"expected {str(config.data_fingerprint)[:8]}); start a new run on them."
        )


def _check_objective(config: RunConfig) -> None:
    """Half of a training by one objective and half by another would be neither. Raises UserError."""
    kind = METHODS.get(config.method)
    if kind is not None and config.objective != kind.objective:
        raise UserError(
            f"The run was begun with form {config.objective} of the method {config.method}, but this version trains form "
            f"{kind.objective} (CHANGELOG.md says what changed); start a new run."
        )


def _restore(run: RunWriter, journal: Journal, t: Learner) -> None:
    """Load the newest sound checkpoint; whatever was logged after it is superseded."""
    step, warnings = checkpoint.latest(run)
    warnings += checkpoint.restore(run, step, t)
    for later in [s for s in {*run.snapshots(), *run.checkpoints()} if s > step]:
        run.drop_snapshot(later)
    for warning in warnings:
        logging.warning(warning)
    run.append_metrics({"resumed_from": step, "attempt": journal.status.attempt})
    journal.set_status(step=step, seconds=t.seconds, warning=" ".join(warnings))


def _first_measures(run: RunWriter) -> dict[str, Any]:
    """The measures of step 0, by name; none before the first snapshot."""
    first = next((row for row in run.metrics() if row["step"] == 0 and "measure/normalised_std" in row), {})
    return {name.removeprefix("measure/"): value for name, value in first.items()}
