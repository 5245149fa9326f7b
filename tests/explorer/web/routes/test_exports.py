"""The zip of an exported run, given out where a visitor had it made and to nobody else."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from explorer.jobs.exports import KINDS, PAGE, Kind
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from explorer.web.routes.exports import export_address, file_name


@pytest.fixture(autouse=True)
def runs(make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "one", 3)


def asked(tmp_path: Path, made: Path | None, name: str = "one", kind: Kind = PAGE) -> Any:
    host = FastAPI()
    exports: Any = [SimpleNamespace(kind=kind, made=lambda name: made)]
    host.include_router(byte_routes(Library(tmp_path), Uploads(), LayoutFolders(), exports=exports))
    return TestClient(host).get(f"{PREFIX}/run/{name}/{kind.name}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_file_is_a_download(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    answer = asked(tmp_path, tmp_path / "a", kind=kind)
    assert (answer.status_code, answer.content) == (200, b"content")
    assert answer.headers["content-disposition"] == f'attachment; filename="hearsight-one{kind.ending}"'
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("made", [None, Path("gone")])
def test_what_is_not_there_is_one_sentence(tmp_path: Path, made: Path | None) -> None:
    answer = asked(tmp_path, made)
    assert answer.status_code == 404 and "no such file of this run" in answer.json()["detail"]


def test_of_a_run_that_was_deleted_none_is_given_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"zip")
    answer = asked(tmp_path, tmp_path / "a", "gone")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such run.")


def test_security_a_read_only_page_gives_none_out(tmp_path: Path) -> None:
    host = FastAPI()
    host.include_router(byte_routes(Library(tmp_path), Uploads(), LayoutFolders()))
    for kind in KINDS:
        assert TestClient(host).get(f"{PREFIX}/run/one/{kind.name}").status_code == 404


def test_names_are_safe_in_addresses_and_files() -> None:
    assert export_address("a/../b c", PAGE) == "gradio_api/x/run/a%2F..%2Fb%20c/export"
    assert [file_name(name, PAGE) for name in ("one", "a/../b\n", "…")] == [
        "hearsight-one.zip",
        "hearsight-a-..-b.zip",
        "hearsight-run.zip",
    ]
