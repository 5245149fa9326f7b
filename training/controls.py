"""What a trainer is asked while it trains: to pause, go on or stop, by the run's control files or by a signal."""

import math
import signal
import threading
import time
from typing import Any

from training.journal import Journal
from training.run import Control, State

POLL_SECONDS = 0.2
"""How often the trainer looks for what it is asked."""


class Stopped(Exception):
    """Asked to stop while there was nothing to keep yet."""


class Controls:
    """Looks a few times a second for what the runs of this process are asked: what one of them is asked, all do.

    SIGTERM and SIGINT ask for a stop too, until `restore`.
    """

    def __init__(self, *journals: Journal) -> None:
        self._journals = journals
        self.stop = False
        """Whether they were asked to stop."""
        self._polled = -math.inf  # what was asked before it began is heard before the first step
        self._before = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._stop_by_signal)

    def _stop_by_signal(self, number: int, frame: Any) -> None:
        self.stop = True

    def answer(self) -> None:
        """Do what was asked, if it is time to look; a pause ends here too."""
        if self.stop or time.perf_counter() - self._polled >= POLL_SECONDS:
            self._polled = time.perf_counter()
            self._look()

    def check(self) -> None:
        """The same while the run prepares. Raises Stopped, as there is nothing to keep yet."""
        self.answer()
        if self.stop:
            raise Stopped

    def restore(self) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _look(self) -> None:
        at_work = [journal for journal in self._journals if journal.status.active]  # one may fail before the others
        before = [journal.status.state for journal in at_work]
        paused = False
        while True:
            for control in (control for journal in at_work for control in journal.run.controls()):
                if control is Control.STOP:
                    self.stop = True
                paused = control is Control.PAUSE or (paused and control is not Control.RESUME)
            if not paused or self.stop:
                break
            for journal in at_work:
                if journal.status.state is not State.PAUSED:
                    journal.set_status(state=State.PAUSED)
                journal.keep_alive()
            time.sleep(POLL_SECONDS)
        for journal, state in zip(at_work, before, strict=True):
            if journal.status.state is State.PAUSED:
                journal.set_status(state=state)
