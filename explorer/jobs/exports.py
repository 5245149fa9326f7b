"""Exports that visitors ask for: one at a time, of which the newest few are kept until the server ends."""

import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from explorer.background.tasks import OneAtATime, Sentences, Task
from training.errors import UserError
from training.run import RunFolder

KEPT = 2
"""Zips of different runs; the one made first goes."""
MOST_CLIPS = 10_000
"""Of a run that a visitor may have exported, some 125 MB; the command line takes any."""
SENTENCES = Sentences(
    busy="The run {name} is being exported; try again when that is done.",
    broke_down="The run could not be exported; the log of the page says more.",
)


class Exports:
    """Keeps the newest few zips in a temporary folder, which goes with it."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "explorer.export")) -> None:
        """`command` is what makes one, given the run's folder, its name, its title and where the zip belongs."""
        self._tasks = OneAtATime(command, SENTENCES, self._keep)
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0
        self._begun: dict[str, Path] = {}
        self._made: dict[str, Path] = {}

    def begin(self, name: str, run: RunFolder, title: str, clips: int) -> Task:
        """Have the run exported as it is now. Raises UserError while another one is being exported, or where it is too large."""
        if clips > MOST_CLIPS:
            raise UserError(
                f"This run has {clips:,} clips, more than the {MOST_CLIPS:,} that are exported here; "
                "python -m explorer export takes any."
            )
        return self._tasks.begin(name, lambda: [str(run.path.absolute()), name, title, str(self._place(name))])

    def known(self, name: str) -> Task | None:
        """Where it stands, if it was asked for at all and is still kept."""
        task = self._tasks.known(name)
        with self._lock:
            gone = task is not None and task.done and not task.error and name not in self._made
        return None if gone else task

    def zip(self, name: str) -> Path | None:
        """The file, once it is whole."""
        with self._lock:
            return self._made.get(name)

    def close(self) -> None:
        """Give up what is being made, and remove all."""
        self._tasks.close()
        with self._lock:
            self._made.clear()
            folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()

    def _place(self, name: str) -> Path:
        """Where a new one belongs; what is there of this run goes."""
        with self._lock:
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix="exports-")
            self._count += 1
            self._forget(name)
            self._begun[name] = Path(self._folder.name) / str(self._count) / "hearsight.zip"
            return self._begun[name]

    def _keep(self, name: str, error: str) -> str:
        with self._lock:
            made = self._begun.pop(name)
            if error or not made.is_file():
                return error or SENTENCES.broke_down
            self._made[name] = made
            for earlier in list(self._made)[:-KEPT]:
                self._forget(earlier)
            return ""

    def _forget(self, name: str) -> None:
        if (made := self._made.pop(name, None)) is not None:
            made.unlink(missing_ok=True)
