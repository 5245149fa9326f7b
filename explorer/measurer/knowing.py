"""What runs know, computed because a visitor asked: one run at a time, in a process of low priority that ends with the server."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.errors import UserError
from training.run import RunFolder

PROJECT = Path(__file__).resolve().parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
BROKE_DOWN = "It could not be computed; the log of the page says more."
REMEMBERED = 20
"""Runs of which is told how it went."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """Where the computation for one run stands."""

    name: str
    fraction: float = 0.0
    text: str = "Getting ready"
    error: str = ""
    """One plain sentence where it failed."""
    done: bool = False


class Knowing:
    """Starts the process, and follows what it says."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "explorer.measurer", "know")) -> None:
        """`command` is what computes and keeps it, given the run's folder."""
        self._command = command
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Asked] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        self._closed = False

    def begin(self, name: str, run: RunFolder) -> Asked:
        """Have it computed from what the run keeps now. Raises UserError while it is computed for another run."""
        with self._lock:
            at_work = next((asked for asked in self._known.values() if not asked.done), None)
            if at_work is not None and at_work.name == name:
                return at_work
            if at_work is not None:
                raise UserError(f"This is being computed for the run {at_work.name}; try again when that is done.")
            self._known.pop(name, None)
            self._known[name] = asked = Asked(name)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            threading.Thread(target=self._work, args=(name, run), daemon=True).start()
            return asked

    def asked(self, name: str) -> Asked | None:
        """Where it stands, if it was asked for."""
        with self._lock:
            return self._known.get(name)

    def close(self) -> None:
        """Give up what is being computed; what is kept already stays."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None:
            process.kill()
            process.wait()

    def _work(self, name: str, run: RunFolder) -> None:
        error = BROKE_DOWN
        try:
            error = self._followed(name, run)
        except OSError:
            log.exception("What a run knows could not be computed.")
        self._change(name, done=True, error=error)

    def _followed(self, name: str, run: RunFolder) -> str:
        """Follows the process; returns why it failed, nothing where it did not."""
        with self._lock:
            if self._closed:
                return BROKE_DOWN
            self._process = process = subprocess.Popen(
                [*self._command, str(run.path.absolute())],
                cwd=PROJECT,
                env={**os.environ, **ONE_THREAD},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,
                text=True,
            )
        error = BROKE_DOWN
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                said = json.loads(line)
                error = said.get("error", error)
                if "fraction" in said:
                    self._change(name, fraction=float(said["fraction"]), text=str(said["text"]))
            ended = process.wait()
        with self._lock:
            self._process = None
        return "" if ended == 0 else error

    def _change(self, name: str, **changes: object) -> None:
        with self._lock:
            if name in self._known:
                self._known[name] = replace(self._known[name], **changes)  # type: ignore[arg-type]
