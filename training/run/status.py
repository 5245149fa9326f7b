"""Where a run stands, and what may be asked of its trainer."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from training.process import ProcessIdentity
from training.run.verdict import Verdict

SCHEMA = 1
"""Version of every file in the folder. Readers show a newer one read-only and never write to it."""
LARGEST = 1e12
"""No count, time or speed of a run is beyond this."""
LONGEST_TEXT = 2_000


class State(StrEnum):
    """Where a run stands. The first five hold a trainer process or wait for one."""

    WAITING = "waiting"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    CRASHED = "crashed"
    DISK_FULL = "disk_full"
    UNKNOWN = "unknown"
    """As a newer version wrote it."""


ACTIVE = frozenset({State.PREPARING, State.TRAINING, State.PAUSED, State.STOPPING})
"""States in which a trainer process must be alive."""
WENT_WRONG = frozenset({State.FAILED, State.CRASHED, State.DISK_FULL})
"""States of a run that ended as nobody asked for; its message says why."""
RESUMABLE = WENT_WRONG | {State.STOPPED}


class Control(StrEnum):
    """What anyone may ask of a trainer by dropping a file of this name."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class Status:
    """The contents of status.json."""

    state: State = State.WAITING
    schema: int = SCHEMA
    attempt: int = 0
    step: int = 0
    steps: int | None = None
    """Planned steps; None for a run bounded by seconds."""
    seconds: float = 0.0
    """Seconds trained so far, over all attempts, snapshots included, preparing and pauses not."""
    progress: float = 0.0
    """0 to 1, of the training; while preparing, of the preparation."""
    seconds_left: float | None = None
    steps_per_second: float = 0.0
    clips_per_second: float = 0.0
    message: str = ""
    """What is being done just now, what of its data can't be read, what a resume couldn't bring back, or why it failed: in plain
    sentences.
    """
    warning: str = ""
    """What the user should know although training goes on, such as a collapse."""
    warned_by: str = ""
    """Name of the measure from which the warning was read; empty where it was read from none."""
    verdict: dict[str, Any] | None = None
    """The newest judgement, see training.run.verdict.Verdict."""
    device: str = ""
    heartbeat: int = 0
    """Grows while the trainer lives, whatever the clock says."""
    updated: float = 0.0
    """Unix time of the last write."""
    process: dict[str, Any] | None = None
    begun: float | None = None
    """Unix time at which its first trainer began, of what holds still; None before, and in runs of before it was told."""

    @property
    def active(self) -> bool:
        """Whether a trainer is at work on it."""
        return self.state in ACTIVE


def parsed_status(found: Mapping[str, Any]) -> Status | None:
    """status.json as a Status, or None where its values have other types than they must, or are out of all bounds.

    Texts are cut; a process that is named otherwise than one must be is none; what is null is as if it weren't there.
    """
    known = {f.name: f for f in fields(Status)}
    try:
        values = {name: value for name, value in found.items() if name in known and value is not None}
        status = Status(**{**values, "state": State(values["state"])})
    except (KeyError, TypeError, ValueError):
        return None
    counts = [status.schema, status.attempt, status.step, status.heartbeat]
    counts += [] if status.steps is None else [status.steps]
    numbers = [status.updated, status.seconds, status.progress, status.steps_per_second, status.clips_per_second]
    numbers += [value for value in (status.seconds_left, status.begun) if value is not None]
    texts = (status.message, status.warning, status.warned_by, status.device)
    good = (
        all(type(n) is int and abs(n) <= LARGEST for n in counts)
        and all(type(n) in (int, float) and abs(n) <= LARGEST for n in numbers)  # false for NaN
        and all(type(t) is str for t in texts)
    )
    if not good:
        return None
    message, warning, warned_by, device = (text[:LONGEST_TEXT] for text in texts)
    identity = ProcessIdentity.from_json(status.process)
    process = None if identity is None else identity.to_json()
    judged = Verdict.from_json(status.verdict)
    verdict = None if judged is None else judged.to_json()
    return replace(
        status, verdict=verdict, message=message, warning=warning, warned_by=warned_by, device=device, process=process
    )
