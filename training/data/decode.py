"""Sound files decoded in processes of their own, under limits on time and memory: a path in, samples out."""

import atexit
import contextlib
import os
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from training.data.dataset import SAMPLE_RATE
from training.data.decoder import OWN_ANSWER_SECONDS, Decoder, Sound
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.errors import UserError
from training.process import usable_cores

REQUESTS_AHEAD = 8
"""Per process. Small, so that the requests always fit the socket and neither side waits for the other for ever."""
LONGEST_SHOWN_NAME = 80
FILES_A_PROCESS = 20
"""Starting a decoder takes as long as decoding about this many short files."""
MOST_PROCESSES = 16


@dataclass(frozen=True)
class Decoded:
    """One sound, mono at 16 kHz."""

    samples: np.ndarray
    """(S,) int16, S ≥ 1; full scale is 32768."""
    notes: tuple[str, ...] = ()
    """What the user should know, such as "it is damaged: 1.2 s of 3.0 s could be decoded"."""

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

    def metadata(self, paths: Sequence[str], *, follow_links: bool) -> Iterator[dict[str, str]]:
        """As `Sound.metadata`, one for each path, in their order; {} where a file can't be read."""
        for sound in self.sounds(paths, follow_links=follow_links, only_metadata=True):
            with contextlib.suppress(NotRead):
                deque(sound, maxlen=0)
            yield sound.metadata

    def sounds(
        self,
        paths: Sequence[str],
        *,
        follow_links: bool,
        max_seconds: float | None = None,
        only_metadata: bool = False,
    ) -> Iterator[Sound]:
        """One Sound for each path, in their order, each to be iterated to its end before the next is asked for.

        Memory stays constant: a process that is ahead waits at its socket until its turn to be read comes.
        """
        sent, ahead = 0, REQUESTS_AHEAD * len(self._decoders)
        for turn in range(len(paths)):
            while sent < min(len(paths), turn + ahead):
                self._of(sent).request(
                    paths[sent], follow_links=follow_links, max_seconds=max_seconds, only_metadata=only_metadata
                )
                sent += 1
            yield self._of(turn).answer(OWN_ANSWER_SECONDS)

    def _of(self, number: int) -> Decoder:
        return self._decoders[number % len(self._decoders)]


def processes_for(files: int) -> int:
    """How many decoders are worth their start for so many files."""
    return max(1, min(usable_cores(), MOST_PROCESSES, files // FILES_A_PROCESS))


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
