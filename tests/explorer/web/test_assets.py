"""The page's own files: served offline, kept for good, and only those."""

import errno
import gzip
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.web.assets import FOLDER, STYLE, asset_url, asset_version, files, router


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.include_router(router)
    return TestClient(app)


def test_every_script_and_style_is_served_for_good(client: TestClient) -> None:
    assert {"icon.svg", "js/map/map.js", "js/sound/player.js"} <= set(files())
    for name, path in files().items():
        reply = client.get("/" + asset_url(name))
        assert reply.status_code == 200
        assert reply.content == path.read_bytes()
        assert "immutable" in reply.headers["cache-control"]
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_style_is_every_sheet_the_tokens_first(client: TestClient) -> None:
    reply = client.get("/" + asset_url(STYLE))
    assert reply.status_code == 200 and reply.headers["content-type"].startswith("text/css")
    sheets = [path.read_text() for path in (FOLDER / "css").rglob("*.css")]
    assert len(sheets) > 10
    assert all(sheet in reply.text for sheet in sheets)
    assert len(reply.text) == sum(map(len, sheets)) + len(sheets) - 1
    assert reply.text.startswith((FOLDER / "css" / "core" / "tokens.css").read_text())


@pytest.mark.parametrize(
    "name",
    ["css/map/map.css", "js/nothing.js", "../app.py", "%2e%2e/app.py", "js/../../app.py", "example_run/config.json"],
)
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/gradio_api/x/assets/{asset_version()}/{name}").status_code == 404


def test_another_version_is_refused_in_words(client: TestClient) -> None:
    reply = client.get("/gradio_api/x/assets/000000000000/style.css")
    assert reply.status_code == 404
    assert "reload" in reply.json()["detail"]


def test_plotly_comes_compressed_and_is_compressed_once(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    reply = client.get("/" + asset_url("plotly"))
    kept = list(tmp_path.rglob("plotly-*.js.gz"))
    assert len(kept) == 1
    assert gzip.decompress(kept[0].read_bytes()) == reply.content
    assert reply.headers["content-encoding"] == "gzip"
    assert int(reply.headers["content-length"]) < 2_000_000 < len(reply.content)
    before = kept[0].stat().st_mtime_ns
    client.get("/" + asset_url("plotly"))
    assert kept[0].stat().st_mtime_ns == before


def test_plotly_comes_where_nothing_can_be_kept(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with monkeypatch.context() as on_a_full_disk:
        on_a_full_disk.setattr("os.write", full)
        in_vain = client.get("/" + asset_url("plotly"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    kept = client.get("/" + asset_url("plotly"))
    assert (in_vain.content, in_vain.headers["content-encoding"]) == (kept.content, "gzip")


def test_scripts_import_only_scripts_that_exist() -> None:
    for path in (FOLDER / "js").rglob("*.js"):
        for line in path.read_text().splitlines():
            if line.startswith(("import ", "} from ")) and ' from "' in line:
                target = line.rsplit('"', 2)[1]
                assert target.startswith(("./", "../")), f"{path.name} imports {target}"
                assert (path.parent / target).is_file(), f"{path.name} imports {target}"


def test_security_no_script_inserts_text_as_html() -> None:
    for path in (FOLDER / "js").rglob("*.js"):
        text = path.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{path.name} uses {word}"


def test_only_the_sources_fetch_and_know_addresses() -> None:
    asking = re.compile(r"\bfetch\(|XMLHttpRequest|EventSource|sendBeacon|WebSocket|gradio_api")
    found = {path.name for path in (FOLDER / "js").rglob("*.js") if asking.search(path.read_text())}
    assert found == {"source_live.js", "server_answers.js", "export_files.js"}
