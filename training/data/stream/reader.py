"""A process that reads a stream's shards, from the side of whoever wants what they hold."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from training.data.stream.messages import BROKEN, CLIP, EPOCH_ENDS, LISTED, REFUSED, SKIPPED, Job, ReaderPosition, Told
from training.data.stream.order import Piece
from training.data.stream.troubles import Troubles
from training.errors import UserError
from training.process import ONE_THREAD, import_path, piped

MOST_DEATHS = 3
"""In a row, without a clip in between: what breaks the reader then is no accident."""


@dataclass(frozen=True)
class StreamedClip:
    """One clip of a stream."""

    samples: np.ndarray
    """(S,) int16 at 16 kHz."""
    about: dict[str, Any]
    """shard, record, window: its numbers; name, labels, group, caption, hash: of its record; start: its first sample."""
    after: ReaderPosition
    """Where its reader goes on."""

    @property
    def recording(self) -> int:
        """The number of its record, the same in every epoch and on every machine; below 2⁴⁵."""
        return int(self.about["shard"]) << 28 | int(self.about["record"])

    @property
    def clip(self) -> int:
        """Its own number, likewise; below 2⁶²."""
        return self.recording << 17 | int(self.about["window"])


class Reader:
    """One process and its answers. A context manager: leaving it ends the process, and no file of it is left."""

    def __init__(self, job: Job, troubles: Troubles) -> None:
        self._folder = tempfile.mkdtemp(prefix="hearsight-stream-")
        self._job = replace(job, trainer=os.getpid(), folder=self._folder)
        self._troubles = troubles
        self._deaths = 0
        self._closed = False
        self._lock = threading.Lock()
        """Held where the process is replaced or ended, so that none is started once this is closed."""
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Any = None
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next(self) -> StreamedClip | None:
        """The next clip; None where an epoch ends. What gives no clip goes to `troubles`.

        Raises UserError where nothing can be read, and EOFError once it is closed.
        """
        while True:
            told = self._next_message()
            if told.kind == SKIPPED:
                self._troubles.skip(told.values["name"], told.values["reason"])
            elif told.kind == BROKEN:
                self._troubles.lose(told.values["shard"], told.values["reason"])
            elif told.kind == REFUSED:
                raise UserError(told.values["sentence"])
            elif told.kind == EPOCH_ENDS:
                self._job = replace(self._job, epoch=self._job.epoch + 1, place=ReaderPosition())
                return None
            else:
                assert told.kind == CLIP
                about = told.values
                after = ReaderPosition(about["piece"], about["record"], about["window"] + 1)
                self._job = replace(self._job, place=after)
                return StreamedClip(told.samples, about, after)

    def close(self) -> None:
        """End the process, whatever it is doing; its decoder ends with it. May be called from another thread, and twice."""
        with self._lock:
            self._closed = True
            self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def listed(self) -> dict[str, Any]:
        """The answer to a job that lists the shards: "shards", and "identities" of some. Raises UserError."""
        told = self._next_message()
        if told.kind == REFUSED:
            raise UserError(told.values["sentence"])
        assert told.kind == LISTED
        return told.values

    def _next_message(self) -> Told:
        while True:
            try:
                told = Told.from_bytes(self._connection.recv_bytes())
            except (EOFError, OSError):
                with self._lock:
                    if self._closed:
                        raise EOFError from None
                    self._begin_anew()
            else:
                self._deaths = 0
                return told

    def _begin_anew(self) -> None:
        """Go on behind the last clip with a new process, since the last one was killed or broke down."""
        self._deaths += 1
        if self._deaths > MOST_DEATHS:
            raise UserError("The process that reads the stream broke down several times; the log may say more.")
        self._end()
        self._start()

    def _start(self) -> None:
        # As here, since a reader may need proxies, certificates and a token; what it gives its decoder is less.
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": import_path()}
        self._process, self._connection = piped(
            "training.data.stream.reader_process", env=environment, start_new_session=True
        )
        with contextlib.suppress(OSError):  # a process that died at once is noticed when its answer is read
            self._connection.send_bytes(self._job.to_bytes())

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def read_once(job: Job, pieces: tuple[Piece, ...], troubles: Troubles) -> Iterator[StreamedClip]:
    """The clips of some pieces, in order. Raises UserError where nothing can be read."""
    with Reader(replace(job, once=pieces), troubles) as reader:
        yield from iter(reader.next, None)
