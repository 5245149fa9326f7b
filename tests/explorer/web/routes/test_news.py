import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from training.run import State


def test_a_run_that_waits_says_its_place(make_run: Any, tmp_path: Path) -> None:
    for name, state in (("waits", State.WAITING), ("works", State.TRAINING)):
        make_run(tmp_path / "runs" / name, snapshots=(), state=state)
    app = FastAPI()
    library, uploads = Library(tmp_path / "runs", open_datasets=OpenDatasets()), Uploads(tmp_path)
    app.include_router(
        byte_routes(
            library,
            uploads,
            LayoutFolders(),
            asked=lambda name, state: {"place": 2, "behind": name} if state is State.WAITING else {},
        )
    )
    waiting, working = (
        TestClient(app).get(f"{PREFIX}/run/{name}/news").json()["status"] for name in ("waits", "works")
    )
    assert (waiting["place"], waiting["behind"]) == (2, "waits")
    assert "place" not in working


def test_status_and_baselines(page: Any) -> None:
    status = page.get("run/first/news?parts=status").json()["status"]
    assert (status["state"], status["step"], status["read_only"]) == ("finished", 20, False)
    assert page.get("run/first/baselines").json()["main_facet"] == "class"


def test_metrics_go_on_from_their_cursor(page: Any) -> None:
    first = page.get("run/first/news?parts=metrics").json()["metrics"]
    assert not first["void"]
    assert len(first["rows"]) == 24
    second = page.get(f"run/first/news?parts=metrics&since={first['cursor']}").json()["metrics"]
    assert second == {"cursor": first["cursor"], "void": False, "rows": []}


def test_a_run_that_ended_without_a_judgement_is_judged_once_torch_is_there(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # as the server brings it in a pause

    with page.library.run("first").metrics_path().open("a") as rows:
        rows.write('{"step": 20, "measure/effective_rank": 9.0}\n')

    def told() -> Any:
        return page.get("run/first/news?parts=status").json()["status"]["verdict"]

    assert torch and told()["title"] == "One snapshot"
    monkeypatch.delitem(sys.modules, "torch")
    assert told() is None, "what is drawn first waits for no import"
