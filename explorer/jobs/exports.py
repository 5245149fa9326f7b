"""Exports that visitors ask for: one at a time, each made by a process of its own, which ends with the server."""

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.errors import UserError
from training.run import RunFolder

KEPT = 2
"""Zips of different runs; the one made first goes."""
MOST_CLIPS = 10_000
"""Of a run that a visitor may have exported, some 125 MB; the command line takes any."""
PROJECT = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
BROKE_DOWN = "The run could not be exported; the log of the page says more."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Export:
    """Where the export of one run stands."""

    name: str
    fraction: float = 0.0
    text: str = "Preparing the export."
    error: str | None = None
    """One plain sentence where it failed."""
    zip: Path | None = None
    """The file, once it is whole."""

    @property
    def done(self) -> bool:
        """Whether nothing more will change."""
        return self.zip is not None or self.error is not None


class Exports:
    """Keeps the newest few zips in a temporary folder, which goes with it."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "explorer.export")) -> None:
        """`command` is what makes one, given the run's folder, its name, its title and where the zip belongs."""
        self._command = command
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Export] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def begin(self, name: str, run: RunFolder, title: str, clips: int) -> Export:
        """Have the run exported as it is now. Raises UserError while another one is being exported, or where it is too large."""
        if clips > MOST_CLIPS:
            raise UserError(
                f"This run has {clips:,} clips, more than the {MOST_CLIPS:,} that are exported here; "
                "python -m explorer export takes any."
            )
        with self._lock:
            at_work = next((export for export in self._known.values() if not export.done), None)
            if at_work is not None and at_work.name == name:
                return at_work
            if at_work is not None:
                raise UserError(f"The run {at_work.name} is being exported; try again when that is done.")
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix="exports-")
            self._count += 1
            to = Path(self._folder.name) / str(self._count) / "hearsight.zip"
            self._known.pop(name, None)
            self._known[name] = export = Export(name)
            threading.Thread(target=self._work, args=(name, run, title, to), daemon=True).start()
            return export

    def known(self, name: str) -> Export | None:
        """Where it stands, if it was asked for at all and is still kept."""
        with self._lock:
            return self._known.get(name)

    def close(self) -> None:
        """Give up what is being made, and remove all."""
        with self._lock:
            self._known.clear()
            process, folder, self._folder = self._process, self._folder, None
        if process is not None:
            process.kill()
            process.wait()
        if folder is not None:
            folder.cleanup()

    def _work(self, name: str, run: RunFolder, title: str, to: Path) -> None:
        error: str | None = BROKE_DOWN
        try:
            error = self._made(name, run, title, to)
        except OSError:
            log.exception("A run could not be exported.")
        self._change(name, zip=None if error else to, error=error)
        with self._lock:
            finished = [export for export in self._known.values() if export.zip is not None]
            for export in finished[:-KEPT]:
                assert export.zip is not None
                del self._known[export.name]
                export.zip.unlink(missing_ok=True)

    def _made(self, name: str, run: RunFolder, title: str, to: Path) -> str | None:
        """Follows the process that writes the zip; returns why there is none."""
        with subprocess.Popen(
            [*self._command, str(run.path.absolute()), name, title, str(to)],
            cwd=PROJECT,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
            text=True,
        ) as process:
            with self._lock:
                self._process = process
            assert process.stdout is not None
            error: str | None = BROKE_DOWN
            for line in process.stdout:
                said = json.loads(line)
                error = said.get("error", error)
                if "fraction" in said:
                    self._change(name, fraction=said["fraction"], text=said["text"])
            ended = process.wait()
        return None if ended == 0 and to.is_file() else error

    def _change(self, name: str, **changes: object) -> None:
        with self._lock:
            if name in self._known:
                self._known[name] = replace(self._known[name], **changes)  # type: ignore[arg-type]
