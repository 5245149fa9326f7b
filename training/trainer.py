"""The whole training of a run, from its folder's config.json to its last snapshot."""

import errno
import logging
import math
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training import checkpoint
from training.baselines import baselines, with_random_init
from training.config import RunConfig
from training.controls import Controls, Stopped
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.store import ClipStore, mel_store, waveform_store
from training.embedder import embed_clips
from training.encoders import ENCODERS
from training.errors import UserError
from training.hardware import Hardware, hardware, keep_freed_memory
from training.journal import Journal
from training.learner import Learner, new_learner
from training.measures.collapse import collapse_warning
from training.methods.method import Method
from training.parts.optimizers import scheduled_rate, set_rate
from training.probe import described, drawn_evenly
from training.run import RunWriter, State, Status
from training.settings import build
from training.snapshot import is_due, snapshot, superfluous
from training.spectrogram import FrontEnd


def train(folder: Path | str, resume: bool = False) -> State:
    """Train the run in `folder` to its end, or until it is asked to stop; returns the state it ended in.

    A resume of a run that ended before its first checkpoint begins anew. Whatever goes wrong is in the run's status as
    one sentence, and raised as UserError. Raises UserError at once where another trainer holds the run, where a run
    would be trained over, and where the folder can't be written or was written by a newer version.
    """
    run = RunWriter(folder)
    before = run.status()
    trained = bool(run.checkpoints())
    if trained and not resume:
        run.close()
        raise UserError(f"The run {run.name} has been trained already; resume it, or start a new one.")
    if before.state is State.CRASHED:
        run.controls()  # what was asked of the trainer that died is not meant for this one
    status = Status(State.PREPARING, attempt=before.attempt + 1, message="Starting")
    if trained:  # while a resume prepares, it stands where it stood
        status = replace(status, step=before.step, seconds=before.seconds)
    journal = Journal(run, status)
    controls = Controls(run, journal)
    try:
        _log_to(run.log_path)
        journal.say()
        return _train(run, journal, controls, resume=trained)
    except Stopped:
        _end(journal, State.STOPPED, "It was stopped before its training " + ("went on." if trained else "began."))
        return State.STOPPED
    except UserError as error:
        _end(journal, State.DISK_FULL if _disk_is_full(error.__cause__) else State.FAILED, str(error))
        raise
    except (MemoryError, torch.OutOfMemoryError):
        _end(
            journal,
            State.FAILED,
            "The memory of this machine is used up; a smaller batch or a smaller data set may fit.",
        )
        raise UserError(journal.status.message) from None
    except OSError as error:
        if _disk_is_full(error):
            _end(journal, State.DISK_FULL, "The disk is full; make room and resume the run from its last checkpoint.")
        else:
            _end(journal, State.FAILED, f"The run's folder could not be written: {error.strerror or error}.")
        raise UserError(journal.status.message) from error
    except Exception as error:
        logging.exception("The training failed.")
        _end(journal, State.FAILED, f"The training failed ({type(error).__name__}: {error}); details are in log.txt.")
        raise UserError(journal.status.message) from error
    finally:
        controls.restore()
        run.close()


def _disk_is_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _log_to(path: Path) -> None:
    """Keep the log beside the run, unless what starts this trainer leads its standard error there already."""
    path.touch()
    if not os.path.samestat(os.fstat(2), path.stat()):
        logging.getLogger().addHandler(logging.FileHandler(path))


def _end(journal: Journal, state: State, message: str) -> None:
    """Say how it ended, if the folder can be written at all; otherwise the message is still raised."""
    if state is State.DISK_FULL:
        journal.run.free_reserve()
    try:
        journal.close(state, message)
    except OSError as error:
        logging.error("The run's status could not be written: %s.", error.strerror)
        journal.status = replace(journal.status, state=state, message=message)


def _train(run: RunWriter, journal: Journal, controls: Controls, resume: bool) -> State:
    config = RunConfig.from_json(run.config())
    keep_freed_memory()
    machine = hardware(config.device)
    journal.say(device=machine.name, steps=config.steps, message="Opening the data")

    def preparing(fraction: float, message: str) -> None:
        controls.check()
        journal.status = replace(journal.status, progress=fraction, message=message)
        journal.keep_alive()

    dataset = open_dataset(config.data, window_seconds=config.window_seconds, progress=preparing)
    _check_data(dataset, config)
    store = _store(dataset, config, machine, preparing)
    t = new_learner(config, dataset, store, machine)
    companions = {name: table.to(machine.device) for name, table in t.method.companions(dataset).items()}
    clips = drawn_evenly(dataset, config.probe_clips, config.seed)
    if resume:
        _resume(run, journal, t)
    else:
        if journal.status.attempt > 1:
            run.append_metrics({"resumed_from": -1, "attempt": journal.status.attempt})
        run.write_config(replace(config, data_fingerprint=dataset.fingerprint).to_json())
        run.write_probe(described(dataset, clips, config.data))
    journal.open_events(purge_step=t.step if resume else None)
    lines = baselines(dataset, clips, t.method, preparing)
    run.write_baselines(with_random_init(lines, _first_measures(run)))

    readings = _Readings(run.metrics(), t.method.compares_projections)

    def keep_snapshot() -> None:
        """Measure, keep weights and state, and forget what has become superfluous."""
        started = time.perf_counter()
        taken = snapshot(t.averaged, store, dataset, clips, companions)
        t.snapshot_step = t.step
        run.write_snapshot(t.step, taken.arrays)
        if t.step == 0:  # before the row: whoever reads it finds all lines to compare it with
            run.write_baselines(with_random_init(lines, taken.measures))
        # The row first: a row that no checkpoint follows is superseded by a resume, one that is missing stays missing.
        journal.write_row(t.step, t.seconds, {f"measure/{k}": v for k, v in taken.measures.items()})
        checkpoint.save(run, t)
        journal.status = replace(journal.status, warning=readings.warning(t.step, taken.measures))
        for step in superfluous(run.snapshots()):
            run.drop_snapshot(step)
        journal.pause_clock(time.perf_counter() - started)

    journal.say(state=State.TRAINING, message="", progress=t.progress)
    if not resume or t.snapshot_step < 0:
        keep_snapshot()
    t.method.train()
    clock = snapped = time.perf_counter()
    while t.progress < 1:
        clock += controls.answer()
        if controls.stop:
            break
        if t.sampler.epoch_begins:
            t.sampler.weigh(t.method.before_epoch(lambda: _embed_all(t.method, store)))
        batch = store.batch(t.sampler.next().to(machine.device, non_blocking=True), companions)
        rate = scheduled_rate(config, t.step, t.progress)
        set_rate(t.optimizer, config, rate)
        with machine.autocast():
            views = t.method.views(batch, t.generator)
            losses = t.method.loss(views)
        losses["loss"].backward()
        t.optimizer.step()
        t.optimizer.zero_grad()
        t.step += 1
        t.seconds, clock = t.seconds + time.perf_counter() - clock, time.perf_counter()
        t.method.after_step(t.progress)
        t.average()
        journal.add(losses, config.batch_size)
        if journal.due or t.step == 1:
            journal.flush(t.step, t.seconds, t.progress, rate)
        if is_due(t.step, t.snapshot_step, time.perf_counter() - snapped):
            journal.flush(t.step, t.seconds, t.progress, rate)
            keep_snapshot()
            snapped = time.perf_counter()
    journal.say(state=State.STOPPING, message="Keeping the last state")
    journal.flush(t.step, t.seconds, t.progress, scheduled_rate(config, t.step, t.progress))
    if t.snapshot_step != t.step:
        keep_snapshot()
    ended = State.FINISHED if t.progress >= 1 else State.STOPPED
    journal.status = replace(journal.status, step=t.step, seconds=t.seconds, progress=t.progress)
    journal.close(ended)
    return ended


def _store(dataset: Dataset, config: RunConfig, machine: Hardware, progress: Any) -> ClipStore:
    if ENCODERS[config.encoder].domain == "waveform":
        return waveform_store(dataset, machine.device)
    return mel_store(dataset, build(FrontEnd, config.front_end, "The front end"), machine.device, progress)


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


def _resume(run: RunWriter, journal: Journal, t: Learner) -> None:
    """Load the newest sound checkpoint; whatever was logged after it is superseded."""
    step, warnings = checkpoint.latest(run)
    checkpoint.restore(run, step, t)
    for later in [s for s in {*run.snapshots(), *run.checkpoints()} if s > step]:
        run.drop_snapshot(later)
    for warning in warnings:
        logging.warning(warning)
    run.append_metrics({"resumed_from": step, "attempt": journal.status.attempt})
    journal.say(step=step, seconds=t.seconds, warning=" ".join(warnings))


def _embed_all(method: Method, store: ClipStore) -> Tensor:
    """h (n, D) of all clips, for methods that cluster them."""
    return embed_clips(method, store, torch.arange(len(store), device=store.rows.device))


def _first_measures(run: RunWriter) -> dict[str, Any]:
    """The measures of step 0, by name; none before the first snapshot."""
    first = next((row for row in run.metrics() if row["step"] == 0 and "measure/normalised_std" in row), {})
    return {name.removeprefix("measure/"): value for name, value in first.items()}


class _Readings:
    """The measures of the snapshots so far, as far as collapse is told from them. Step 0 is of random weights."""

    def __init__(self, rows: list[dict[str, Any]], compares_projections: bool) -> None:
        self._compares_projections = compares_projections
        self._stds: list[float] = []
        self._ranks: list[float] = []
        for row in rows:
            if isinstance(row.get("measure/normalised_std"), float):
                self.warning(row["step"], {k.removeprefix("measure/"): v for k, v in row.items()})

    def warning(self, step: int, measures: dict[str, Any]) -> str:
        if step > 0:
            self._stds.append(measures["normalised_std"] if self._compares_projections else math.inf)
            self._ranks.append(measures["effective_rank"])
        return collapse_warning(self._stds, self._ranks)
