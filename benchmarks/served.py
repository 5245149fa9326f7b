"""The page's server, started as a user starts it, for as long as something is measured of it."""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from training.process import PROJECT

START_SECONDS = 120
PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: a browser opens many while a server still starts."""


@dataclass(frozen=True)
class Served:
    """A server of ours that runs."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        """Of the page."""
        return f"http://127.0.0.1:{self.port}"

    def processor_seconds(self) -> float:
        """What its process has used so far. Needs /proc."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(runs: Path, *flags: str, **environment: str) -> Iterator[Served]:
    """A server on a free port, as soon as it serves its first page; ended afterwards. `flags` are app.py's.

    Raises SystemExit where it never does.
    """
    port, quiet = free_port(), subprocess.DEVNULL
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(runs), *flags]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=quiet, stderr=quiet, env=os.environ | environment)
    try:
        server = Served(process.pid, port)
        until = time.monotonic() + START_SECONDS
        while not answers(server.address):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"app.py did not serve its first page within {START_SECONDS} seconds.")
            time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port of the loopback address that nobody listens on, and that no outgoing connection is given meanwhile."""
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


def answers(address: str) -> bool:
    """Whether the first page is served."""
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
