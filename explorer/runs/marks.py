"""Names and stars that visitors gave to runs: in a file of the page's own, so that folders and links stay.

$XDG_DATA_HOME/hearsight/runs.json    {"schema": 1, "runs": {identity: {"name": text, "starred": true}}}
"""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.runs.cached import config_of
from explorer.runs.snapshots import file_stamp
from training import durable
from training.data.names import readable_name
from training.errors import UserError
from training.own_files import data_root
from training.run import RunFolder, reading

SCHEMA = 1
MOST_BYTES = 1 << 20
MOST_MARKS = 2_000
"""Of more, those given first are forgotten: a run may be gone, or on a disk that isn't here today."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class Mark:
    """What visitors wrote on one run."""

    name: str = ""
    starred: bool = False


class Marks:
    """The file; all methods may be called from any thread, and several servers may share it."""

    def __init__(self) -> None:
        self._folder = data_root()
        self._path = self._folder / "runs.json"

    def of(self, run: RunFolder) -> Mark:
        """What is written on a run; nothing where the file cannot be read."""
        return _read(self._path, file_stamp(self._path)).get(identity(run), Mark())

    def star(self, run: RunFolder, starred: bool) -> None:
        """Put a star on a run, or take it off. Raises UserError."""
        with self._changing() as marks:
            _put(marks, identity(run), replace(marks.get(identity(run), Mark()), starred=starred))

    def rename(self, run: RunFolder, name: str) -> None:
        """Call a run otherwise; by "" what it is called by itself. Raises UserError."""
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME:
            raise UserError(f"The name has {len(name)} characters; at most {LONGEST_NAME} were expected.")
        if readable_name(name) != name:
            raise UserError("The name has characters that cannot be seen; letters, digits and signs were expected.")
        with self._changing() as marks:
            _put(marks, identity(run), replace(marks.get(identity(run), Mark()), name=name))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Mark]]:
        """The marks while no other thread or server may change them; what they are at the end is kept."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with reading.RegularFile(self._folder / ".runs.lock", "ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                before = _read(self._path, file_stamp(self._path))
                if file_stamp(self._path) is not None and not _understood(self._path):
                    raise UserError(f"The file {self._path} is damaged or of a newer version, so it is left as it is.")
                marks = dict(before)
                yield marks
                kept = dict(list(marks.items())[-MOST_MARKS:])
                if kept != before:
                    listed = {key: vars(mark) for key, mark in kept.items()}
                    durable.write_json(self._path, {"schema": SCHEMA, "runs": listed})
        except OSError as error:
            raise UserError(f"Names and stars cannot be kept in {self._folder}: {error.strerror}.") from None


def identity(run: RunFolder) -> str:
    """What tells a run from all others wherever its folder lies: the folder's name and when it was begun."""
    return f"{run.path.name}@{config_of(run).get('created', '')}"[:300]


def _put(marks: dict[str, Mark], key: str, mark: Mark) -> None:
    """The newest last."""
    marks.pop(key, None)
    if mark != Mark():
        marks[key] = mark


def _understood(path: Path) -> bool:
    return reading.read_object(path, MOST_BYTES).get("schema") == SCHEMA


@lru_cache(maxsize=4)
def _read(path: Path, stamp: Any) -> dict[str, Mark]:
    value = reading.read_object(path, MOST_BYTES)
    listed = value.get("runs") if value.get("schema") == SCHEMA else None
    return {key: _mark(one) for key, one in listed.items() if isinstance(one, dict)} if isinstance(listed, dict) else {}


def _mark(value: dict[str, Any]) -> Mark:
    name = value.get("name")
    return Mark(readable_name(name)[:LONGEST_NAME] if isinstance(name, str) else "", value.get("starred") is True)
