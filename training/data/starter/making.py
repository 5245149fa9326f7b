"""Makes the set with one worker process for each core, in the order of the table."""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from training.data.dataset import Progress
from training.data.starter.recipe import CLASSES
from training.errors import UserError
from training.process import usable_cores

if TYPE_CHECKING:
    from training.data.starter.clips import StarterClip

_PROJECT = Path(__file__).resolve().parents[3]
WORKER = ["-m", "training.data.starter.worker"]
"""What a worker's Python runs."""
MOST_WORKERS = 8


class Writer(Protocol):
    """Where clips go; training.data.cache.ClipWriter is one."""

    def add(self, samples: np.ndarray, *, id: str, labels: Mapping[str, str | None], file: str) -> None: ...


def make(writer: Writer, progress: Progress) -> None:
    """Adds all clips of the set to `writer`, in the order of the table.

    Raises UserError when a package that renders them is missing or broken.
    """
    jobs = [(k, s) for k, sound in enumerate(CLASSES) for s in range(len(sound.sources))]
    total = sum(len(sound.sources) * sound.clips_each for sound in CLASSES)
    done = 0
    progress(0.0, f"Making {total} built-in sounds.")
    for (kind, _), clips in zip(jobs, made(jobs), strict=True):
        for clip in clips:
            writer.add(clip.samples, id=clip.id, labels=clip.labels, file=clip.file)
        done += len(clips)
        progress(done / total, f"Made {done} of {total} built-in sounds: {CLASSES[kind].name}.")


def made(jobs: Sequence[tuple[int, int]]) -> Iterator[list["StarterClip"]]:
    """The clips of each job, in order; a thread for each worker process hands it the next job that waits."""
    own = threading.local()
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        own.worker = _worker()
        started.append(own.worker)

    def answer(job: tuple[int, int]) -> list["StarterClip"]:
        return _answer(own.worker, job)

    pool = ThreadPoolExecutor(min(usable_cores(), MOST_WORKERS), initializer=start)
    try:
        yield from pool.map(answer, jobs)
    finally:
        for worker in started:
            worker.kill()
        pool.shutdown(cancel_futures=True)
        for worker in started:
            worker.communicate()


def _worker() -> subprocess.Popen[bytes]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, *WORKER],
        cwd=_PROJECT,
        env={**os.environ, **threads},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _answer(worker: subprocess.Popen[bytes], job: tuple[int, int]) -> list["StarterClip"]:
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
