"""What visitors send: how much of it lies here, how often it comes, and for how long it stays.

The page's framework keeps each file that arrives in a folder of its own, and what broke off too; a handler needs it for a
moment only. So files stay for ten minutes, and the bytes that arrived within them are what may lie there.
"""

import contextlib
import os
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from explorer.visitors.limits import LARGEST, MB, Limits, beyond

KEPT_SECONDS = 600.0
SWEEP_SECONDS = 120.0
"""Files are looked through this often, so that none stays longer than both together."""
MINUTE = 60.0

Refusal = tuple[int, str]
"""Status and sentence."""


@dataclass
class Arrival:
    """One upload, which grows while it comes in."""

    visitor: str
    began: float
    bytes: int = 0
    files: int = 0
    ended: float | None = None


class Arrivals:
    """The uploads of the last minutes. All methods may be called from any thread."""

    def __init__(
        self,
        limits: Limits,
        folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        most_files: int = LARGEST,
    ):
        """`folder`: where the framework puts what comes in; what broke off is removed there. `most_files` come in at once:
        the framework holds each open until the last one of its upload is there.
        """
        self._limits = limits
        self._folder = folder
        self._clock = clock
        self._most_files = most_files
        self._lock = threading.Lock()
        self._arrivals: list[Arrival] = []
        self._bytes: Counter[str] = Counter()

    def begin(self, visitor: str, announced: int) -> Arrival | Refusal:
        """An upload of `announced` bytes (0 where it didn't say), or why it isn't taken."""
        with self._lock:
            self._forget()
            refused = self._too_often(visitor) or self._too_much(visitor, announced)
            if refused is not None:
                return refused
            self._arrivals.append(Arrival(visitor, self._clock()))
            return self._arrivals[-1]

    def grow(self, arrival: Arrival, size: int, files: int = 0) -> Refusal | None:
        """Count `size` more bytes in which so many files begin; why they are too many, where they are."""
        with self._lock:
            arrival.files += files
            refused = self._too_much(arrival.visitor, size) or self._too_many_files(arrival)
            arrival.bytes += size
            self._bytes[arrival.visitor] += size
            return refused

    def end(self, arrival: Arrival, *, whole: bool) -> None:
        """An upload that was begun has ended; of one that isn't `whole` nothing stays."""
        with self._lock:
            arrival.ended = self._clock()
            if not whole and self._folder is not None and all(one.ended is not None for one in self._arrivals):
                for left in _plain_files(self._folder):  # what is whole lies in folders below
                    left.unlink(missing_ok=True)

    def _too_often(self, visitor: str) -> Refusal | None:
        since = self._clock() - MINUTE
        recent = [arrival.visitor for arrival in self._arrivals if arrival.began > since]
        if beyond(recent.count(visitor) + 1, self._limits.visitor_uploads):
            most = self._limits.visitor_uploads
            return 429, f"The uploads of a visitor are limited to {most:,} a minute; wait a moment and try again."
        if beyond(len(recent) + 1, self._limits.total_uploads):
            return 503, "More sounds are being sent here than can be taken; wait a moment and try again."
        return None

    def _too_much(self, visitor: str, more: int) -> Refusal | None:
        if beyond(self._bytes[visitor] + more, self._limits.visitor_mb * MB):
            return 429, (
                f"With this you would have sent more than {self._limits.visitor_mb:,} MB within ten minutes, "
                "which is the most; try again later."
            )
        if beyond(self._bytes.total() + more, self._limits.total_mb * MB):
            return 503, "The room for sounds that visitors send is used up for now; try again in ten minutes."
        return None

    def _too_many_files(self, arrival: Arrival) -> Refusal | None:
        coming = sum(one.files for one in self._arrivals if one.ended is None)
        if coming <= self._most_files:
            return None
        if arrival.files > self._most_files:
            return 413, f"More than {self._most_files:,} files can't come at once; send fewer, or one zip."
        return 503, "More files are being sent here than can be taken; wait a moment and try again."

    def _forget(self) -> None:
        """What ended so long ago that its files are gone."""
        since = self._clock() - KEPT_SECONDS - SWEEP_SECONDS
        for old in [one for one in self._arrivals if one.ended is not None and one.ended < since]:
            self._arrivals.remove(old)
            self._bytes[old.visitor] -= old.bytes
        self._bytes = +self._bytes


def remove_old(folder: Path) -> None:
    """Remove all files below `folder` that nobody wrote to for KEPT_SECONDS, and then the folders that are empty."""
    before = time.time() - KEPT_SECONDS
    for below, _, files in os.walk(folder, topdown=False):
        for path in (Path(below, name) for name in files):
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < before:
                    path.unlink()
        with contextlib.suppress(OSError):
            if Path(below) != folder and Path(below).lstat().st_mtime < before:
                Path(below).rmdir()


def _plain_files(folder: Path) -> list[Path]:
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    found.append(path)
    return found
