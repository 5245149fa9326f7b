"""Files that visitors have made of a run: of each kind one at a time, of which the newest few are kept until the server ends."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.background.tasks import OneAtATime, Sentences, Task
from training.errors import UserError
from training.run import RunFolder

KEPT = 2
"""Files of different runs; the one made first goes."""


@dataclass(frozen=True)
class Kind:
    """What can be made of a run."""

    name: str
    """In its address."""
    ending: str
    """Of the file's name."""
    media_type: str
    module: str
    """Makes it as a process, given the run's folder, its name, its title and where the file belongs."""
    sentences: Sentences
    most_clips: int | None = None
    """Of a run of which a visitor may have it made; the command line takes any."""


PAGE = Kind(
    name="export",
    ending=".zip",
    media_type="application/zip",
    module="explorer.export",
    sentences=Sentences(
        busy="The run {name} is being exported; try again when that is done.",
        broke_down="The run could not be exported; the log of the page says more.",
    ),
    most_clips=10_000,  # some 125 MB
)
ENCODER = Kind(
    name="encoder",
    ending=".pt2",
    media_type="application/octet-stream",
    module="explorer.export.encoder",
    sentences=Sentences(
        busy="The encoder of {name} is being written; try again when that is done.",
        broke_down="The encoder could not be written; the log of the page says more.",
    ),
)
ENCODER_ONNX = replace(ENCODER, name="encoder-onnx", ending=".onnx")
KINDS = (PAGE, ENCODER, ENCODER_ONNX)


class Exports:
    """Makes files of one kind, and keeps the newest few in a temporary folder, which goes with it."""

    def __init__(self, kind: Kind, command: Sequence[str] | None = None) -> None:
        """`command`: what makes one instead of the kind's module, for tests."""
        self.kind = kind
        self._tasks = OneAtATime(command or (sys.executable, "-m", kind.module), kind.sentences, self._keep)
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0
        self._begun: dict[str, Path] = {}
        self._made: dict[str, Path] = {}

    def begin(self, name: str, run: RunFolder, title: str, clips: int) -> Task:
        """Have it made of the run as it is now. Raises UserError while it is made of another, or where this one is too large."""
        most = self.kind.most_clips
        if most is not None and clips > most:
            raise UserError(
                f"This run has {clips:,} clips, more than the {most:,} that are exported here; "
                "python -m explorer export takes any."
            )
        return self._tasks.begin(name, lambda: [str(run.path.absolute()), name, title, str(self._place(name))])

    def known(self, name: str) -> Task | None:
        """Where it stands, if it was asked for at all and is still kept."""
        task = self._tasks.known(name)
        with self._lock:
            gone = task is not None and task.done and not task.error and name not in self._made
        return None if gone else task

    def made(self, name: str) -> Path | None:
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
            self._begun[name] = Path(self._folder.name) / str(self._count) / f"hearsight{self.kind.ending}"
            return self._begun[name]

    def _keep(self, name: str, error: str) -> str:
        with self._lock:
            made = self._begun.pop(name)
            if error or not made.is_file():
                _remove(made)
                return error or self.kind.sentences.broke_down
            self._made[name] = made
            for earlier in list(self._made)[:-KEPT]:
                self._forget(earlier)
            return ""

    def _forget(self, name: str) -> None:
        if (made := self._made.pop(name, None)) is not None:
            _remove(made)


def _remove(made: Path) -> None:
    """A file, and what else its process left in the folder that it has for itself."""
    shutil.rmtree(made.parent, ignore_errors=True)
