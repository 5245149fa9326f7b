"""Where a run stands by its own files: what its trainer said last, as long as that trainer lives."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.process import ProcessIdentity
from training.run import reading
from training.run.status import SCHEMA, State, Status, parsed_status

SILENT_SECONDS = 10.0
"""A trainer on another machine whose heartbeat is older than this counts as crashed."""
AHEAD_SECONDS = 2 * 86_400.0
"""So far the clock of another machine may be ahead; a heartbeat from later is no heartbeat."""
MOST_STATUS_BYTES = 1 << 20


def stated(path: Path, lock: Path, config: Mapping[str, Any]) -> Status:
    """How the run in the folder `path` stands; `crashed` where it claims to be active and its trainer is gone.

    `lock` holds its trainer's last words, where it could write them nowhere else; `config` is empty where it cannot be read.
    """
    found = reading.read_object(path / "status.json", MOST_STATUS_BYTES)
    status = parsed_status(found)
    if status is None and is_newer(config, found):
        return Status(State.UNKNOWN, message="This run was written by a newer version of Hearsight.")
    if status is None and config and not os.path.lexists(path / "status.json"):
        return Status(State.CRASHED, message="The trainer ended before it said a word; the run can be started anew.")
    if status is None:
        return Status(State.FAILED, message="The file status.json of this run cannot be read.")
    if not status.active or _trainer_lives(status):
        return status
    last = parsed_status(reading.read_object(lock, MOST_STATUS_BYTES))
    if last is not None and last.attempt == status.attempt and not last.active:
        return last  # what it could not write where it belongs
    words = "The trainer ended without a word; the run can be resumed."
    words = "The process that trained it ended without a word." if config.get("watched") is True else words
    return replace(status, state=State.CRASHED, message=words)


def is_newer(*files: Mapping[str, Any]) -> bool:
    """Whether a newer version wrote any of these files."""
    schemas = (values.get("schema", SCHEMA) for values in files)
    return any(isinstance(schema, int) and schema > SCHEMA for schema in schemas)


def _trainer_lives(status: Status) -> bool:
    identity = ProcessIdentity.from_json(status.process)
    if identity is None:
        return False
    if identity.here():
        return identity.alive()
    return -AHEAD_SECONDS < time.time() - status.updated < SILENT_SECONDS
