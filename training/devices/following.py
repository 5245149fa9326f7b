"""What every process of a run does but the first: the same steps, and nothing else.

It writes nothing and hears no signal: the first process tells it when to step and when to end.
"""

import io
import json
import logging
import signal
from dataclasses import replace

import torch
import torch.distributed as distributed

from training import checkpoint
from training.config import RunConfig
from training.data import open_dataset
from training.devices.group import (
    FAILED,
    READY,
    TASK,
    WAIT,
    Store,
    check_draws,
    own_threads,
    process_group,
    shared_store,
)
from training.devices.place import Place, place
from training.devices.pulse import Pulse
from training.devices.sharing import share
from training.errors import UserError
from training.hardware import failure, hardware, keep_freed_memory
from training.learner import new_learner
from training.preparing import companions_of, store_of
from training.step import Stepper


def follow() -> None:
    """Take part in the run of the first process until that one ends it.

    Raises UserError for what went wrong here, after telling the first process.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # of a terminal or of torchrun, which the first process obeys for all
    here = place()
    store = shared_store()
    pulse = Pulse(store.clone(), here.rank, [0])
    pulse.start()
    try:
        _follow(here, store)
    except UserError as error:
        store.set(FAILED.format(here.rank), str(error))
        raise
    except Exception as error:
        said = failure(error)
        if said is None and isinstance(error, RuntimeError):  # as of a process that is gone, which says it itself
            logging.info("This process, of device %d, could not go on.", here.rank, exc_info=True)
            raise UserError(f"Another process of the run ended, so that of device {here.rank} does.") from error
        said = said or f"{type(error).__name__}: {error}"
        store.set(FAILED.format(here.rank), said)
        raise UserError(said) from error
    pulse.end(last_word=True)


def _follow(here: Place, store: Store) -> None:
    store.wait([TASK], WAIT)
    task = json.loads(store.get(TASK))
    if task is None:
        return  # it was stopped, or failed, before there was anything to do
    config = RunConfig.from_json(task["config"])
    torch.set_num_threads(own_threads(here))
    machine = replace(hardware(config.device, here.local_rank), **task["precision"])
    if machine.device.type == "cpu":
        keep_freed_memory()
    dataset = open_dataset(config.data, window_seconds=config.window_seconds, fingerprint=config.data_fingerprint)
    if dataset.fingerprint != config.data_fingerprint:
        raise UserError(f"The sounds of {config.data} are others here than where the run was started.")
    clips = store_of(dataset, config, machine, lambda fraction, message: None)
    learner = new_learner(config, dataset, clips, machine)
    learner.averaged = learner.method  # it is the first process that averages
    learner.method.prepare(dataset)
    companions = companions_of(learner.method, dataset, machine)
    store.set(READY.format(here.rank), "")
    ranks = process_group(store, here, machine)
    check_draws(ranks, machine)
    state = torch.load(io.BytesIO(ranks.broadcast(None)), map_location="cpu", weights_only=True)
    checkpoint.take_over(learner, state, config.method, "The state of the first process")
    share(learner.method, ranks)
    learner.method.train()
    stepper = Stepper(learner, clips, companions, machine, ranks)
    while (seconds := ranks.next_step()) is not None:
        learner.seconds = seconds
        batch = stepper.drawn()
        assert batch is not None, "it waits as long as it takes"
        stepper.step(batch)
    if learner.stream is not None:
        learner.stream.close()
    distributed.destroy_process_group()
