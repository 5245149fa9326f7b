"""Sound files decoded in processes of their own, under limits on time and memory: a path in, samples out.

A file that crashes its decoder, or keeps it busy for too long, costs that file and nothing else.
"""

import atexit
import contextlib
import json
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.errors import UserError
from training.process import ONE_THREAD, import_path

UPLOAD_ANSWER_SECONDS, OWN_ANSWER_SECONDS = 4.0, 30.0
"""The longest silence of a decoder that is at work; a long file answers block by block. One's own disk may be slow."""
START_SECONDS = 60.0
REQUESTS_AHEAD = 8
"""Per process. Small, so that the requests always fit the socket and neither side waits for the other for ever."""
LONGEST_SHOWN_NAME = 80


@dataclass(frozen=True)
class Decoded:
    """One sound, mono at 16 kHz."""

    samples: np.ndarray
    """(S,) int16, S ≥ 1; full scale is 32768."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as "silent" or "it is damaged: 1.2 s of 3.0 s could be decoded"."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / SAMPLE_RATE


def decode_upload(path: str | Path, *, max_seconds: float = 60.0, follow_links: bool = False) -> Decoded:
    """The sound in the file at `path`, decoded by its content. Takes a visitor's file: links are refused.

    Raises UserError with one sentence where it holds no sound, is longer than `max_seconds`, or breaks the decoder.
    """
    with _borrowed() as decoder:
        decoder.request(os.fspath(path), follow_links=follow_links, max_seconds=max_seconds)
        sound = decoder.answer()
        try:
            blocks = list(sound)
        except NotRead as reason:
            name = readable_name(Path(path).name, LONGEST_SHOWN_NAME)
            raise UserError(f"{name or 'The file'} cannot be used: {reason}.") from None
    return Decoded(np.concatenate(blocks), tuple(sound.notes))


class Decoders:
    """Several decoder processes for many files. A context manager: leaving it ends the processes."""

    def __init__(self, processes: int) -> None:
        self._decoders = [_idle_decoder() for _ in range(processes)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for decoder in self._decoders:
            _keep_or_end(decoder)

    def sounds(
        self, paths: Sequence[str], *, follow_links: bool, max_seconds: float | None = None
    ) -> "Iterator[Sound]":
        """One Sound for each path, in their order, each to be iterated to its end before the next is asked for.

        Memory stays constant: a process that is ahead waits at its socket until its turn to be read comes.
        """
        sent, ahead = 0, REQUESTS_AHEAD * len(self._decoders)
        for turn in range(len(paths)):
            while sent < min(len(paths), turn + ahead):
                self._of(sent).request(paths[sent], follow_links=follow_links, max_seconds=max_seconds)
                sent += 1
            yield self._of(turn).answer(OWN_ANSWER_SECONDS)

    def _of(self, number: int) -> "Decoder":
        return self._decoders[number % len(self._decoders)]


class Sound:
    """What arrives from a decoder: iterate for blocks, (S,) int16 at 16 kHz; then `notes` are there.

    Iterating raises NotRead with the reason where the file gives no sound, also after some of its blocks.
    """

    def __init__(self, blocks: Iterator[np.ndarray], notes: list[str]) -> None:
        self._blocks = blocks
        self.notes = notes

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

    def request(self, path: str, *, follow_links: bool, max_seconds: float | None) -> None:
        """Asks for one file; the answers come in the order of the requests."""
        if self._process is None:
            self._start()
        asked = {"path": path, "follow_links": follow_links, "max_seconds": max_seconds}
        self._pending.append(json.dumps(asked).encode())
        self._send(self._pending[-1])

    def answer(self, seconds: float = UPLOAD_ANSWER_SECONDS) -> Sound:
        """The answer to the oldest request that has none yet; each part of it may take `seconds` to come."""
        notes: list[str] = []
        return Sound(self._blocks(notes, seconds), notes)

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self._pending.clear()
        self._end()

    def _blocks(self, notes: list[str], seconds: float) -> Iterator[np.ndarray]:
        while True:
            message = self._message(seconds)
            kind, body = message[:1], message[1:]
            if kind == b"S":
                yield np.frombuffer(body, dtype=np.int16)
                continue
            self._pending.popleft()
            if kind == b"F":
                raise NotRead(str(json.loads(body)))
            notes += [str(note) for note in json.loads(body)]
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
        self._connection, theirs = multiprocessing.Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training.data.decoder_process", str(theirs.fileno())],
            env=_environment(),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
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
    kept = {
        key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR") if key in os.environ
    }
    return kept | ONE_THREAD | {"PYTHONPATH": import_path()}


KEPT_WARM = 2
_uploads_at_once = threading.BoundedSemaphore(KEPT_WARM)
_idle: "queue.Queue[Decoder]" = queue.Queue(KEPT_WARM)


@contextlib.contextmanager
def _borrowed() -> Iterator[Decoder]:
    """A decoder that is kept warm between uploads; a third visitor waits for one of the two."""
    with _uploads_at_once:
        decoder = _idle_decoder()
        try:
            yield decoder
        finally:
            _keep_or_end(decoder)


def _idle_decoder() -> Decoder:
    try:
        return _idle.get_nowait()
    except queue.Empty:
        return Decoder()


def _keep_or_end(decoder: Decoder) -> None:
    try:
        if decoder.is_free:
            _idle.put_nowait(decoder)
            return
    except queue.Full:
        pass
    decoder.close()


@atexit.register
def _end_idle_decoders() -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            _idle.get_nowait().close()
