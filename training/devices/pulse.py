"""Whether the other processes of a run still live: each says so every second, and ends where another has fallen silent.

A process that waits on a GPU for one that was killed would wait for ever, and hear no signal meanwhile.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

from training.devices.group import Store

BEAT_SECONDS = 1.0
SILENT_SECONDS = 15.0
"""Who says nothing for so long is lost."""
GRACE_SECONDS = 5.0
"""How long a process that has lost another may take to end in its own words."""
DONE = "done"
"""The last word of a process that has ended as it should."""


class Pulse(threading.Thread):
    """Says that this process lives, and watches others."""

    def __init__(
        self, store: Store, rank: int, watched: Sequence[int], ended: Callable[[], int | None] = lambda: None
    ) -> None:
        """`store`: a connection of its own, since calls of one connection wait for each other; `ended`: a rank whose process
        is known to have ended too early."""
        super().__init__(name="pulse", daemon=True)
        self._store, self._rank, self._watched, self._ended = store, rank, list(watched), ended
        self._over = threading.Event()
        self.lost: int | None = None
        """The rank of a process that is lost."""

    def end(self, last_word: bool = False) -> None:
        """Stop watching; with the last word nobody takes this process's end amiss."""
        self._over.set()
        self.join()
        if last_word:
            with contextlib.suppress(RuntimeError):  # nobody is left who could hear it
                self._store.set(_key(self._rank), DONE)

    def run(self) -> None:
        """Until `end`, or until another one is lost: then this process ends too, after some grace."""
        beats = 0
        heard: dict[int, tuple[bytes, float]] = {}
        while not self._over.wait(BEAT_SECONDS):
            beats += 1
            try:
                self._store.set(_key(self._rank), str(beats))
                ended = self._ended()
                self.lost = self._silent(heard) if ended is None else ended
            except RuntimeError:  # who keeps what is said has gone
                self.lost = 0
            if self.lost is not None:
                break
        if self.lost is not None and not self._over.wait(GRACE_SECONDS):
            logging.error("The process of device %d is lost, so this one, of device %d, ends.", self.lost, self._rank)
            os._exit(1)

    def _silent(self, heard: dict[int, tuple[bytes, float]]) -> int | None:
        now = time.monotonic()
        for rank in self._watched:
            if not self._store.check([_key(rank)]):
                continue  # it has yet to begin
            said = self._store.get(_key(rank))
            if rank not in heard or heard[rank][0] != said:
                heard[rank] = said, now
            elif said != DONE.encode() and now - heard[rank][1] > SILENT_SECONDS:
                return rank
        return None


def _key(rank: int) -> str:
    return f"pulse/{rank}"
