"""The server's hand on a process that works for the runs that somebody looks at; `wanted` is that process's side."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from training.process import ONE_THREAD, PROJECT, current_process

LOOKED_SECONDS = 7.0
"""A run that nobody asked about for so long is no longer wanted; a page that shows its map asks every one to four seconds."""
REPEAT_SECONDS = 2.0
"""The process is told again after so long: what it hasn't heard of for LOOKED_SECONDS it works no more for."""
RESTART_SECONDS = 15.0


class Worker:
    """One process for all pages. It ends with the server, however that ends."""

    def __init__(self, module: str) -> None:
        """`module`: what the process runs, with the command `serve`."""
        self._module = module
        self._lock = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._started = -RESTART_SECONDS
        self._looked: dict[str, float] = {}
        self._told: list[str] | None = None
        self._told_at = 0.0

    def start(self) -> None:
        """Start it early, since it takes a while to get ready."""
        with self._lock:
            self._ensure_running()

    def want(self, run: Path, how: str = "") -> None:
        """Somebody looks at this run now. Costs nothing when repeated. `how` is told behind its folder."""
        now = time.monotonic()
        with self._lock:
            self._looked[f"{run.absolute()}{how}"] = now
            self._looked = {asked: when for asked, when in self._looked.items() if now - when < LOOKED_SECONDS}
            self._ensure_running()
            wanted = sorted(self._looked, key=lambda asked: (-self._looked[asked], asked))
            if self._told is None or sorted(wanted) != sorted(self._told) or now - self._told_at > REPEAT_SECONDS:
                self._tell(wanted)

    def close(self) -> None:
        """Let the process end; no other one is started later, for nobody would end it."""
        with self._lock:
            self._closed = True
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
                try:
                    self._process.wait(2)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
                self._process = None

    def _ensure_running(self) -> None:
        if self._closed or (self._process is not None and self._process.poll() is None):
            return
        if time.monotonic() - self._started < RESTART_SECONDS:
            return
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._started, self._told = time.monotonic(), None
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, "serve", "--parent", json.dumps(current_process().to_json())],
            cwd=PROJECT,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            process_group=0,
            text=True,
        )

    def _tell(self, wanted: list[str]) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            self._process.stdin.write(json.dumps(wanted) + "\n")
            self._process.stdin.flush()
            self._told, self._told_at = wanted, time.monotonic()
        except OSError:
            self._told = None
