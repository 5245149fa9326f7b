"""What older versions left behind is on the page: in the list, with its map, its curves and its sounds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.projector.chain import Chain
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from tests.support.older_runs import OLDER_RUNS, copied, write_sounds
from training.data import open_dataset
from training.embedder import Embedder


@pytest.fixture
def library(cache: Path, tmp_path: Path) -> Any:
    """Both runs, as copies in one folder."""
    for name in OLDER_RUNS:
        copied(name, tmp_path / "runs" / name)
    return Library(tmp_path / "runs")


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_an_older_run_is_listed_with_its_curves_and_baselines(name: Any, library: Any, tmp_path: Path) -> None:
    summary = next(summary for summary in library.summaries() if summary.name == name)
    described = json.loads((OLDER_RUNS[name] / "config.json").read_text())
    assert (summary.method, summary.created) == (described["method"], described["created"])
    assert not summary.read_only and summary.status.step == library.run(name).snapshots()[-1]
    app = FastAPI()
    app.include_router(byte_routes(library, Uploads(tmp_path), LayoutFolders()))
    page = TestClient(app)
    news = page.get(f"{PREFIX}/run/{name}/news").json()
    rows = news["metrics"]["rows"]
    assert news["status"]["state"] == summary.status.state
    assert {row["step"] for row in rows if "measure/normalised_std" in row} >= set(library.run(name).snapshots())
    assert rows[-1]["step"] == summary.status.step and any("train/loss" in row for row in rows)
    lines = page.get(f"{PREFIX}/run/{name}/baselines").json()
    assert lines["cross_group_knn"][lines["main_facet"]].keys() == {"random_init", "log_mel", "mfcc", "chance"}
    points = page.get(f"{PREFIX}/run/{name}/points").json()
    assert points["n"] == len(library.run(name).probe()["ids"]) > 0
    assert points["main_facet"] == lines["main_facet"] and points["main_facet"] == points["columns"][0]["name"]


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_an_older_run_has_a_map_of_every_snapshot(name: Any, library: Any) -> None:
    """The example brings its own, which are found by the hash of each snapshot; the stopped run's are made."""
    run, folders = library.run(name), LayoutFolders()
    chain, made = Chain(run, folders), []
    while (task := chain.next_task(False)) is not None:
        chain.do(task, None)
        made.append(task.step)
    assert sorted(made) == ([] if name == "example" else run.snapshots())
    assert folders.summary(run).steps == tuple(run.snapshots())
    for step in run.snapshots():
        places = folders.find(run, step).places
        assert places.shape == (len(run.probe()["ids"]), 2) and np.isfinite(places).all() and places.any()


def test_an_older_run_finds_its_sounds_wherever_they_lie(library: Any, tmp_path: Path) -> None:
    dataset = open_dataset(str(write_sounds(tmp_path / "elsewhere")))
    run = library.run("stopped")
    assert library.sounds(run).dataset.fingerprint == dataset.fingerprint
    assert list(dataset.ids) == run.probe()["ids"]


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_the_embedder_takes_an_older_run(name: Any, library: Any) -> None:
    embedder = Embedder(library.run(name))
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 9_000).astype(np.float32)
    (vector,) = embedder.embed([noise])
    assert embedder.step == library.run(name).snapshots()[-1]
    assert vector.shape == (embedder.width,) and np.isfinite(vector).all() and vector.any()
