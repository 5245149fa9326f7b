"""What a training needs before its first step: its data, its learner as the newest checkpoint left it, its lines to compare with."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor

from training import checkpoint
from training.bands import is_like_healthy
from training.baselines import baselines, with_random_init
from training.building import check_goes_on, method_of
from training.columns import clip_values
from training.config import RunConfig
from training.controls import Controls
from training.data import open_dataset
from training.data.dataset import Dataset, Progress
from training.data.memory_or_disk import clip_store
from training.data.store import ClipStore
from training.data.stream import is_stream
from training.declarations import declared_schema
from training.devices.followers import Followers
from training.devices.rows import ALONE
from training.encoders import ENCODERS
from training.errors import UserError
from training.hardware import Hardware, hardware, keep_freed_memory
from training.journal import Journal
from training.learner import Learner, new_learner
from training.loop import Training
from training.methods import METHODS
from training.methods.method import Method
from training.probe import PROBE_SEED, described, stratified_sample
from training.run import RunWriter
from training.settings import as_stored, build
from training.spectrogram import FrontEnd
from training.units import counted
from training.verdicts import Readings

FEWEST_CLIPS = 8
"""Of the smallest batch that a run may have."""


def prepared(
    run: RunWriter,
    journal: Journal,
    controls: Controls,
    resume: bool,
    newest: int | None = None,
    beside: Training | None = None,
    followers: Followers | None = None,
) -> Training:
    """All that the training of `run` needs: its data, its learner (as the newest checkpoint left it), its lines to compare with.

    `newest`: a checkpoint later than this step is not gone on from. `beside`: a training of the same process, whose sounds
    are shared where they are the same. `followers`: the processes that share its steps. Raises UserError where the data or
    the settings can't be trained, Stopped where it is asked to stop meanwhile.
    """
    config = RunConfig.from_json(run.config())
    method_of(config.method, config.encoder)
    if resume:
        check_goes_on(config)
    machine = _started(config, journal, followers)

    def preparing(fraction: float, message: str) -> None:
        """What opening the data reports now and then."""
        controls.check()
        if followers is not None:
            followers.check()
        journal.status = replace(journal.status, progress=fraction, message=message)
        journal.keep_alive()

    dataset = _sounds(config, beside, preparing)
    config = fitting(config, dataset)
    store = _store(config, dataset, beside, machine, preparing, 1 if followers is None else followers.local_size)
    if followers is not None:
        followers.open(_of_all(config, dataset, store), machine)
    learner = new_learner(config, dataset, store, machine)
    learner.method.prepare(dataset)
    companions = companions_of(learner.method, dataset, machine)
    clips = _probe_clips(run, dataset, config, resume)
    if resume:
        _restore(run, journal, learner, newest)
    else:
        _begin(run, journal, config, dataset, clips)
    _declare(run, journal, learner, dataset, clips, resumed=resume)
    lines = baselines(dataset, clips, learner.method, preparing)
    readings = journal.readings = Readings.of(run.metrics(), lines, config.method, is_like_healthy(config.to_json()))
    readings.lines = with_random_init(lines, readings.at_start)
    run.write_baselines(readings.lines)
    devices = ALONE
    if followers is not None:
        devices = followers.gather(learner, machine, lambda: preparing(1.0, "Waiting for the other devices"))
    return Training(run, journal, controls, config, machine, dataset, store, companions, clips, lines, learner, devices)


def _started(config: RunConfig, journal: Journal, followers: Followers | None) -> Hardware:
    """The device that the run asks for, told in its status; its followers begin to load meanwhile."""
    machine = hardware(config.device)
    if followers is not None:
        followers.start(machine)
    if machine.device.type == "cpu":
        keep_freed_memory()
    name = machine.name if followers is None else f"{followers.size} × {machine.name}"
    journal.set_status(device=name, steps=config.steps, message="Opening the data")
    return machine


def _sounds(config: RunConfig, beside: Training | None, progress: Progress) -> Dataset:
    """All clips of a run; those of the training `beside` it where they are the same."""
    if beside is not None and _same_sounds(config, beside.config):
        return beside.dataset
    return open_dataset(
        config.data, window_seconds=config.window_seconds, progress=progress, fingerprint=config.data_fingerprint
    )


def _probe_clips(run: RunWriter, dataset: Dataset, config: RunConfig, resume: bool) -> np.ndarray:
    """Those (n,) that are measured: the same for every seed, and of a run that goes on those of its snapshots so far."""
    kept = run.probe().get("clips") if resume else None
    if isinstance(kept, list) and kept and all(type(clip) is int and 0 <= clip < len(dataset) for clip in kept):
        return np.array(kept, np.int64)
    return stratified_sample(dataset, config.probe_clips, PROBE_SEED)


def fitting(config: RunConfig, dataset: Dataset, tell: Callable[[str], object] = logging.info) -> RunConfig:
    """The configuration with a batch that these clips fill, checked against them.

    A batch that was left as it is by default becomes smaller, and that is told: who brings few sounds need know nothing of
    batches.
    """
    usual = METHODS[config.method].run_defaults.get("batch_size", RunConfig.batch_size)
    if len(dataset) < config.batch_size == usual and not is_stream(config.data):
        smaller = max(FEWEST_CLIPS, 1 << (len(dataset).bit_length() - 1))
        tell(f"The data has {counted(len(dataset), 'clip')}: a step takes {smaller} of them, not {usual}.")
        config = replace(config, batch_size=smaller)
    _check_data(dataset, config)
    return config


def _store(
    config: RunConfig,
    dataset: Dataset,
    beside: Training | None,
    machine: Hardware,
    progress: Progress,
    processes: int,
) -> ClipStore:
    """All clips of a run as its encoder hears them; shared with the training `beside` it where they are the same."""
    if beside is not None and _same_sounds(config, beside.config):
        return beside.store
    return store_of(dataset, config, machine, progress, processes)


def _declare(
    run: RunWriter, journal: Journal, learner: Learner, dataset: Dataset, clips: np.ndarray, *, resumed: bool
) -> None:
    """Write what the run will say of its clips and of itself."""
    run.write_columns(clip_values(dataset, clips))
    schema = declared_schema(learner.method, dataset, is_stream(learner.config.data))
    run.write_schema(schema)
    journal.open_events(schema, resumed_from=learner.step if resumed else None)


def _same_sounds(a: RunConfig, b: RunConfig) -> bool:
    """Whether two runs are given the same clips, in the same form and on the same device."""

    def heard(config: RunConfig) -> tuple[Any, ...]:
        """All that decides which numbers the encoder is given."""
        front_end = as_stored(FrontEnd, config.front_end)
        return (
            config.data,
            config.window_seconds,
            config.device,
            config.clips_in,
            ENCODERS[config.encoder].domain,
            front_end,
        )

    return heard(a) == heard(b)


def _of_all(config: RunConfig, dataset: Dataset, store: ClipStore) -> dict[str, Any]:
    """The configuration with all that each process would otherwise decide for itself."""
    clips_in = "disk" if store.on_disk else "memory"
    decided = {"data_fingerprint": dataset.fingerprint, "device": store.device.type, "clips_in": clips_in}
    return {**config.to_json(), **decided}


def companions_of(method: Method, dataset: Dataset, machine: Hardware) -> dict[str, Tensor]:
    """What lies beside the sounds, one row a clip, on the device."""
    return {name: table.to(machine.device) for name, table in method.companions(dataset).items()}


def store_of(
    dataset: Dataset, config: RunConfig, machine: Hardware, progress: Progress, processes: int = 1
) -> ClipStore:
    """All clips of a run, as its encoder hears them; each of the `processes` of this machine holds them."""
    samples = ENCODERS[config.encoder].domain == "waveform"
    front_end = None if samples else build(FrontEnd, as_stored(FrontEnd, config.front_end), "The front end")
    return clip_store(dataset, front_end, machine.device, progress, config.clips_in, processes)


def _check_data(dataset: Dataset, config: RunConfig) -> None:
    if len(dataset) < config.batch_size and not is_stream(config.data):  # whose sample may be smaller than a batch
        raise UserError(
            f"The data has {counted(len(dataset), 'clip')}, but a batch of {config.batch_size} was asked for; "
            f"choose a batch size of at most {len(dataset)}, or add sounds."
        )
    if config.data_fingerprint not in (None, dataset.fingerprint):
        raise UserError(
            f"The sounds of {config.data} have changed since this run was made (fingerprint {dataset.fingerprint[:8]}, "
            f"expected {str(config.data_fingerprint)[:8]}); start a new run on them."
        )


def _begin(run: RunWriter, journal: Journal, config: RunConfig, dataset: Dataset, clips: np.ndarray) -> None:
    """Write down what the run is trained on and measured on; whatever an attempt before this one logged is void."""
    if journal.status.attempt > 1:
        run.append_metrics({"resumed_from": -1, "attempt": journal.status.attempt})
    objective = METHODS[config.method].objective
    run.write_config(replace(config, data_fingerprint=dataset.fingerprint, objective=objective).to_json())
    run.write_probe(described(dataset, clips, config.data))


def _restore(run: RunWriter, journal: Journal, learner: Learner, newest: int | None) -> None:
    """Load the newest sound checkpoint; whatever was logged after it is superseded."""
    step, warnings = checkpoint.latest(run, newest)
    warnings += checkpoint.restore(run, step, learner)
    for later in [s for s in {*run.snapshots(), *run.checkpoints()} if s > step]:
        run.drop_snapshot(later)
    for warning in warnings:
        logging.warning(warning)
    run.append_metrics({"resumed_from": step, "attempt": journal.status.attempt})
    journal.resumed_with = " ".join(warnings)
    journal.set_status(step=step, seconds=learner.seconds)
