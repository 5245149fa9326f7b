"""The trainers' processes: started, counted, and made to end where they don't obey.

A trainer is tied to its run's folder alone. It has a process group of its own, so that Ctrl-C in the server's terminal
doesn't reach it, and the server's session, within which the projector can make way for it. Only a stop that isn't obeyed
becomes a signal, and only to the very process that holds the run.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from explorer.jobs.orphans import held
from explorer.jobs.queue_file import Current, Verb, Waiting
from explorer.jobs.standby import Standby
from explorer.jobs.twins import mark_both
from training.process import PROJECT, ProcessIdentity, boot_id, process_start
from training.run import RunFolder, State
from training.run.reading import RegularFile

KILL_SECONDS = 10.0
"""A trainer that was terminated and still works after so long is killed."""

Command = Callable[[Verb, Path], list[str]]


def trainer_command(verb: Verb, folder: Path) -> list[str]:
    """The trainer that a user would start by hand."""
    return [sys.executable, "-m", "training", verb, str(folder)]


class Trainers:
    """Those of one folder of runs. Not for several threads at once: the launcher has the lock."""

    def __init__(self, root: Path, command: Command, standby: Standby | None):
        """`command`: what trains a run where `standby` has no trainer ready."""
        self._root = root
        self.command = command
        self._standby = standby
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        """Name of the run → a trainer that was started here and hasn't been seen to end."""
        self.deadlines: dict[str, float] = {}
        """When a run that was asked to stop is made to."""
        self.killed: set[str] = set()
        """Runs whose trainer was seen to end by a signal."""

    def start(self, entry: Waiting) -> Current | None:
        """Start the trainer of a run that waits; None where the run is gone or can't be trained, which it then says."""
        run = RunFolder(self._root / entry.name)
        if not run.exists():
            return None
        since = run.status().updated
        try:
            with RegularFile(run.log_path, "ab") as output:
                ready = self._standby.hand_over(entry.verb, run.path) if self._standby else None
                process = ready or subprocess.Popen(
                    self.command(entry.verb, run.path),
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    process_group=0,
                )
        except OSError as error:
            mark_both(run, State.FAILED, f"The trainer could not be started: {error.strerror}.")
            return None
        self.children[entry.name] = process
        self.killed.discard(entry.name)
        identity = ProcessIdentity(process.pid, process_start(process.pid) or "", boot_id())
        return Current(entry.name, entry.verb, identity, since)

    def must_end(self, name: str, seconds: float) -> None:
        """Give a trainer that was asked to stop so long to obey."""
        self.deadlines.setdefault(name, time.monotonic() + seconds)

    def look(self, current: Current | None) -> None:
        """Take note of those that have ended, and make those end whose time is over. `current` has the device."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                del self.children[name]
                if child.returncode < 0:
                    self.killed.add(name)
        for name, deadline in list(self.deadlines.items()):
            trainer = self._trainer(RunFolder(self._root / name), current)
            if trainer is None or not trainer.alive():
                del self.deadlines[name]
            elif time.monotonic() > deadline + KILL_SECONDS:
                trainer.kill()
            elif time.monotonic() > deadline:
                trainer.terminate()

    def _trainer(self, run: RunFolder, current: Current | None) -> ProcessIdentity | None:
        """The process that trains a run: the one started here, or the one that its status names if it holds the run."""
        if current is not None and current.name == run.name and current.process.alive():
            return current.process
        named = ProcessIdentity.from_json(run.status().process)
        return named if named is not None and held(run) else None
