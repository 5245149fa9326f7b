"""What visitors ask for, one run at a time, in a process of low priority that ends with the server."""

import json
import logging
import os
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from training.errors import UserError
from training.process import ONE_THREAD, PROJECT

REMEMBERED = 20
"""Runs of which is told how it went."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """Where it stands for one run."""

    name: str
    """Of the run."""
    fraction: float = 0.0
    text: str = "Getting ready"
    error: str = ""
    """One plain sentence where it failed."""
    done: bool = False


@dataclass(frozen=True)
class Sentences:
    """What a visitor is told."""

    busy: str
    """While it is made for another run; `{name}` stands for that."""
    broke_down: str
    """Where the process ended without a reason."""


class OneAtATime:
    """Starts the process, and follows what it says: see `explorer.background.telling`. For any thread."""

    def __init__(
        self, command: Sequence[str], sentences: Sentences, ended: Callable[[str, str], str] = lambda name, error: error
    ) -> None:
        """`ended` is called with the run and the error, empty where all is well; what it returns is the error to tell."""
        self._command = command
        self._sentences = sentences
        self._ended = ended
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Task] = OrderedDict()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def begin(self, name: str, arguments: Callable[[], Sequence[str]]) -> Task:
        """Have it made for a run, by the command with these `arguments`, or hear where that stands.

        Raises UserError while it is made for another run, and where the arguments cannot be had."""
        with self._lock:
            at_work = next((task for task in self._known.values() if not task.done), None)
            if at_work is not None and at_work.name == name:
                return at_work
            if at_work is not None:
                raise UserError(self._sentences.busy.format(name=at_work.name))
            try:
                asked = arguments()
            except OSError:
                log.exception("The process for the run %s could not be prepared.", name)
                raise UserError(self._sentences.broke_down) from None
            self._known.pop(name, None)
            self._known[name] = task = Task(name)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            self._thread = threading.Thread(target=self._work, args=(name, asked), daemon=True)
            self._thread.start()
            return task

    def known(self, name: str) -> Task | None:
        """Where it stands, if it was asked for."""
        with self._lock:
            return self._known.get(name)

    def close(self) -> None:
        """Give up what is being made; when this returns, `ended` has been called and nothing is at work any more."""
        with self._lock:
            self._closed = True
            process, thread = self._process, self._thread
        if process is not None:
            process.kill()
        if thread is not None:
            thread.join()

    def _work(self, name: str, arguments: Sequence[str]) -> None:
        error = self._sentences.broke_down
        try:
            error = self._ended(name, self._followed(name, arguments))
        except Exception:  # whatever it is, it must not stand in the way of all that is asked for later
            log.exception("The process for the run %s could not be followed.", name)
        self._change(name, done=True, error=error)

    def _followed(self, name: str, arguments: Sequence[str]) -> str:
        """Follows the process; returns why it failed, nothing where it did not."""
        error = self._sentences.broke_down
        with self._lock:
            if self._closed:
                return error
            self._process = process = subprocess.Popen(
                [*self._command, *arguments],
                cwd=PROJECT,
                env={**os.environ, **ONE_THREAD},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,
                text=True,
            )
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                if (said := _message(line)) is None:
                    continue
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


def _message(line: str) -> dict[str, Any] | None:
    """What a line tells; None for one that a library wrote on its own account."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
