"""Everybody who looks at a folder of runs: the page, its byte routes, the projector, the embedder, the command line.

`benchmarks.mutilate` breaks such folders; nobody here may raise, wait, or take much memory, whatever a folder is like.
"""

import argparse
import contextlib
import io
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import soundfile
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.jobs.launcher import Launcher
from explorer.jobs.orphans import held, last_line, mark
from explorer.projector.chain import Chain
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.index import Index
from explorer.search.process import EmbeddingProcess
from explorer.search.weights import kept_step
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from training import checkpoint, durable
from training.commands.listing import list_runs
from training.config import RunConfig, new_config
from training.data import open_dataset
from training.data.dataset import SAMPLE_RATE
from training.data.progress import quiet
from training.data.store import mel_store
from training.embedder import Embedder
from training.errors import UserError
from training.hardware import hardware
from training.learner import new_learner
from training.run import Control, RunFolder, State, create_run
from training.settings import build
from training.spectrogram import FrontEnd
from training.trainer import train

TINY = {"batch_size": 8, "probe_clips": 16, "mels": 16, "crop_seconds": 0.32, "warmup_steps": 1}
RUN, CACHE = "run", ".cache"
CLIPS = 24


class Onlooker:
    """Looks at folders of runs that were once like the one which it makes. Caches go where `XDG_CACHE_HOME` says."""

    def __init__(self, folder: Path):
        """Makes a few sounds in `folder`, and `site`: a folder of runs with one small trained run, a queue, and maps."""
        self.site = folder / "site"
        config = new_config(TINY, method="simclr", data=str(_sounds(folder / "sounds")), steps=1, seed=0, device="cpu")
        run = create_run(self.site / RUN, config.to_json())
        train(run.path)
        self._uploads = Uploads(folder)
        self._library, self._layouts = Library(self.site), LayoutFolders(self.site)
        page = FastAPI()
        page.include_router(byte_routes(self._library, self._uploads, self._layouts))
        self._client = TestClient(page).__enter__()  # one loop for all questions
        self._process = EmbeddingProcess()
        self._dataset = open_dataset(config.data, window_seconds=config.window_seconds, progress=quiet)
        front_end, machine = build(FrontEnd, config.front_end, "The front end"), hardware("cpu")
        store = mel_store(self._dataset, front_end, machine.device, quiet)
        self._learner = new_learner(config, self._dataset, store, machine)
        for into in (run.path / "layouts", None):
            chain = Chain(run, LayoutFolders(self.site / CACHE if into is None else folder / "none"), into)
            while (task := chain.next_task(False)) is not None:
                chain.do(task, None)
        vectors = self._index(self.site).path(run, run.checkpoints()[-1], self._dataset.fingerprint)
        vectors.parent.mkdir(parents=True)
        np.save(vectors, np.ones((len(self._dataset), 8), np.float16))
        durable.write_json(self.site / ".queue.json", {"schema": 1, "waiting": [{"name": RUN, "verb": "resume"}]})

    def close(self) -> None:
        """Remove what was only for looking."""
        self._client.__exit__()
        self._uploads.close()

    def look(self, site: Path) -> None:
        """Everything that anybody asks of a folder of runs."""
        library, layouts = self._library, self._layouts
        library.root, layouts.root = site, LayoutFolders(site / CACHE).root
        library.summaries(), library.latest(), library.references()
        _look_at_queue(site)
        _look_at_list(site)
        for name, run in library.runs().items():
            _look_at_routes(self._client, name)
            self._look_at_run(run, layouts)

    def _look_at_run(self, run: RunFolder, layouts: LayoutFolders) -> None:
        last_line(run), held(run), run.metrics()
        for step in run.snapshots():
            run.snapshot(step)
        for umap_ready in (False, True):
            Chain(run, layouts).next_task(umap_ready)
        with _sentences():
            self._index(run.path.parent).vectors(run, kept_step(run), self._dataset)
        with _sentences():
            Embedder(run).embed([np.zeros(SAMPLE_RATE, np.float32)])
        with _sentences():
            checkpoint.restore(run, checkpoint.latest(run)[0], self._learner)
        with _sentences():
            RunConfig.from_json(run.config())
        with _sentences():
            run.ask(Control.STOP)
        mark(run, State.FAILED, "It was looked at.")

    def _index(self, site: Path) -> Index:
        return Index(self._process, site / CACHE)


def _look_at_queue(site: Path) -> None:
    launcher = Launcher(site, read_only=True)
    for name in (RUN, *launcher.queue()):
        launcher.place(name)
        launcher.ahead(name)


def _look_at_list(site: Path) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for as_json, whole in product((False, True), repeat=2):
            list_runs(argparse.Namespace(runs=str(site), json=as_json, all=whole))


def _look_at_routes(client: TestClient, name: str) -> None:
    """What the page asks of a run; each answer is sound JSON, or a refusal in one sentence."""

    def asked(path: str, **parameters: str) -> dict[str, Any]:
        answer = client.get(f"{PREFIX}/run/{quote(name, safe='')}/{path}", params=parameters)
        assert answer.status_code in (200, 404), (path, answer.status_code, answer.text[:300])
        if answer.headers["content-type"] != "application/json":
            return {}
        value = json.loads(answer.content, parse_constant=_no_number)
        assert isinstance(value, dict)
        return value

    news = asked("news")
    assert "metrics" in news, news
    asked("news", since=news["metrics"]["cursor"])
    asked("schema"), asked("baselines"), asked("points")
    steps = asked("lens")["steps"]
    for step in steps[:2] + steps[-1:]:
        asked(f"lens/{step}"), asked(f"layout/{step}"), asked(f"neighbours/{step}/0"), asked(f"neighbours/{step}/15")


def _no_number(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """A refusal is an answer, if it is one line of plain text."""
    try:
        yield
    except UserError as refusal:
        said = str(refusal)
        assert said.endswith(".") and "\n" not in said and "Traceback" not in said, said


def _sounds(folder: Path) -> Path:
    """Tones of three classes, whose folders are their labels."""
    times = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    for number in range(CLIPS):
        path = folder / "abc"[number % 3] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, 0.5 * np.sin(2 * np.pi * (200 + 37 * number) * times), SAMPLE_RATE)
    return folder
