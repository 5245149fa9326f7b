"""The queue of runs on disk, so that any server of the same folder takes it over where another left it.

<runs>/.queue.json    {"schema": 1, "waiting": [{"name", "verb"}], "current": {"name", "verb", "process", "since"}}
"""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from training import durable
from training.process import ProcessIdentity
from training.run import reading

SCHEMA = 1
MOST_BYTES = 1 << 20
Verb = Literal["run", "resume"]


@dataclass(frozen=True)
class Waiting:
    """A run that waits for its turn."""

    name: str
    verb: Verb


@dataclass(frozen=True)
class Current:
    """The run whose trainer was started last."""

    name: str
    verb: Verb
    process: ProcessIdentity
    since: float
    """When its status had been written last before that: while it stays so, the trainer has not said a word."""


@dataclass(frozen=True)
class Queue:
    """What the file says."""

    waiting: tuple[Waiting, ...] = ()
    current: Current | None = None

    def place(self, name: str) -> int | None:
        """1 for the next to be started; None for a run that does not wait."""
        return next((i + 1 for i, entry in enumerate(self.waiting) if entry.name == name), None)

    def without(self, name: str) -> "Queue":
        """The queue with this run taken out of those that wait."""
        return replace(self, waiting=tuple(entry for entry in self.waiting if entry.name != name))


@dataclass
class OpenQueue:
    """The queue while this process alone may change it; what `now` is at the end is kept."""

    now: Queue = field(default_factory=Queue)


class QueueFile:
    """The file, changed by one process and one thread at a time."""

    def __init__(self, root: Path):
        self._root = root
        self._path = root / ".queue.json"

    def read(self) -> Queue:
        """The queue as it stands; empty where the file cannot be read."""
        value = reading.read_object(self._path, MOST_BYTES)
        return _queue(value) if value.get("schema") == SCHEMA else Queue()

    @contextlib.contextmanager
    def changing(self) -> Iterator[OpenQueue]:
        """Holds the queue, waiting for whoever else does. Raises OSError where the folder can't be written."""
        self._root.mkdir(parents=True, exist_ok=True)
        with reading.RegularFile(self._root / ".queue.lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.read()
            held = OpenQueue(before)
            yield held
            if held.now != before:
                durable.write_json(self._path, {"schema": SCHEMA, **asdict(held.now)})


def _queue(value: dict[str, Any]) -> Queue:
    listed = value.get("waiting")
    waiting = [_waiting(entry) for entry in listed] if isinstance(listed, list) else []
    return Queue(tuple(entry for entry in waiting if entry is not None), _current(value.get("current")))


def _waiting(value: Any) -> Waiting | None:
    if isinstance(value, dict) and isinstance(value.get("name"), str) and value.get("verb") in ("run", "resume"):
        return Waiting(value["name"], value["verb"])
    return None


def _current(value: Any) -> Current | None:
    entry = _waiting(value)
    process = ProcessIdentity.from_json(value["process"]) if entry and "process" in value else None
    if entry is None or process is None or not isinstance(value.get("since"), int | float):
        return None
    return Current(entry.name, entry.verb, process, float(value["since"]))
