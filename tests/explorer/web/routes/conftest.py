"""A page of routes over one made-up run."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from explorer.measurer.knowing import Knowing
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore
from explorer.web.routes import PREFIX, byte_routes


@pytest.fixture
def page(make_run: Any, make_dataset: Any, tmp_path: Path) -> Iterator[Any]:
    """Asks the routes of a page with one run whose sounds are at hand."""
    make_dataset()
    make_run(tmp_path / "runs" / "first")
    made = Page(tmp_path)
    yield made
    made.knowing.close()


class Page:
    def __init__(self, folder: Any) -> None:
        self.library = Library(folder / "runs", open_datasets=OpenDatasets())
        self.uploads = Uploads(folder)
        self.layouts = LayoutFolders()
        self.looked_at = []
        self.tags = TagStore(folder / "tags")
        self.knowing = Knowing(
            [
                sys.executable,
                "-c",
                'import sys; print(\'{"fraction": 0.5, "text": "Half"}\', flush=True); sys.stdin.read()',
            ]
        )
        given = (self.library, self.uploads, self.layouts, lambda *asked: self.looked_at.append(asked))
        self._client = _client(byte_routes(*given, tags=self.tags, knowing=self.knowing))
        self.read_only = _client(byte_routes(*given))

    def get(self, path: Any) -> Any:
        return self._client.get(f"{PREFIX}/{path}")

    def post(self, path: Any, said: Any, *, read_only: bool = False) -> Any:
        client = self.read_only if read_only else self._client
        return client.post(f"{PREFIX}/{path}", json=said)


def _client(router: APIRouter) -> TestClient:
    app = FastAPI()
    app.include_router(router)
    return TestClient(app)
