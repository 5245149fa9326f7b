"""A trainer that has loaded all it needs and waits for its run, so that pressing start doesn't wait for imports."""

import contextlib
import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

from training.process import PROJECT

log = logging.getLogger(__name__)


class Standby:
    """At most one waiting process. It ends by itself when this server is gone, since its input then closes."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def prepare(self) -> None:
        """Have a trainer wait, unless one does already. Where the machine has no room for one, none waits: a run's own trainer is
        started when its turn comes, and says then what is wrong.
        """
        with self._lock:
            if self._closed or (self._process is not None and self._process.poll() is None):
                return
            self._end()  # the one that died
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "training", "standby"],
                    cwd=PROJECT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    process_group=0,
                )
            except OSError as error:
                log.warning("No trainer could be started ahead of its run: %s", error)

    def hand_over(self, verb: str, folder: Path) -> subprocess.Popen[bytes] | None:
        """Give the waiting trainer its run; None where none waits."""
        with self._lock:
            process = self._process
            if process is None or process.stdin is None:
                return None
            try:
                with process.stdin as line:
                    line.write(json.dumps({"verb": verb, "folder": str(folder)}).encode() + b"\n")
            except OSError:  # it has died
                self._end()
                return None
            self._process = None
            return process

    def close(self) -> None:
        """End the waiting trainer. It has no run yet, so nothing is lost, even where it is still importing."""
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):  # what it never read
                self._process.stdin.close()
        self._process = None
