"""Visitors who arrive together are counted as they fare, also where they are not served."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from benchmarks.arrivals import one_by_one, together
from benchmarks.served import Served

pytestmark = pytest.mark.whole

PAGE = b"""<link rel="stylesheet" crossorigin href="./style.css"><script async src="/a.js"></script>
<link rel="manifest" href="/manifest.json" /><script type="module" src="https://elsewhere.example/b.js"></script>"""


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        found = self.path in ("/", "/style.css", "/a.js")
        self.send_response(200 if found else 404)
        body = PAGE if self.path == "/" else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[Served]:
    Page.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Served(os.getpid(), server.server_address[1])
        server.shutdown()
        thread.join()


def test_a_visitor_fetches_the_page_and_what_it_names_here(served: Served) -> None:
    found = together(served, visitors=3, within=0.1)
    assert sorted(Page.asked) == sorted(["/", "/style.css", "/a.js"] * 3)
    assert found["visitors_failed"] == 0
    assert 0 < found["page_median_seconds"] <= found["page_p95_seconds"] <= found["all_longest_seconds"]


def test_who_is_not_served_is_counted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.test_arrivals.PAGE", b'<script src="/gone.js"></script>')
    assert together(served, visitors=2, within=0.0) == {"visitors_failed": 2}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_the_page_is_fetched_in_turn(served: Served) -> None:
    found = one_by_one(served, visits=4)
    assert Page.asked == ["/"] * 5
    assert found["page_bytes"] == len(PAGE) and found["page_seconds"] > 0 and found["page_processor_seconds"] >= 0
