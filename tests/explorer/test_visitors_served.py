"""A real server with narrow limits: what strangers send too much of, and what one visitor knows of another."""

import http.client
import io
import json
import re
import secrets
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.server import Server
from explorer.visitors.limits import Limits
from tests.support.launched import launched

pytestmark = pytest.mark.whole

LIMITS = Limits(
    upload_mb=2, request_kb=100, visitor_mb=5, total_mb=40, visitor_uploads=8, sessions=3, waiting_events=50
)


@dataclass
class Answer:
    status: int
    body: bytes
    headers: http.client.HTTPMessage


@dataclass
class Visitor:
    """A browser: it keeps the cookie that it is given."""

    port: int
    cookie: str = ""
    session: str = field(default_factory=lambda: secrets.token_hex(6))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named | ({"Cookie": self.cookie} if self.cookie else {}))
            reply = connection.getresponse()
            self.cookie = (reply.getheader("Set-Cookie") or self.cookie).partition(";")[0]
            return Answer(reply.status, reply.read(), reply.headers)
        finally:
            connection.close()

    def arrive(self) -> "Visitor":
        assert self.ask("GET", "/").status == 200
        return self

    def send(self, content: bytes, name: str = "tone.wav") -> Answer:
        part = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        return self.ask(
            "POST",
            "/gradio_api/upload",
            part + content + b"\r\n--x--\r\n",
            Content_Type="multipart/form-data; boundary=x",
        )

    def call(self, about: dict[str, Any], data: list[Any], **more: Any) -> str:
        """What a function of the page answers by its queue."""
        body = json.dumps({**about, "data": data, "session_hash": self.session, **more}).encode()
        joined = self.ask("POST", "/gradio_api/queue/join", body, Content_Type="application/json")
        if joined.status != 200:
            return joined.body.decode()
        return self.ask("GET", f"/gradio_api/queue/data?session_hash={self.session}").body.decode()


@dataclass(frozen=True)
class Site:
    server: Server
    port: int
    incoming: Path

    def visitor(self) -> Visitor:
        return Visitor(self.port).arrive()

    def function(self, element: str, event: str) -> dict[str, Any]:
        """How to call what happens at an event of the part with this id."""
        config = json.loads(Visitor(self.port).ask("GET", "/config").body)
        (part,) = [part["id"] for part in config["components"] if part["props"].get("elem_id") == element]
        (found,) = [f["id"] for f in config["dependencies"] if [part, event] in f["targets"] and f["backend_fn"]]
        return {"fn_index": found, "trigger_id": part}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with launched(folder, limits=LIMITS) as (server, port):
        yield Site(server, port, Path(server.page.app.uploaded_file_dir))


def wav(seconds: float, pitch: float = 440) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", ""))
        out.writeframes((np.sin(np.arange(int(16_000 * seconds)) * pitch / 2546) * 8000).astype("<i2").tobytes())
    return held.getvalue()


def test_visitors_get_a_cookie_with_the_page_and_only_once(site: Site) -> None:
    visitor = Visitor(site.port)
    assert "set-cookie" not in visitor.ask("GET", "/config").headers
    headers = visitor.ask("GET", "/").headers
    (cookie,) = headers.get_all("set-cookie") or []
    assert headers["cache-control"] == "private, no-store"
    assert re.fullmatch(
        rf"hearsight_{site.port}=[0-9a-f]{{32}}\.[0-9a-f]{{64}}; Path=/; HttpOnly; SameSite=Lax", cookie
    )
    assert "set-cookie" not in visitor.ask("GET", "/").headers
    assert "Secure" in Visitor(site.port).ask("GET", "/", X_Forwarded_Proto="https").headers["set-cookie"]


@pytest.mark.filterwarnings(  # Gradio (6.31) leaves a part of it to the collector, of which Python 3.14 warns
    "ignore:Exception ignored.*_TemporaryFileCloser:pytest.PytestUnraisableExceptionWarning"
)
def test_security_an_upload_that_is_too_large_is_413_and_leaves_nothing(site: Site) -> None:
    for announced in (True, False):
        visitor, content = site.visitor(), b"x" * 3_000_000
        body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n' + content
        answer = visitor.ask(
            "POST",
            "/gradio_api/upload",
            body if announced else iter([body[i : i + 65_536] for i in range(0, len(body), 65_536)]),
            Content_Type="multipart/form-data; boundary=x",
        )
        assert (answer.status, answer.body) == (413, b"This is more than the 2 MB that are taken at once.")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert [path for path in site.incoming.iterdir() if path.is_file()] == []


def test_security_no_answer_repeats_the_headers_of_its_request(site: Site) -> None:
    visitor = site.visitor()
    (path,) = json.loads(visitor.send(b"RIFF....WAVE").body)
    for span in ("bytes=0-3", "bytes=4-", "bytes=0-1,4-5", "bytes=1-2-3", "bytes=9-1"):
        answer = visitor.ask("GET", f"/gradio_api/file={path}", Range=span, X_Told="by a proxy")
        assert answer.status in (200, 206, 400, 416)
        assert not {"Cookie", "X-Told", "Host"} & {name.title() for name in answer.headers}
    assert visitor.ask("GET", f"/gradio_api/file={path}", Range="bytes=0-3").body == b"RIFF"


def test_security_no_header_names_another_server_for_the_page(site: Site) -> None:
    named = {"X_Gradio_Server": "http://evil.example", "X_Forwarded_Proto": "https"}
    for path in ("/", "/config", "/gradio_api/info"):
        assert b"evil.example" not in site.visitor().ask("GET", path, **named).body


def test_security_bursts_of_uploads_are_refused(site: Site) -> None:
    visitor, other = site.visitor(), site.visitor()
    answers = [visitor.send(b"RIFF") for _ in range(12)]
    assert [answer.status for answer in answers] == [200] * 8 + [429] * 4
    assert answers[-1].body.decode().startswith("The uploads of a visitor are limited to 8 a minute; wait")
    assert other.send(b"RIFF").status == 200


def test_security_without_a_cookie_all_of_an_address_are_one(site: Site) -> None:
    statuses = [Visitor(site.port).send(b"RIFF").status for _ in range(10)]
    assert statuses == [200] * 8 + [429] * 2


def test_security_what_a_visitor_sends_in_all_is_bounded(site: Site) -> None:
    visitor = site.visitor()
    statuses = [visitor.send(b"x" * 1_500_000, f"{i}.wav").status for i in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel"])
def test_security_bodies_of_other_requests_are_small(site: Site, path: str) -> None:
    visitor = site.visitor()
    large = json.dumps({"data": ["x" * 20_000_000], "fn_index": 0, "session_hash": "large"}).encode()
    for body in (large, iter([large[i : i + 65_536] for i in range(0, len(large), 65_536)])):
        answer = visitor.ask("POST", path, body, Content_Type="application/json")
        assert (answer.status, answer.body) == (413, b"This is more than the 100 kB that are taken at once.")
    assert not site.server.page._queue.event_ids_to_events
    assert "large" not in site.server.page._queue.pending_messages_per_session


def test_visitors_sessions_are_bounded_and_the_idle_one_goes(site: Site) -> None:
    about = site.function("runs", "remove")
    first, *others = [site.visitor() for _ in range(4)]
    holder = site.server.page.app.state_holder

    def asks(visitor: Visitor) -> int:
        body = json.dumps({**about, "data": [], "session_hash": visitor.session}).encode()
        return visitor.ask("POST", "/gradio_api/run/predict", body, Content_Type="application/json").status

    assert asks(first) == 200
    for visitor in others[:2]:
        assert asks(visitor) == 200
    asks(first)
    assert asks(others[2]) == 200
    known = [visitor.session in holder for visitor in (first, *others)]
    assert known == [True, False, True, True]
    assert len(holder.session_data) <= LIMITS.sessions


def test_visitors_who_never_fetch_their_answers_leave_nothing_for_long(site: Site) -> None:
    about, queue, visitor = site.function("runs", "remove"), site.server.page._queue, site.visitor()
    for number in range(3 * LIMITS.sessions):
        body = json.dumps({**about, "data": [], "session_hash": f"unfetched {number}"}).encode()
        joined = visitor.ask("POST", "/gradio_api/queue/join", body, Content_Type="application/json")
        assert joined.status == 200
    assert len(queue.pending_messages_per_session) <= LIMITS.sessions
    assert len(queue.pending_event_ids_session) <= 2 * LIMITS.sessions
    body = json.dumps({**about, "data": [], "session_hash": "x" * 50_000}).encode()
    refused = visitor.ask("POST", "/gradio_api/queue/join", body, Content_Type="application/json")
    assert (refused.status, json.loads(refused.body)) == (400, {"detail": "The word for this session is too long."})


def test_visitors_can_neither_list_nor_play_what_others_sent(site: Site) -> None:
    first, second = site.visitor(), site.visitor()
    content = wav(0.5, 523)
    (path,) = json.loads(first.send(content, "secret-tune.wav").body)
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    answer = first.call(site.function("listen-audio", "input"), [file])
    (token,) = set(re.findall(r"[0-9a-f]{32}", answer.partition('"upload"')[2][:60]))
    assert first.ask("GET", f"/gradio_api/x/upload/{token}/clip").body[:4] == b"RIFF"
    assert f"={site.server.services.uploads._owners[token]}." in first.cookie
    everything = [
        *(second.ask("GET", path).body for path in ("/", "/config", "/gradio_api/info")),
        *(
            second.ask("GET", f"/gradio_api/x/upload/{guess}/clip").body
            for guess in ("", "*", "..", "0" * 32, token[:-1] + ("0" if token[-1] != "0" else "1"), f"{token}.i16")
        ),
        *(
            second.ask("GET", f"/gradio_api/file={folder}").body
            for folder in (site.incoming, Path(path).parent, Path(path).with_name("tone.wav"))
        ),
    ]
    for said in everything:
        assert token.encode() not in said and b"secret-tune" not in said and not said.startswith(b"RIFF")


def test_visitors_who_are_refused_read_one_sentence(site: Site) -> None:
    """One that a page can show: plain text, no path, no traceback."""
    answer = site.visitor().send(b"x" * 3_000_000)
    assert answer.headers.get_content_type() == "text/plain"
    assert answer.body.decode().count(".") == 1 and b"/" not in answer.body
