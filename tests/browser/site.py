"""A server started as a user starts it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.served import answers, free_port
from tests.browser.seen import PATIENCE_SECONDS
from training.data.tags import tags_file

ROOT = Path(__file__).resolve().parents[2]
MADE_STARTER = "HEARSIGHT_TESTS_STARTER"
"""Names the built-in set, made once for all sites of these tests: to make it takes both cores for half a minute. Where it
is not set, a server makes its own."""


class Site:
    """A server started as a user starts it, with runs, cache and uploads below one folder of its own."""

    def __init__(self, folder: Path, started_in: Path = ROOT):
        self.folder = folder
        self.started_in = started_in
        self.runs = folder / "runs"
        folders = {"XDG_CACHE_HOME": "cache", "XDG_DATA_HOME": "own", "GRADIO_TEMP_DIR": "gradio"}
        self.environment = {name: str(folder / below) for name, below in folders.items()}
        self.address = ""

    def open(self) -> None:
        """Start app.py and wait until it answers; where it did before, if it did."""
        if MADE_STARTER in os.environ:
            self._link(Path(os.environ[MADE_STARTER]))
        port = self.address.rpartition(":")[2] or str(free_port())
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, str(ROOT / "app.py"), "--port", port, "--runs", str(self.runs)]
        with (self.folder / "server.txt").open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.started_in, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(self.address):
            assert self._process.poll() is None and time.monotonic() < until, self.log()
            time.sleep(0.1)

    def _link(self, starter: Path) -> None:
        """Let the server find the built-in set made."""
        linked = Path(self.environment["XDG_CACHE_HOME"]) / "hearsight" / "data" / starter.name
        linked.parent.mkdir(parents=True, exist_ok=True)
        if not linked.exists():
            linked.symlink_to(starter)

    @property
    def tags_file(self) -> Path:
        """Where the server keeps the tags that are given."""
        return tags_file(Path(self.environment["XDG_DATA_HOME"]) / "hearsight" / "tags")

    @property
    def env(self) -> dict[str, str]:
        """Variables of the environment of whatever works with these runs."""
        return {**os.environ, **self.environment}

    def log(self) -> str:
        """What the server said."""
        return (self.folder / "server.txt").read_text()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it as a supervisor would."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
