"""A visitor is a cookie that only this server can have signed."""

from typing import Any

import pytest

from explorer.visitors.identity import NOBODY, Visitors, address_of, asked_by, asking
from tests.support.limits_enforced import asked


def scope(cookie: str = "", port: int = 7860, scheme: str = "http", **headers: str) -> dict[str, Any]:
    named = {"cookie": cookie, **headers}
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items() if value]
    return {"type": "http", "scheme": scheme, "server": ("127.0.0.1", port), "client": ("192.0.2.9", 1), "headers": raw}


def pair(cookie: str) -> str:
    return cookie.partition(";")[0]


def test_visitors_are_known_by_the_cookie_they_were_given() -> None:
    visitors = Visitors()
    first, second = (pair(visitors.new_cookie(scope())) for _ in range(2))
    assert visitors.known(scope(first)) != visitors.known(scope(second))
    assert visitors.known(scope(first)) == visitors.known(scope(f"other=a b;c; {first}; x"))
    assert first.startswith("hearsight_7860=")


def test_visitors_cannot_make_themselves_a_cookie() -> None:
    visitors = Visitors()
    cookie = pair(visitors.new_cookie(scope()))
    name, _, value = cookie.partition("=")
    visitor, _, signature = value.partition(".")
    for forged in (
        f"{name}={visitor}",
        f"{name}={visitor}.",
        f"{name}={visitor}.{'0' * 64}",
        f"{name}={'0' * 32}.{signature}",
        f"{name}={visitor.upper()}.{signature}",
        f"{name}={visitor}.{signature}x",
        f"{name}=é.{signature}",
        "",
    ):
        assert visitors.known(scope(forged)) is None
    assert visitors.known(scope(cookie, port=7861)) is None
    assert Visitors().known(scope(cookie)) is None


@pytest.mark.parametrize(
    "asked_how, framed, rules",
    [
        ({}, False, {"SameSite=Lax"}),
        ({}, True, {"SameSite=Lax"}),
        ({"scheme": "https"}, False, {"SameSite=Lax", "Secure"}),
        ({"x_forwarded_proto": "https"}, False, {"SameSite=Lax", "Secure"}),
        ({"x_forwarded_proto": "http"}, False, {"SameSite=Lax"}),
        ({"x_forwarded_proto": "https"}, True, {"SameSite=None", "Secure", "Partitioned"}),
    ],
)
def test_visitors_cookies_are_for_the_server_alone(asked_how: dict[str, str], framed: bool, rules: set[str]) -> None:
    cookie = Visitors(framed=framed).new_cookie(scope(**asked_how))  # type: ignore[arg-type]
    assert set(cookie.split("; ")[1:]) == {"Path=/", "HttpOnly", *rules}


def test_visitors_without_a_cookie_are_their_address() -> None:
    assert address_of(scope()) == "at 192.0.2.9"
    assert address_of({"client": None}) == "at an unknown address"


def test_visitors_are_known_while_their_handler_answers() -> None:
    assert asking() == NOBODY
    with asked("a"):
        assert asking() == "a"
        with asked_by(None):
            assert asking() == NOBODY
    assert asking() == NOBODY
