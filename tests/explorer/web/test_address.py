"""Why a page cannot be served is one sentence; a slow machine and a proxy are no reasons."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from explorer.web.address import NotServed, serve


class Page:
    """Stands in for Gradio's: takes what it is launched with, or fails as it was told."""

    def __init__(self, failure: Exception | None = None):
        self.failure = failure
        self.launched: dict[str, Any] = {}

    def launch(self, **launched: Any) -> None:
        self.launched = launched
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(autouse=True)
def proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.delenv("no_proxy", raising=False)


def opened(page: Page, host: str | None = None, port: int | None = None, **launched: Any) -> None:
    serve(page.launch, host, port, **launched)


def test_the_server_never_asks_a_proxy_for_itself() -> None:
    page = Page()
    opened(page, inbrowser=True)
    assert page.launched["inbrowser"] is True
    for variable in ("NO_PROXY", "no_proxy"):
        assert {"127.0.0.1", "localhost"} <= set(os.environ[variable].split(","))
    assert os.environ["NO_PROXY"].startswith("intranet,")


def test_a_port_in_use_is_one_sentence(taken: int) -> None:
    page = Page()
    with pytest.raises(NotServed, match=f"port {taken} of 127.0.0.1: another program uses it already"):
        opened(page, port=taken)
    assert page.launched == {}


def test_a_host_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # Some networks take seconds to say so, and some have an answer for any name.
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotServed, match=r"There is no address no\.such\.host\.invalid"):
        opened(Page(), "no.such.host.invalid")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (OSError("Cannot find empty port"), "could not be opened at 127.0.0.1 in time"),
        (ValueError("Not accessible\nat all"), "Not accessible. If a proxy is set, NO_PROXY=127.0.0.1,localhost"),
    ],
)
def test_what_else_goes_wrong_is_one_sentence(failure: Exception, said: str) -> None:
    with pytest.raises(NotServed, match=said) as refused:
        opened(Page(failure))
    assert "\n" not in str(refused.value)
