"""The process that embeds: one question at a time over a private pipe, until the server is gone or asks no more.

    python -m explorer.search.worker DESCRIPTOR [MODULE:CLASS]

A question is a JSON object, which says in "what" it is about: sounds or views to embed, embeddings to project, texts to
read. One about sounds is followed by a message of samples for each, one about views or embeddings by a message of numbers for
each, whose "shapes" it tells. The answer is a JSON object and, where that names a shape, one message of float32 values. No
pickles on either side.
"""

import importlib
import json
import logging
import os
import sys
from collections import OrderedDict
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from training.data.cache import load
from training.errors import UserError
from training.run import RunFolder

EMBEDDER = "training.embedder:Embedder"
IDLE_SECONDS = 900.0
MODELS_AT_MOST = 3

log = logging.getLogger("embedding worker")


class Answerer:
    """Answers questions; keeps the last few models and data sets."""

    def __init__(self, connection: Connection, make_embedder: Callable[[RunFolder, int], Any]):
        self._connection = connection
        self._make_embedder = make_embedder
        self._models: OrderedDict[tuple[str, int, int], Any] = OrderedDict()
        self._data: Any = None

    def answer_until_idle(self) -> None:
        """Returns when the server hung up or has asked nothing for a long time."""
        while self._connection.poll(IDLE_SECONDS):
            try:
                question = json.loads(self._connection.recv_bytes())
                sounds = [self._connection.recv_bytes() for _ in range(question["sounds"])]
                self._answer(question, [np.frombuffer(sound, np.float32).copy() for sound in sounds])
            except (EOFError, ConnectionError):
                return

    def _answer(self, question: dict[str, Any], waveforms: list[np.ndarray]) -> None:
        try:
            found = self._embeddings(question, waveforms)
        except UserError as error:
            self._connection.send_bytes(json.dumps({"error": str(error)}).encode())
        except Exception:
            log.exception("A question could not be answered.")
            self._connection.send_bytes(json.dumps({"fault": True}).encode())
        else:
            self._connection.send_bytes(json.dumps({"shape": found.shape}).encode())
            self._connection.send_bytes(np.ascontiguousarray(found, np.float32).tobytes())

    def _embeddings(self, question: dict[str, Any], waveforms: list[np.ndarray]) -> np.ndarray:
        if "fingerprint" in question:
            dataset = self._dataset(question["fingerprint"])
            waveforms = [dataset.waveform(clip) for clip in range(question["begin"], question["end"])]
        model = self._model(question["run"], question["step"])
        arrays = [array.reshape(shape) for array, shape in zip(waveforms, question.get("shapes", ()), strict=False)]
        embedded: np.ndarray
        match question["what"]:
            case "sounds":
                embedded = model.embed(waveforms)
            case "views":
                embedded = model.embed_views(arrays)
            case "embeddings":
                embedded = model.project(arrays[0])
            case "texts":
                embedded = model.project_texts(question["pieces"])
        if not np.isfinite(embedded).all():
            raise UserError("The model of this run gives no finite embedding; its training has diverged.")
        return embedded

    def _model(self, run: str, step: int) -> Any:
        folder = RunFolder(run)
        try:
            changed = folder.weights_path(step).stat().st_mtime_ns
        except OSError:
            raise UserError(f"This run has no weights of step {step:,} any more.") from None
        key = (run, step, changed)
        if key not in self._models:
            self._models[key] = self._make_embedder(folder, step)
        self._models.move_to_end(key)
        while len(self._models) > MODELS_AT_MOST:
            self._models.popitem(last=False)
        return self._models[key]

    def _dataset(self, fingerprint: str) -> Any:
        if self._data is None or self._data.fingerprint != fingerprint:
            self._data = load(fingerprint)
        if self._data is None:
            raise UserError("The sounds of this run are not on this machine any more.")
        return self._data


def main() -> None:
    """Answer what arrives on the connection named on the command line, with the embedder named there if one is."""
    os.nice(10)
    logging.basicConfig(format="embedding worker: %(message)s")
    module, _, name = (sys.argv[2] if len(sys.argv) > 2 else EMBEDDER).partition(":")
    connection = Connection(int(sys.argv[1]))
    Answerer(connection, getattr(importlib.import_module(module), name)).answer_until_idle()


if __name__ == "__main__":
    main()
