"""The trainer of a run: whatever happens while it trains becomes the run's state and one plain sentence."""

import errno
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from training.checkpoint import latest_of_all
from training.config import RunConfig
from training.controls import Controls, Stopped
from training.devices.followers import Followers
from training.devices.place import Place, place
from training.errors import UserError
from training.hardware import failure, gpus
from training.journal import Journal
from training.loop import Training, train_in_turn
from training.preparing import prepared
from training.run import RunFolder, RunWriter, State, Status, reading
from training.run.twins import Role, check_alone, trained_with, twin_of


def train(folder: Path | str, resume: bool = False, devices: int | None = None) -> State:
    """Train the run in `folder` to its end, or until it is asked to stop; returns the state it ended in. Its twin, if it has
    one that isn't trained yet, is trained with it: see training.run.twins.

    A resume of a run that ended before its first checkpoint begins anew. Whatever goes wrong is in the run's status as
    one sentence, and raised as UserError. `devices`: how many share its steps, where it isn't as many as its configuration
    says; torchrun has the last word. Raises UserError at once where another trainer holds the run, where a run
    would be trained over, and where the folder can't be written or was written by a newer version.
    """
    with ExitStack() as held:
        run = held.enter_context(closing(RunWriter(folder)))
        if run.checkpoints() and not resume:
            raise UserError(f"The run {run.name} has been trained already; resume it, or start a new one.")
        twin = trained_with(run)
        runs = [run] if twin is None else [run, held.enter_context(closing(RunWriter(twin.path)))]
        runs.sort(key=_is_broken)
        journals = _train(runs, devices)
        return journals[runs.index(run)].status.state


def _is_broken(run: RunFolder) -> bool:
    twin = twin_of(run)
    return twin is not None and twin.role is Role.BROKEN


def _train(runs: list[RunWriter], devices: int | None) -> list[Journal]:
    """Train them in turn, the first one's clock being that of all."""
    trained = all(run.checkpoints() for run in runs)
    journals = [_journal(run, trained) for run in runs]
    controls = Controls(*journals)
    log = ExitStack()
    trainings: list[Training] = []
    followers: Followers | None = None
    try:
        for run, journal in zip(runs, journals, strict=True):
            log.enter_context(_logging_to(run.log_path))
            journal.set_status()
        here = _place(runs, devices, trained)
        followers = log.enter_context(Followers(here)) if here.size > 1 else None
        newest = latest_of_all(runs) if trained and len(runs) > 1 else None
        for run, journal in zip(runs, journals, strict=True):
            for step in [] if trained else run.snapshots():
                run.drop_snapshot(step)  # of a first step that only one of the two had come to
            beside = trainings[0] if trainings else None
            trainings.append(prepared(run, journal, controls, trained, newest, beside, followers))
        train_in_turn(trainings, controls)
        if followers is not None:
            followers.release()
    except Stopped:
        message = "It was stopped before its training " + ("went on." if trained else "began.")
        _end(journals, State.STOPPED, message)
    except UserError as error:
        _end(journals, State.DISK_FULL if _disk_is_full(error.__cause__) else State.FAILED, error.in_words)
        raise
    except OSError as error:
        if _disk_is_full(error):
            message = "The disk is full; make room and resume the run from its last checkpoint."
            _end(journals, State.DISK_FULL, message)
        else:
            message = f"The run's folder could not be written: {error.strerror or error}."
            _end(journals, State.FAILED, message)
        raise UserError(message) from error
    except Exception as error:
        logging.exception("The training failed.")
        elsewhere = followers.blame(error) if followers is not None else None
        unknown = f"The training failed ({type(error).__name__}: {error}); details are in log.txt."
        message = elsewhere or failure(error) or unknown
        _end(journals, State.FAILED, message)
        raise UserError(message) from error
    finally:
        for training in trainings:
            training.close()
        controls.restore()
        log.close()
    return journals


def _place(runs: list[RunWriter], devices: int | None, trained: bool) -> Place:
    """This process's among those that share the run's steps. Raises UserError for twins on several devices."""
    here = place()
    if here.size == 1:
        size = devices or RunConfig.from_json(runs[0].config()).devices
        if devices is None and trained and gpus():  # it goes on on what there is
            size = min(size, gpus())
        here = Place(size=size, local_size=size)
    if len(runs) > 1:
        check_alone(here.size)
    return here


def _journal(run: RunWriter, trained: bool) -> Journal:
    """Of a run that begins, or that goes on where it was `trained`."""
    before = run.status()
    if before.state is State.CRASHED:
        run.controls()  # what was asked of the trainer that died is not meant for this one
    begun = before.begun if trained else time.time()
    status = Status(State.PREPARING, attempt=before.attempt + 1, message="Starting", begun=begun)
    if trained:  # while a resume prepares, it stands where it stood
        told = {name: getattr(before, name) for name in ("step", "seconds", "verdict", "warning", "warned_by")}
        status = replace(status, **told)
    return Journal(run, status)


def _disk_is_full(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Keep the log beside the run, unless what starts this trainer leads its standard error there already.

    Until the training has ended: in a process that trains several runs, none of them writes to the log of another.
    """
    os.close(reading.regular(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    if os.path.samestat(os.fstat(2), path.stat()):
        yield
        return
    handler = logging.FileHandler(path)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _end(journals: Sequence[Journal], state: State, message: str) -> None:
    """Say how those ended that have not ended yet, if their folders can be written at all."""
    for journal in journals:
        if not journal.status.active:
            continue
        if state is State.DISK_FULL:
            journal.run.free_reserve()
        try:
            journal.close(state, message)
        except OSError as error:
            logging.error("The run's status could not be written: %s.", error.strerror)
            journal.status = replace(journal.status, state=state, message=message)
            journal.run.leave_word(journal.status)
