"""The server's hand on the embedding worker: started when first needed, replaced when it breaks."""

import contextlib
import json
import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from training.errors import UserError
from training.process import ONE_THREAD, PROJECT, import_path, piped
from training.run import RunFolder

ANSWER_SECONDS = 90.0
"""The longest that one question may take, loading torch included."""


class EmbeddingProcess:
    """Embeds sounds with a run's model. Questions of visitors go before those of the background."""

    def __init__(self, embedder: str | None = None):
        """`embedder`: "module:class" to use in place of `training.embedder:Embedder`, for tests."""
        self._embedder = embedder
        self._turn = threading.Lock()
        self._closed = False
        self._urgent = 0
        self._nobody_urgent = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def embeddings(self, run: RunFolder, step: int, waveforms: Sequence[np.ndarray]) -> np.ndarray:
        """(n, D) float32 of n sounds, each (S,) float in [-1, 1] at 16 kHz, by the weights of a kept step.

        Raises UserError with one sentence.
        """
        return self._answer_now({"what": "sounds"}, run, step, waveforms)

    def view_embeddings(self, run: RunFolder, step: int, views: Sequence[np.ndarray]) -> np.ndarray:
        """(n, D) float32 of n views as the run's encoder takes them: log-mel (F, V) or samples (S,). Raises UserError."""
        return self._answer_now({"what": "views", "shapes": [view.shape for view in views]}, run, step, views)

    def projections(self, run: RunFolder, step: int, embedded: np.ndarray) -> np.ndarray:
        """(n, P) float32: what the run's projector makes of embeddings (n, D). Raises UserError."""
        return self._answer_now({"what": "embeddings", "shapes": [embedded.shape]}, run, step, [embedded])

    def text_projections(self, run: RunFolder, step: int, pieces: Sequence[Sequence[int]]) -> np.ndarray:
        """(n, P) float32: where texts, as lists of pieces, lie beside `projections`. Raises UserError, also where the run
        reads nothing."""
        return self._answer_now({"what": "texts", "pieces": pieces}, run, step, [])

    def clip_embeddings(self, run: RunFolder, step: int, fingerprint: str, begin: int, end: int) -> np.ndarray:
        """(end - begin, D) float32 of clips of a cached data set. Waits while a visitor's question is open."""
        with self._nobody_urgent:
            self._nobody_urgent.wait_for(lambda: self._urgent == 0)
        about = {"what": "sounds", "fingerprint": fingerprint, "begin": begin, "end": end}
        with self._turn:
            return self._answer(about | _model(run, step), [])

    def start(self) -> None:
        """Start it early: loading torch takes seconds."""
        with self._turn:
            self._ensure_running()

    def close(self) -> None:
        """End the process; whoever waits or asks later is refused, for nobody would end another one."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()  # before its turn comes: an answer may take a minute
        with self._turn:
            self._end()

    @contextlib.contextmanager
    def _before_others(self) -> Iterator[None]:
        with self._nobody_urgent:
            self._urgent += 1
        try:
            yield
        finally:
            with self._nobody_urgent:
                self._urgent -= 1
                self._nobody_urgent.notify_all()

    def _answer_now(
        self, question: dict[str, Any], run: RunFolder, step: int, arrays: Sequence[np.ndarray]
    ) -> np.ndarray:
        sent = [np.ascontiguousarray(array, np.float32).tobytes() for array in arrays]
        with self._before_others(), self._turn:
            return self._answer(question | _model(run, step), sent)

    def _answer(self, question: dict[str, Any], sounds: list[bytes]) -> np.ndarray:
        """Asked once more where a process that was there before breaks down: it may have died of something else."""
        for again in (True, False) if self._running() else (False,):
            try:
                return self._asked(question, sounds)
            except (EOFError, OSError):
                self._end()
                if not again:
                    break
        raise UserError("The process that listens with the model of this run broke down; try again.")

    def _asked(self, question: dict[str, Any], sounds: list[bytes]) -> np.ndarray:
        connection = self._ensure_running()
        connection.send_bytes(json.dumps({**question, "sounds": len(sounds)}).encode())
        for sound in sounds:
            connection.send_bytes(sound)
        if not connection.poll(ANSWER_SECONDS):
            self._end()
            raise UserError("Listening with the model of this run takes too long just now; try again.")
        answer = json.loads(connection.recv_bytes())
        if "shape" in answer:
            return np.frombuffer(connection.recv_bytes(), np.float32).reshape(answer["shape"])
        raise UserError(answer.get("error") or "The model of this run cannot be used; the log of the page says more.")

    def _running(self) -> bool:
        return self._process is not None and self._connection is not None and self._process.poll() is None

    def _ensure_running(self) -> Connection:
        if self._running() and self._connection is not None:
            return self._connection
        if self._closed:
            raise UserError("The page is being ended; start it again to listen with this run.")
        self._end()
        environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": import_path()}
        arguments = [self._embedder] if self._embedder else []
        self._process, self._connection = piped(
            "explorer.search.worker", *arguments, cwd=PROJECT, env=environment, process_group=0
        )
        return self._connection

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _model(run: RunFolder, step: int) -> dict[str, Any]:
    """Which weights are asked."""
    return {"run": str(run.path.absolute()), "step": step}
