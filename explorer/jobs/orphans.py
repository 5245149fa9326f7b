"""What the server does with a run's folder in the trainer's place, where there is no trainer."""

import fcntl
import logging
from dataclasses import replace

from training.errors import UserError
from training.run import RunFolder, RunWriter, State, reading

log = logging.getLogger(__name__)


def mark(run: RunFolder, state: State, sentence: str) -> None:
    """Write how a run stands, unless a trainer holds it."""
    try:
        writer = RunWriter(run.path)
    except (UserError, OSError):
        return
    try:
        writer.write_status(replace(run.status(), state=state, message=sentence))
    except OSError:
        log.warning("The status of %s could not be written.", run.name)
    finally:
        writer.close()


def held(run: RunFolder) -> bool:
    """Whether some process holds the run for writing."""
    try:
        with reading.RegularFile(run.lock_path) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def last_line(run: RunFolder) -> str:
    """What a trainer said last, as one sentence; empty where it said nothing."""
    lines = reading.read_end(run.log_path, 4_096).decode("utf-8", "replace").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    return f"{said[-1][:300].rstrip('.')}." if said else ""
