"""Whose turn it is: one run is trained at a time, the next one starts when it has ended, and what came of it is told."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from explorer.jobs.orphans import last_line
from explorer.jobs.queue_file import OpenQueue, Queue, QueueFile
from explorer.jobs.quotas import Quotas
from explorer.jobs.standby import Standby
from explorer.jobs.trainers import Trainers
from explorer.jobs.twins import mark_both
from training.errors import UserError
from training.run import ACTIVE, Control, RunFolder, State


class Turns:
    """Of the runs in one folder. All methods may be called from any thread."""

    def __init__(self, root: Path, quotas: Quotas, trainers: Trainers, standby: Standby | None, stop_seconds: float):
        """`stop_seconds`: see Launcher."""
        self._root = root
        self._quotas = quotas
        self._trainers = trainers
        self._standby = standby
        self._stop_seconds = stop_seconds
        self._file = QueueFile(root)
        self._lock = threading.RLock()

    def queue(self) -> Queue:
        """As it stands."""
        return self._file.read()

    @contextlib.contextmanager
    def changing(self) -> Iterator[OpenQueue]:
        """Holds the queue while it is changed. Raises UserError where the folder can't be written."""
        with self._lock:
            try:
                with self._file.changing() as queue:
                    yield queue
            except OSError as error:
                raise UserError(f"The folder of the runs, {self._root}, cannot be written: {error.strerror}.") from None

    def look(self) -> None:
        """One look at everything: who has ended, who must be made to end, who is next."""
        with self._lock:
            queue = self.queue()
            self._trainers.look(queue.current)
            if queue.waiting or queue.current is not None:
                self._go_on()

    def must_end(self, name: str) -> None:
        """Make a trainer end that was asked to stop, if it doesn't in time."""
        with self._lock:
            self._trainers.must_end(name, self._stop_seconds)

    def beginning(self, queue: Queue, run: RunFolder) -> bool:
        """Whether its trainer was started and has not said a word yet."""
        current = queue.current
        named = current is not None and current.name == run.name and current.process.alive()
        return current is not None and named and run.status().updated == current.since

    def busy(self, queue: Queue) -> str | None:
        """The run that has the device now, whoever started it."""
        if queue.current is not None and queue.current.process.alive():
            return queue.current.name
        try:
            runs = [RunFolder(path) for path in self._root.iterdir() if not path.name.startswith(".")]
        except OSError:
            return None
        return next((run.name for run in runs if run.status().state in ACTIVE and not run.watched), None)

    def _go_on(self) -> None:
        with self.changing() as queue:
            queue.now = self._settled(queue.now)
            while queue.now.current is None and queue.now.waiting and self.busy(queue.now) is None:
                first = queue.now.waiting[0]
                refused = self._quotas.disk_refusal()
                current = self._trainers.start(first) if refused is None else None
                queue.now = replace(queue.now.without(first.name), current=current)
                if refused is not None:
                    mark_both(RunFolder(self._root / first.name), State.STOPPED, f"It was not started: {refused}")

    def _settled(self, queue: Queue) -> Queue:
        """The queue without a current run whose trainer has ended; if it left no word, the run says so."""
        current = queue.current
        if current is None:
            return queue
        run = RunFolder(self._root / current.name)
        if current.process.alive():
            if self._quotas.overdrawn(run) is not None:
                run.ask(Control.STOP)
                self._trainers.must_end(run.name, self._stop_seconds)
            return queue
        self._trainers.look(current)  # it may have ended since the look before, and how it ended counts
        status = run.status()
        reason = self._quotas.take_reason(run.name)
        if reason is not None and status.state is State.STOPPED:
            mark_both(run, State.STOPPED, reason)
        if run.exists() and status.updated == current.since and not status.active:
            said = "" if current.name in self._trainers.killed else last_line(run)
            if said:
                mark_both(run, State.FAILED, f"The trainer ended at once: {said}")
            else:
                mark_both(run, State.CRASHED, "The trainer ended before it said a word; the run can be started anew.")
        if self._standby is not None:
            self._standby.prepare()
        return replace(queue, current=None)
