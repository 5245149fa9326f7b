"""The trainer of a run: whatever happens while it trains becomes the run's state and one plain sentence."""

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from training.controls import Controls, Stopped
from training.errors import UserError
from training.hardware import failure
from training.journal import Journal
from training.loop import prepared
from training.run import RunWriter, State, Status, reading


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
    log = ExitStack()
    try:
        log.enter_context(_logging_to(run.log_path))
        journal.set_status()
        return prepared(run, journal, controls, resume=trained).to_the_end()
    except Stopped:
        _end(journal, State.STOPPED, "It was stopped before its training " + ("went on." if trained else "began."))
        return State.STOPPED
    except UserError as error:
        _end(journal, State.DISK_FULL if _disk_is_full(error.__cause__) else State.FAILED, str(error))
        raise
    except OSError as error:
        if _disk_is_full(error):
            _end(journal, State.DISK_FULL, "The disk is full; make room and resume the run from its last checkpoint.")
        else:
            _end(journal, State.FAILED, f"The run's folder could not be written: {error.strerror or error}.")
        raise UserError(journal.status.message) from error
    except Exception as error:
        logging.exception("The training failed.")
        said = failure(error) or f"The training failed ({type(error).__name__}: {error}); details are in log.txt."
        _end(journal, State.FAILED, said)
        raise UserError(journal.status.message) from error
    finally:
        controls.restore()
        log.close()
        run.close()


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


def _end(journal: Journal, state: State, message: str) -> None:
    """Say how it ended, if the folder can be written at all; otherwise the message is still raised."""
    if state is State.DISK_FULL:
        journal.run.free_reserve()
    try:
        journal.close(state, message)
    except OSError as error:
        logging.error("The run's status could not be written: %s.", error.strerror)
        journal.status = replace(journal.status, state=state, message=message)
        journal.run.leave_word(journal.status)
