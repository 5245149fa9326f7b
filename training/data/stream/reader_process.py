"""The process that reads shards: `python -m training.data.stream.reader_process DESCRIPTOR`, started by `reader.py` alone.

It takes one job from its socket and answers until there is nothing more to read, or nobody reads any more. Sounds are
decoded in a process of its own, as everywhere (`training.data.decode`).
"""

import contextlib
import hashlib
import itertools
import os
import resource
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from training.data.dataset import Skipped
from training.data.decoder import OWN_ANSWER_SECONDS, Decoder
from training.data.files import HASH_BYTES
from training.data.sniff import NotRead
from training.data.stream.messages import BROKEN, CLIP, EPOCH_ENDS, LISTED, REFUSED, SKIPPED, Job, ReaderPosition, Told
from training.data.stream.order import Piece
from training.data.stream.records import Record, Shard
from training.data.stream.references import HUB, places_of
from training.data.stream.tar_shard import TarShard
from training.data.windows import windows
from training.errors import UserError
from training.process import address_space, limit

AHEAD = 6
"""Sounds that the decoder is given before its answer to the first is read; small, as for every decoder."""
MOST_SECONDS = 3_600.0
"""A longer sound is skipped: its clips would follow each other for a whole epoch's share."""
MEMORY_BYTES = 1 << 30
"""Beyond what it takes when it starts: a tar that wants more is broken, whatever it says."""
SAMPLED_SHARDS = 16
LOOK_SECONDS = 0.5
"""How often it looks whether the process that it reads for is still there."""


def main() -> None:
    """Do the job that arrives on the connection named on the command line: list its shards, or send their clips.

    A UserError is sent as REFUSED, with its sentence.
    """
    connection = Connection(int(sys.argv[1]))
    job = Job.from_bytes(connection.recv_bytes())
    os.makedirs(job.folder, exist_ok=True)
    threading.Thread(target=_end_with, args=(job,), daemon=True).start()
    if not job.reference.startswith(HUB):  # the hub's library maps more than that
        limit(resource.RLIMIT_AS, address_space(otherwise=2**30) + MEMORY_BYTES)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # nobody reads any more
        try:
            shards = _shards(job)
            if not job.shards:
                connection.send_bytes(_listed(shards).to_bytes())
                return
            _Reader(connection, job, shards).read()
        except UserError as error:
            connection.send_bytes(Told(REFUSED, {"sentence": str(error)}).to_bytes())
        finally:
            shutil.rmtree(job.folder, ignore_errors=True)


class _Reader:
    """Reads one job's shards and sends what they hold."""

    def __init__(self, connection: Connection, job: Job, shards: Sequence[Shard]) -> None:
        self._connection, self._job, self._shards = connection, job, shards
        self._decoder = Decoder()
        self._slots = itertools.cycle([_Slot(Path(job.folder) / str(number)) for number in range(AHEAD + 2)])

    def read(self) -> None:
        """Read the pieces of the job once, or epoch after epoch."""
        job = self._job
        try:
            if job.once:
                self._epoch(job.once, ReaderPosition())
                return
            assert job.team is not None
            for epoch in itertools.count(job.epoch):
                begin = job.place if epoch == job.epoch else ReaderPosition()
                self._epoch(job.team.pieces(job.seed, epoch, job.reader), begin)
        finally:
            self._decoder.close()

    def _epoch(self, pieces: Sequence[Piece], begin: ReaderPosition) -> None:
        for number, piece in enumerate(pieces):
            if number < begin.piece:
                continue
            first = begin if number == begin.piece else ReaderPosition(number)
            sent = self._piece(number, piece, first)
            deque(itertools.islice(sent, self._job.clips_a_piece or None), maxlen=0)
            if not self._decoder.is_free:
                self._decoder.close()  # with what was asked for ahead and isn't wanted
        self._send(EPOCH_ENDS)

    def _piece(self, number: int, piece: Piece, begin: ReaderPosition) -> Iterator[None]:
        """Send the clips of a piece, one at each turn."""
        shard = self._shards[piece.shard]
        waiting: deque[dict[str, Any]] = deque()
        broken = ""

        def answered() -> Iterator[None]:
            about = waiting.popleft()
            return self._clips(about, begin.window if about["record"] == begin.record else 0)

        try:
            for record, found in shard.records(lambda r: piece.holds(r) and r >= begin.record):
                if isinstance(found, Skipped):
                    self._send(SKIPPED, {"name": f"{shard.name}: {found.file}", "reason": found.reason})
                    continue
                self._decoder.request(next(self._slots).put(found.sound), follow_links=True, max_seconds=MOST_SECONDS)
                waiting.append({"piece": number, "shard": piece.shard, "record": record, **_known(found)})
                if len(waiting) > AHEAD:
                    yield from answered()
        except NotRead as reason:
            broken = str(reason)
        except MemoryError:
            broken = "it needs more memory than sounds would"
        while waiting:
            yield from answered()
        if broken:
            self._send(BROKEN, {"shard": shard.name, "reason": broken})

    def _clips(self, about: dict[str, Any], first: int) -> Iterator[None]:
        """Send the clips of the sound that the decoder answers next, from the window `first` on."""
        sound = self._decoder.answer(OWN_ANSWER_SECONDS)
        try:
            for window, (start, samples) in enumerate(windows(sound, self._job.window_samples)):
                if window >= first:
                    self._send(CLIP, {**about, "window": window, "start": start}, samples)
                    yield
        except NotRead as reason:
            name = f"{self._shards[about['shard']].name}: {about['name']}"
            self._send(SKIPPED, {"name": name, "reason": str(reason)})

    def _send(self, kind: bytes, values: dict[str, Any] | None = None, samples: Any = None) -> None:
        told = Told(kind, values or {}) if samples is None else Told(kind, values or {}, samples)
        self._connection.send_bytes(told.to_bytes())


class _Slot:
    """Holds a sound where its decoder finds it: in memory where the system has files there (Linux), else in a file."""

    def __init__(self, path: Path) -> None:
        if hasattr(os, "memfd_create"):
            self._descriptor = os.memfd_create("sound")
            self._path = f"/proc/{os.getpid()}/fd/{self._descriptor}"
        else:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._path = str(path)

    def put(self, sound: bytes) -> str:
        """The path of a file that holds `sound`, until the slot is given another one."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, sound, 0)
        return self._path


def _known(record: Record) -> dict[str, Any]:
    """What is told of each of a record's clips; the sound itself is the decoder's from here on."""
    facet, group = record.group
    return {
        "name": record.name, "labels": {**record.labels, facet: group}, "group": [facet, group],
        "caption": record.caption, "hash": hashlib.blake2b(record.sound, digest_size=HASH_BYTES).hexdigest(),
    }  # fmt: skip


def _shards(job: Job) -> Sequence[Shard]:
    """Those of the job; where it names some, exactly these."""
    if job.reference.startswith(HUB):
        from training.data.stream.hub import hub_shards  # which most readers, of which there are many, never need

        found = hub_shards(job.reference)
        if job.shards and [shard.name for shard in found] != list(job.shards):
            raise UserError(f"The set {job.reference.removeprefix(HUB)} was changed on the hub just now; begin anew.")
        return found
    return [TarShard(place) for place in job.shards or places_of(job.reference)]


def _listed(shards: Sequence[Shard]) -> Told:
    """Where the shards are, and of those that a sample is taken of what they are now: None where that can't be seen."""
    seen: dict[str, str | None] = {}
    reasons = []
    for number in sampled(len(shards)):
        try:
            seen[str(number)] = shards[number].identity()
        except NotRead as reason:
            seen[str(number)] = None
            reasons.append(f"{shards[number].name}: {reason}")
    names = [shard.place if isinstance(shard, TarShard) else shard.name for shard in shards]
    return Told(LISTED, {"shards": names, "identities": seen, "reasons": reasons})


def sampled(shards: int) -> list[int]:
    """Which of so many shards a sample is taken of: a few, evenly spaced."""
    count = min(shards, SAMPLED_SHARDS)
    return [number * shards // count for number in range(count)]


def _end_with(job: Job) -> None:
    """End this process when the one that it reads for has ended, however it did, wherever it is waiting itself."""
    while os.getppid() == job.trainer:
        time.sleep(LOOK_SECONDS)
    while os.path.isdir(job.folder):  # a file may be written just now
        shutil.rmtree(job.folder, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
