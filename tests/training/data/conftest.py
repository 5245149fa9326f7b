"""What the tests of data share: a cache of their own, and a web server that breaks off."""

import functools
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.breaking_server import Handler, Server
from training.data.decoder import Decoder


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sound takes too long to decode because the machine is slow."""
    monkeypatch.setattr(Decoder.answer, "__defaults__", (120,))


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh cache folder, taken through the environment as a user would set it."""
    root = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(root))
    return root / "hearsight"


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    """The server, and the address of its file."""
    state = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, state))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state, f"http://127.0.0.1:{http.server_port}/file"
    http.shutdown()
    thread.join()
    http.server_close()
