"""Makes the set with one worker process for each core, in the order of the table."""

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Protocol

import numpy as np

from training.data.dataset import Progress
from training.data.starter.recipe import CLASSES, JOBS
from training.errors import UserError
from training.process import ONE_THREAD, PROJECT, usable_cores

if TYPE_CHECKING:
    from training.data.starter.clips import StarterClip

WORKER = ["-m", "training.data.starter.worker"]
"""What a worker's Python runs."""
MOST_WORKERS = 8

Job = tuple[int, int]
"""Places of a class in the table and of a source in the class."""


class Writer(Protocol):
    """Where clips go; training.data.clip_writer.ClipWriter is one."""

    def add(self, samples: np.ndarray, *, id: str, labels: Mapping[str, str | None], file: str) -> None:
        """Take one clip: samples (S,) int16 at 16 kHz, its unique id, its labels by facet, the file it would come from."""


class Making:
    """The clips of jobs (class, source), made in their order, but for those that somebody waits for: they come first."""

    def __init__(self, jobs: Sequence[Job]):
        self._waiting = deque(jobs)
        self._made: dict[Job, Future[list[StarterClip]]] = {job: Future() for job in jobs}
        self._lock = threading.Lock()
        self._ended = False

    def __iter__(self) -> Iterator[list["StarterClip"]]:
        """The clips of each job, in order; a thread for each worker process hands it the next job."""
        jobs = list(self._made)
        workers = [_worker() for _ in range(min(usable_cores(), MOST_WORKERS, len(jobs)))]
        threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in workers]
        for thread in threads:
            thread.start()
        try:
            for job in jobs:
                yield self._made[job].result()
        finally:
            self._ended = True
            with self._lock:
                self._waiting.clear()
            for worker in workers:
                worker.kill()
            for worker, thread in zip(workers, threads, strict=True):
                thread.join()
                worker.communicate()
            for future in self._made.values():
                future.cancel()

    def clips(self, job: Job) -> list["StarterClip"] | None:
        """Those of one job, as soon as they can be made; None where the making ended before. Raises UserError."""
        with self._lock:
            if job in self._waiting:
                self._waiting.remove(job)
                self._waiting.appendleft(job)
        try:
            return self._made[job].result()
        except CancelledError:
            return None

    def _work(self, worker: subprocess.Popen[bytes]) -> None:
        while (job := self._next()) is not None:
            try:
                self._made[job].set_result(_answer(worker, job))
            except UserError as error:
                if not self._ended:  # else its worker was ended on purpose
                    self._made[job].set_exception(error)

    def _next(self) -> Job | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None


_at_work: Making | None = None


def being_made() -> Making | None:
    """What this process makes just now, for whoever cannot wait until the set is whole."""
    return _at_work


def make(writer: Writer, progress: Progress) -> None:
    """Adds all clips of the set to `writer`, in the order of the table.

    Raises UserError when a package that renders them is missing or broken.
    """
    global _at_work
    total = sum(len(sound.sources) * sound.clips_each for sound in CLASSES)
    done = 0
    progress(0.0, f"Making {total} built-in sounds.")
    _at_work = Making(JOBS)
    try:
        for (kind, _), clips in zip(JOBS, _at_work, strict=True):
            for clip in clips:
                writer.add(clip.samples, id=clip.id, labels=clip.labels, file=clip.file)
            done += len(clips)
            progress(done / total, f"Made {done} of {total} built-in sounds: {CLASSES[kind].name}.")
    finally:
        _at_work = None


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *WORKER],
        cwd=PROJECT,
        env={**os.environ, **ONE_THREAD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _answer(worker: subprocess.Popen[bytes], job: Job) -> list["StarterClip"]:
    assert worker.stdin is not None and worker.stdout is not None
    try:
        worker.stdin.write(f"{job[0]} {job[1]}\n".encode())
        worker.stdin.flush()
        answer = pickle.load(worker.stdout)
    except (OSError, EOFError, pickle.UnpicklingError) as fault:
        raise UserError(
            f"The process that makes the built-in sounds ended unexpectedly ({type(fault).__name__}); "
            "install its packages again with: pip install -r requirements.txt."
        ) from None
    if isinstance(answer, str):
        raise UserError(answer)
    clips: list[StarterClip] = answer
    return clips
