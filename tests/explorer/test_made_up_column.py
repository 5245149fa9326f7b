"""A column more is one function and its line in its writer's table: everything else finds it."""

import math
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.projector.chain import Chain
from explorer.runs import map_columns
from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.runs.map_columns import MapColumn
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from tests.support.older_runs import SETTINGS, write_sounds
from training import columns
from training.columns import ClipColumn, SnapshotColumn
from training.config import new_config
from training.run import RunFolder, create_run
from training.run.schema import Column
from training.trainer import train

MADE_UP = Column("made_up", "Made up", "number", unit="of full scale", meaning="The largest sample.")
NORM = Column("made_up_norm", "Length of the embedding", "number", "snapshot")
SIDE = Column("made_up_side", "Side of the map", "flag", "snapshot", names=("left", "right"), writer="projector")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> RunFolder:
    """A run of a few real steps, and its first maps, with a column more of each sort."""
    largest = ClipColumn(MADE_UP, lambda data, clips: np.array([np.abs(data.waveform(int(c))).max() for c in clips]))
    norm = SnapshotColumn(NORM, lambda taken: taken.embeddings.norm(dim=1))
    side = MapColumn(SIDE, lambda units, places: (places[:, 0] > 0).astype(np.float32))
    monkeypatch.setattr(columns, "CLIP_COLUMNS", (*columns.CLIP_COLUMNS, largest))
    monkeypatch.setattr(columns, "SNAPSHOT_COLUMNS", (*columns.SNAPSHOT_COLUMNS, norm))
    monkeypatch.setattr(map_columns, "MAP_COLUMNS", (*map_columns.MAP_COLUMNS, side))
    sounds = write_sounds(tmp_path / "sounds")
    settings = {"batch_size": 8, "mels": 8, "crop_seconds": 0.32}
    assert settings.items() <= SETTINGS.items()
    config = new_config(settings, method="simclr", data=str(sounds), steps=3, seed=0, device="cpu")
    made = create_run(tmp_path / "runs" / "short", config.to_json())
    train(made.path)
    chain = Chain(made, LayoutFolders())
    while (task := chain.next_task(False)) is not None:
        chain.do(task, None)
    return made


def test_a_column_is_declared_read_and_sent(run: RunFolder, tmp_path: Path) -> None:
    assert {MADE_UP, NORM} < set(run.schema().columns)
    bundle = Bundle(run)
    assert {MADE_UP, NORM, SIDE} < set(bundle.columns()) == set(bundle.schema().columns)
    app = FastAPI()
    app.include_router(byte_routes(Library(tmp_path / "runs"), Uploads(tmp_path), LayoutFolders()))
    page = TestClient(app)
    sent = {c["name"]: c for c in page.get(f"{PREFIX}/run/short/points").json()["columns"]}
    assert (sent["made_up"]["title"], sent["made_up"]["unit"]) == ("Made up", "of full scale")
    assert sent["made_up"]["values"] == pytest.approx(run.columns()["made_up"], abs=1e-4)
    assert all(0 < value <= 1 for value in sent["made_up"]["values"])
    for step in run.snapshots():
        vectors = run.snapshot(step)["embeddings"].astype(np.float32)
        norms = page.get(f"{PREFIX}/run/short/column?name=made_up_norm&step={step}").json()["values"]
        assert norms == pytest.approx(np.linalg.norm(vectors, axis=1), rel=1e-2) and not math.isnan(sum(norms))
        sides = page.get(f"{PREFIX}/run/short/column?name=made_up_side&step={step}").json()
        places = bundle.layout(step).places
        assert sides["names"] == ["left", "right"] and sides["values"] == (places[:, 0] > 0).astype(int).tolist()
