"""kill -9 of the process that embeds sounds, while a visitor asks and while it goes through all clips.

Whoever asked gets the right numbers or one sentence; whoever asks next gets the right numbers.
"""

import threading
import time

import numpy as np

from benchmarks.drills.ground import SAMPLE_RATE, Ground
from benchmarks.drills.tally import Tally, expect, within
from explorer.search.index import Index
from explorer.search.process import EmbeddingProcess
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.progress import quiet
from training.errors import UserError
from training.run import RunFolder

INDEX_SECONDS = 120.0


def drill(ground: Ground, tally: Tally) -> None:
    """Kill it in turn under a question and under the index."""
    run, process = ground.twin, EmbeddingProcess()
    config = run.config()
    dataset = open_dataset(config["data"], window_seconds=config["window_seconds"], progress=quiet)
    step = run.checkpoints()[-1]
    sound = np.sin(np.arange(SAMPLE_RATE) / 9).astype(np.float32)
    began = time.perf_counter()
    right = process.embeddings(run, step, [sound])
    usual = time.perf_counter() - began
    refused = 0
    try:
        for number in range(ground.kills):
            with tally.one(f"kill {number + 1}"):
                at = ground.chance.random() * usual * (1.1 if number % 3 else 0.01)
                with killed_after(at, process):
                    try:
                        if number % 2:
                            make_index(Index(process, ground.folder / f"index-{number}"), run, step, dataset)
                        else:
                            found = process.embeddings(run, step, [sound])
                            expect(np.array_equal(found, right), "The numbers are wrong.")
                    except UserError as error:
                        refused += 1
                        expect(str(error).endswith("."), f"This is no sentence: {error}")
                expect(np.array_equal(process.embeddings(run, step, [sound]), right), "The next one got other numbers.")
        with tally.also("the index after the last kill"):
            make_index(Index(process, ground.folder / "index"), run, step, dataset)
    finally:
        process.close()
    tally.notes["asked_again"] = refused


class killed_after:
    """Kills the process so many seconds from now, in another thread, whatever it does."""

    def __init__(self, seconds: float, process: EmbeddingProcess):
        self._timer = threading.Timer(seconds, self._kill)
        self._process = process

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.join()

    def _kill(self) -> None:
        alive = self._process._process
        if alive is not None:
            alive.kill()


def make_index(index: Index, run: RunFolder, step: int, dataset: Dataset) -> None:
    """All clips embedded. Raises UserError where that is said to have failed, which it is once."""

    def done() -> bool:
        progress = index.begin(run, step, dataset)
        if progress is not None and progress.error is not None:
            raise UserError(progress.error)
        return progress is None

    try:
        within(INDEX_SECONDS, done, "The clips were not embedded.")
    finally:
        index.close()
    found = index.vectors(run, step, dataset)
    expect(found is not None and len(found) == len(dataset), "Clips are missing.")
