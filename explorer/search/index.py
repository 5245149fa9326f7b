"""All clips of a run's data, embedded once in the background and kept on disk by what they depend on.

<cache>/embeddings/<hash of weights, configuration and data>.npy and so on: vectors.py
"""

import contextlib
import hashlib
import json
import logging
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.runs.snapshots import file_stamp
from explorer.search.process import EmbeddingProcess
from explorer.search.vectors import IndexedVectors, Vectors, opened, to_be_indexed, write_index
from training.data.cache import cache_root
from training.data.dataset import Dataset
from training.errors import UserError
from training.run import RunFolder, reading

CHUNK_CLIPS = 64
"""Embedded at a time; a visitor's question waits for one of these at most."""
KEPT_VERSION = 2
"""Raised when what is kept means something else than before."""
KEPT_BYTES = 1 << 30
PART_SECONDS = 86_400.0
"""A file that is being written has been changed since; one that was not is of a process that was killed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far the embedding of all clips at one step has come."""

    done: int
    clips: int
    error: str | None = None
    doing: str = "Listening to"

    @property
    def text(self) -> str:
        """In words."""
        if self.error is not None:
            return self.error
        return f"{self.doing} all {self.clips:,} clips: {100 * self.done // max(1, self.clips)} %"


class Index:
    """Embeddings of whole data sets: one is made at a time, the one asked for last first, one step of a run waits."""

    def __init__(self, process: EmbeddingProcess, root: Path | None = None):
        self._process = process
        self._folder = (root or cache_root()) / "embeddings"
        self._lock = threading.Lock()
        self._progress: dict[str, Progress] = {}
        self._wanted: list[tuple[str, RunFolder, int, Dataset]] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    def vectors(self, run: RunFolder, step: int, dataset: Dataset) -> Vectors | IndexedVectors | None:
        """All clips, or None while they are not all embedded."""
        found = opened(self.path(run, step, dataset.fingerprint))
        return found if found is not None and len(found) == len(dataset) else None

    def kept(self, run: RunFolder, step: int, dataset: Dataset) -> np.ndarray | None:
        """(n, D) float16: all clips as the model gave them, or None while they are not all embedded."""
        found = reading.read_array(self.path(run, step, dataset.fingerprint))
        return found if found is not None and found.ndim == 2 and len(found) == len(dataset) else None

    def begin(self, run: RunFolder, step: int, dataset: Dataset) -> Progress | None:
        """Have them embedded in the background; how far that is, or None when all is done."""
        if self.vectors(run, step, dataset) is not None:
            return None
        key = self.path(run, step, dataset.fingerprint).stem
        with self._lock:
            found = self._progress.get(key)
            if found is not None and found.error is not None:
                return self._progress.pop(key)  # said once; whoever asks again has it tried again
            if found is None:
                found = self._progress[key] = Progress(0, len(dataset))
                for left, *_ in (entry for entry in self._wanted if entry[1].path == run.path):
                    self._progress.pop(left, None)
                self._wanted = [entry for entry in self._wanted if entry[1].path != run.path]
                self._wanted.append((key, run, step, dataset))
                if self._thread is None:
                    self._thread = threading.Thread(target=self._embed_all_wanted, name="index", daemon=True)
                    self._thread.start()
            return found

    def close(self) -> None:
        """Leave the rest undone."""
        self._closed = True

    def _embed_all_wanted(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._closed:
                    self._thread = None
                    return
                key, run, step, dataset = self._wanted.pop()
            try:
                self._embed(key, run, step, dataset)
                done = None
            except UserError as error:
                done = Progress(0, len(dataset), str(error))
            except Exception:
                log.exception("The clips could not be embedded.")
                done = Progress(0, len(dataset), "The clips could not be kept; the log of the page says more.")
            with self._lock:
                self._progress.pop(key, None)
                if done is not None:
                    self._progress[key] = done

    def _embed(self, key: str, run: RunFolder, step: int, dataset: Dataset) -> None:
        parts = []
        for begin in range(0, len(dataset), CHUNK_CLIPS):
            if self._closed:
                return
            end = min(begin + CHUNK_CLIPS, len(dataset))
            found = self._process.clip_embeddings(run, step, dataset.fingerprint, begin, end)
            parts.append(found.astype(np.float16))
            with self._lock:
                self._progress[key] = Progress(end, len(dataset))
        self._keep(key, np.concatenate(parts))

    def _keep(self, key: str, vectors: np.ndarray) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{key}.{os.getpid()}.npy"
        try:
            np.save(part, vectors)
            if to_be_indexed(vectors):  # before the vectors are in place, which say that all is there
                write_index(part, self._folder / key, lambda done: self._is_sorted(key, done, len(vectors)))
            self._make_room(key, part.stat().st_size)
            part.replace(self._folder / f"{key}.npy")
        finally:
            part.unlink(missing_ok=True)

    def _make_room(self, key: str, more: int) -> None:
        """Before `more` bytes come to what is kept of `key`, the oldest others go, and what a killed process left of them."""
        others: dict[str, list[tuple[Path, os.stat_result]]] = {}
        for file in self._folder.iterdir():
            with contextlib.suppress(OSError):  # another server may be tidying, too
                about = file.stat()
                if not file.name.startswith("."):
                    others.setdefault(file.stem, []).append((file, about))
                elif time.time() - about.st_mtime > PART_SECONDS:
                    file.unlink()
        total = more + sum(about.st_size for _, about in others.pop(key, []))
        for files in sorted(others.values(), key=lambda files: -max(about.st_mtime_ns for _, about in files)):
            total += sum(about.st_size for _, about in files)
            if total > KEPT_BYTES:
                for file, _ in files:
                    file.unlink(missing_ok=True)

    def _is_sorted(self, key: str, done: int, clips: int) -> bool:
        """Say how far an index is; whether it is still wanted."""
        with self._lock:
            self._progress[key] = Progress(done, clips, doing="Sorting")
        return not self._closed

    def path(self, run: RunFolder, step: int, fingerprint: str) -> Path:
        """Where the embeddings of a data set by the weights of one step are kept."""
        about = [KEPT_VERSION, _weights_hash(run, step), run.config(), fingerprint]
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        return self._folder / f"{digest}.npy"


def _weights_hash(run: RunFolder, step: int) -> str:
    named = run.manifest(step).get("weights")
    return named if isinstance(named, str) else f"{run.path}/{file_stamp(run.weights_path(step))}"
