"""A process that decodes sounds, and what is said to it and heard from it.

A file that crashes it, or keeps it busy for too long, costs that file and nothing else.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from training.data.sniff import NotRead
from training.errors import UserError
from training.process import ONE_THREAD, import_path, piped

UPLOAD_ANSWER_SECONDS, OWN_ANSWER_SECONDS = 4.0, 30.0
"""The longest silence of a decoder that is at work; a long file answers block by block. One's own disk may be slow."""
START_SECONDS = 60.0
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE", "LOCPATH", "TMPDIR")


class Sound:
    """What arrives from a decoder: iterate for blocks, (S,) int16 at 16 kHz; then `notes`, `rate` and `clipped` are there, or
    `metadata` where that alone was asked for.

    Iterating raises NotRead with the reason where the file gives no sound, also after some of its blocks.
    """

    def __init__(self, blocks: Iterator[np.ndarray], about: dict[str, Any]) -> None:
        """`about` gains what the decoder says at the end."""
        self._blocks = blocks
        self._about = about

    @property
    def notes(self) -> list[str]:
        """What the user should know of it."""
        return [str(note) for note in self._about.get("notes", ())]

    @property
    def rate(self) -> int:
        """The file's own sampling rate in Hz; 0 before its end."""
        return int(self._about.get("rate", 0))

    @property
    def clipped(self) -> dict[int, float]:
        """As `training.data.clipping.Clipping.seconds` says it; empty before its end."""
        return {int(number): float(seconds) for number, seconds in self._about.get("clipped", {}).items()}

    @property
    def metadata(self) -> dict[str, str]:
        """What the file says of itself, by the names of `training.data.decoding.METADATA`."""
        return {str(name): str(text) for name, text in self._about.get("metadata", {}).items()}

    def __iter__(self) -> Iterator[np.ndarray]:
        return self._blocks


class Decoder:
    """One decoder process, started when first needed and again after it died. Not for two threads at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Any = None
        self._pending: deque[bytes] = deque()
        self._restarted = False
        """Since its last message; a decoder that had nothing to do for long ends by itself."""

    @property
    def is_free(self) -> bool:
        """Whether every request has its answer."""
        return not self._pending

    def request(self, path: str, *, follow_links: bool, max_seconds: float | None, only_metadata: bool = False) -> None:
        """Asks for one file, or for what it says of itself; the answers come in the order of the requests."""
        if self._process is None:
            self._start()
        whole = os.path.abspath(path)  # a process that was kept may have been started in another folder
        asked = {
            "path": whole,
            "follow_links": follow_links,
            "max_seconds": max_seconds,
            "only_metadata": only_metadata,
        }
        self._pending.append(json.dumps(asked).encode())
        self._send(self._pending[-1])

    def answer(self, seconds: float = UPLOAD_ANSWER_SECONDS) -> Sound:
        """The answer to the oldest request that has none yet; each part of it may take `seconds` to come."""
        about: dict[str, Any] = {}
        return Sound(self._blocks(about, seconds), about)

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._pending.clear()
        self._end()

    def _blocks(self, about: dict[str, Any], seconds: float) -> Iterator[np.ndarray]:
        while True:
            message = self._message(seconds)
            kind, body = message[:1], message[1:]
            if kind == b"S":
                yield np.frombuffer(body, dtype=np.int16)
                continue
            self._pending.popleft()
            if kind == b"F":
                raise NotRead(str(json.loads(body)))
            about.update(json.loads(body))
            return

    def _message(self, seconds: float) -> bytes:
        """The next message for the oldest request. A dead or hung process is replaced, at the cost of that request."""
        reason = "it takes too long to decode"
        try:
            if self._connection.poll(seconds):
                message = bytes(self._connection.recv_bytes())
                self._restarted = False
                return message
        except (EOFError, OSError):
            status = None if self._process is None else self._process.wait()
            if status == 0 and not self._restarted:
                self._restarted = True
                self._restart()
                return self._message(seconds)
            if status != -signal.SIGXCPU:
                reason = "the decoder broke down over it"
        self._pending.popleft()
        self._restart()
        raise NotRead(reason)

    def _restart(self) -> None:
        self._end()
        self._start()
        for request in self._pending:
            self._send(request)

    def _send(self, request: bytes) -> None:
        with contextlib.suppress(OSError):  # a process that died is noticed, and replaced, when its answer is read
            self._connection.send_bytes(request)

    def _start(self) -> None:
        self._process, self._connection = piped(
            "training.data.decoder_process", env=_environment(), stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            ready = self._connection.poll(START_SECONDS) and self._connection.recv_bytes()
        except (EOFError, OSError):
            ready = False
        if not ready:
            self._end()
            raise UserError("The process that decodes sounds could not be started; is soundfile installed?")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._connection.close()
            self._process = None


def _environment() -> dict[str, str]:
    """What a decoder needs to start and nothing else: it handles strangers' files and needs nobody's tokens."""
    kept = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    own = {"PYTHONPATH": import_path(), "PYTHONUTF8": str(sys.flags.utf8_mode)}  # a name means the same bytes to both
    return kept | ONE_THREAD | own
