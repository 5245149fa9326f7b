"""Every route of the really built page is named, as open or as closed; what is closed, unknown or foreign is refused."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from explorer.server import Server
from explorer.web.open_routes import OPEN, Open, OpenRoutes
from tests.support.closed_routes import CLOSED
from tests.support.launched import launched

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[3]
ALL_CLOSED = [route for routes in CLOSED.values() for route in routes]
WORDS = {"path:path": "a.js", "url_path:path": "https://example.org", "name:path": "style.css", "ext": "ts"}
"""What stands for parts of a path; others are "x"."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Site:
    """A server that listens in this process, with its temporary folder."""

    server: Server
    port: int
    uploads: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            reply = connection.getresponse()
            content = b"" if "event-stream" in (reply.getheader("Content-Type") or "") else reply.read()
            return Answer(reply.status, reply.headers, content)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with launched(folder, named=("class.example",), favicon_path=ROOT / "assets" / "icon.svg") as (server, port):
        yield Site(server, port, Path(server.page.app.uploaded_file_dir))


def test_every_route_that_is_offered_is_open_or_closed_by_name(site: Site) -> None:
    """Gradio may add routes: each is looked at, and named in one of the two tables, before this passes again."""
    routes = iter_route_contexts(site.server.page.app.routes)
    offered = [f"{method} {route.path}" for route in routes for method in route.methods or ["?"]]
    opened = [f"{method} {route.path}" for route in OPEN for method in route.methods.split()]
    assert sorted(offered) == sorted([*opened, *ALL_CLOSED])


@pytest.mark.parametrize("route", ALL_CLOSED)
def test_security_what_is_closed_answers_nothing(site: Site, route: str) -> None:
    method, _, path = route.partition(" ")
    assert refused(site.ask(method, filled(path)), 404)


@pytest.mark.parametrize(
    "asked",
    [
        *(
            "/docs",
            "/redoc",
            "/openapi.json",
            "/docs/oauth2-redirect",
            "/gradio_api/x",
            "/gradio_api/x/docs",
            "/nothing",
        ),
        *("/?deep_link=abc", "/config?deep_link=abc", "/?page=train", "/gradio_api/info?all_endpoints=True"),
        *(
            "//config",
            "/config/..",
            "/Config",
            "/config%0a",
            "/gradio_api/x/run/%00/news",
            "/gradio_api/mcp",
            "/gradio_api/mcp/sse",
        ),
    ],
)
def test_security_what_no_table_names_answers_nothing(site: Site, asked: str) -> None:
    assert refused(site.ask("GET", asked), 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST", "CONNECTED"])
def test_security_other_methods_answer_nothing(site: Site, method: str) -> None:
    assert refused(site.ask(method, "/config"), 404)


@pytest.mark.parametrize("route", [route for route in OPEN if "{" not in route.path], ids=lambda route: route.path)
def test_what_is_open_answers(site: Site, route: Open) -> None:
    for method in route.methods.split():
        answer = site.ask(method, route.path, b"{}" if method == "POST" else None, Content_Type="application/json")
        # 400 and 422: asked for without what it wants
        assert answer.status in (200, 400, 422) or (route.path.endswith("_progress") and answer.status == 404)
        assert b"nothing here" not in answer.body


def test_security_only_uploads_are_given_out_as_files(site: Site) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="tone.wav"\r\n\r\nRIFF\r\n--x--\r\n'
    sent = site.ask("POST", "/gradio_api/upload", part, Content_Type="multipart/form-data; boundary=x")
    (kept,) = map(Path, json.loads(sent.body))
    assert site.ask("GET", f"/gradio_api/file={kept}").body == b"RIFF"
    outside = site.uploads.parent / "gradio2.wav"
    outside.write_bytes(b"RIFF")
    link = kept.with_name("link.wav")
    link.symlink_to(outside)
    for path in (
        *(
            "https://example.org/a.wav",
            "http://127.0.0.1/",
            "file:///etc/passwd",
            "app.py",
            "/etc/passwd",
            str(site.uploads),
        ),
        *(
            str(outside),
            str(link),
            f"{site.uploads}/../gradio2.wav",
            f"{kept}%00",
            "",
            "%2e",
        ),
        *(f"{ROOT}/app.py", f"/{kept}/../../../../etc/passwd", f"{ROOT}/assets/icon.svg"),
    ):
        for method in ("GET", "HEAD"):
            assert site.ask(method, f"/gradio_api/file={path}").status in (403, 404), path
    assert site.ask("GET", f"/gradio_api/file={outside}").status == 403


def test_security_a_foreign_host_is_refused(site: Site) -> None:
    for name in (
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "192.168.1.7",
        "localhost.evil.example",
        "x y",
    ):
        for path in ("/", "/config", "/gradio_api/x/run/a/news"):
            assert refused(site.ask("GET", path, Host=name), 421), name
    assert b"start it with --allow-host evil.example." in site.ask("GET", "/", Host="evil.example").body
    assert refused(site.ask("GET", "/", X_Forwarded_Host="evil.example"), 421)
    for name in ("localhost:7860", "127.0.0.1", "[::1]:80", "LOCALHOST", "class.example", "class.example:8443"):
        assert site.ask("GET", "/theme.css", Host=name).status == 200, name


def test_security_pages_from_elsewhere_change_nothing(site: Site) -> None:
    for path in ("/gradio_api/run/predict", "/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/cancel"):
        for origin in ("https://evil.example", "null", "http://localhost:1", f"http://localhost:{site.port}", ""):
            assert refused(site.ask("POST", path, b"{}", Origin=origin), 403), (path, origin)
    asked: dict[str, Any] = {"body": b"{}", "Content_Type": "application/json"}
    for origin in (f"http://127.0.0.1:{site.port}", "https://class.example"):
        assert site.ask("POST", "/gradio_api/cancel", Origin=origin, **asked).status == 422, origin
    assert site.ask("POST", "/gradio_api/cancel", **asked).status == 422  # a program, which says no origin


def test_security_no_page_from_elsewhere_reads_an_answer(site: Site) -> None:
    for host in ("127.0.0.1", "class.example"):
        answer = site.ask("GET", "/config", Host=host, Origin="https://evil.example")
        assert answer.status == 200
        assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")]


def test_security_nobody_speaks_by_websocket(site: Site) -> None:
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13", "Sec_WebSocket_Key": key}
    for path in ("/", "/gradio_api/queue/join"):
        assert refused(site.ask("GET", path, **upgrade, Origin="https://evil.example"), 403)  # type: ignore[arg-type]


def test_security_an_answer_to_an_error_is_guarded_too_and_tells_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str) -> None:
        raise RuntimeError(f"secret of {ROOT}")

    monkeypatch.setattr(site.server.services.library, "run", fails)
    answer = site.ask("GET", "/gradio_api/x/run/a/news")
    assert (answer.status, answer.body) == (500, b"Internal Server Error")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_what_waits_for_its_turn_is_not_asked_past_the_queue(site: Site) -> None:
    waiting = [fn for fn in site.server.page.fns.values() if fn.queue]
    assert {"find", "compare"} <= {fn.api_name for fn in waiting}
    for fn in waiting:
        for name in ("predict", fn.api_name):
            body = json.dumps({"fn_index": fn._id, "data": [None] * len(fn.inputs), "session_hash": "s"}).encode()
            answer = site.ask("POST", f"/gradio_api/run/{name}", body, Content_Type="application/json")
            assert answer.status == 404 and b"join the queue" in answer.body


def test_programs_find_out_what_they_may_ask(site: Site) -> None:
    info = json.loads(site.ask("GET", "/gradio_api/info?serialize=False").body)
    assert set(info["named_endpoints"]) == {"/find", "/find_words", "/compare"} and info["unnamed_endpoints"] == {}


def test_each_open_route_says_to_whom_and_why() -> None:
    assert all(route.whom and route.why for route in OPEN)
    assert len({(method, route.path) for route in OPEN for method in route.methods.split()}) > len(OPEN)
    assert OpenRoutes(Path("/"), []).refusal("GET", "/", []) == (404, "There is nothing here.")


def filled(path: str) -> str:
    """A path of the table with something for each of its parts."""
    while "{" in path:
        before, _, rest = path.partition("{")
        part, _, after = rest.partition("}")
        path = before + WORDS.get(part, "x") + after
    return path


def refused(answer: Answer, status: int) -> bool:
    """Whether it is that refusal: one sentence of ours, guarded."""
    text = answer.body.decode()
    return (
        answer.status == status
        and (not text or (text.endswith(".") and "\n" not in text))  # a HEAD has no text
        and answer.headers["X-Content-Type-Options"] == "nosniff"
        and "default-src" in answer.headers["Content-Security-Policy"]
    )
