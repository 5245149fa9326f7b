"""What a trainer is asked while it trains: to pause, go on or stop, by the run's control files or by a signal."""

import signal
import threading
import time
from typing import Any

from training.journal import Journal
from training.run import Control, RunWriter, State

POLL_SECONDS = 0.2
"""How often the trainer looks for what it is asked."""


class Stopped(Exception):
    """Asked to stop while there was nothing to keep yet."""


class Controls:
    """Looks a few times a second for what the run is asked. SIGTERM and SIGINT ask for a stop too, until `restore`."""

    def __init__(self, run: RunWriter, journal: Journal) -> None:
        self._run, self._journal = run, journal
        self.stop = False
        """Whether the run was asked to stop."""
        self._polled = time.perf_counter()
        self._before = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._before[number] = signal.signal(number, self._stop_by_signal)

    def _stop_by_signal(self, number: int, frame: Any) -> None:
        self.stop = True

    def answer(self) -> float:
        """Do what was asked, if it is time to look; a pause ends here too. Returns the seconds spent waiting."""
        if not self.stop and time.perf_counter() - self._polled < POLL_SECONDS:
            return 0.0
        self._polled = time.perf_counter()
        return self._look()

    def check(self) -> None:
        """The same while the run prepares. Raises Stopped, as there is nothing to keep yet."""
        self.answer()
        if self.stop:
            raise Stopped

    def restore(self) -> None:
        """Give the signals back to whoever had them."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _look(self) -> float:
        started = time.perf_counter()
        paused = False
        state = self._journal.status.state
        while True:
            for control in self._run.controls():
                if control is Control.STOP:
                    self.stop = True
                paused = control is Control.PAUSE or (paused and control is not Control.RESUME)
            if not paused or self.stop:
                break
            if self._journal.status.state is not State.PAUSED:
                self._journal.set_status(state=State.PAUSED)
            self._journal.keep_alive()
            time.sleep(POLL_SECONDS)
        if self._journal.status.state is not State.PAUSED:
            return 0.0
        self._journal.set_status(state=state)
        waited = time.perf_counter() - started
        self._journal.pause_clock(waited)
        return waited
