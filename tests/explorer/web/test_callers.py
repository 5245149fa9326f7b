"""The names under which the page is asked for, and the pages that may change something."""

import socket

import pytest

from explorer.web.callers import Callers, callers_of


@pytest.fixture(autouse=True)
def no_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.delenv("SPACE_HOST", raising=False)
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk.school.lan")


def asked(callers: Callers, host: str, **more: str) -> int:
    """The status of the refusal, 0 for none."""
    forwarded = [more["forwarded"]] if "forwarded" in more else []
    origins = [more["origin"]] if "origin" in more else []
    refused = callers.refusal("origin" in more, [host], forwarded, origins)
    return refused[0] if refused else 0


@pytest.mark.parametrize("listening", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_security_a_loopback_server_is_asked_for_by_loopback_names(listening: str) -> None:
    callers = callers_of(listening, [])
    for name in ("localhost", "LocalHost:7860", "localhost.", "127.0.0.1:1", "127.1.2.3", "[::1]:7860"):
        assert asked(callers, name) == 0, name
    for name in (
        *("evil.example", "10.0.0.4", "8.8.8.8:80", "0.0.0.0", "[2001:db8::1]", "desk.school.lan", "desk.local", ""),
        *(
            "localhost@evil.example",
            "localhost:x",
            "localhost evil",
            "a/b",
            "[::1",
            "localhost.evil.example",
            "x" * 300,
        ),
        *("127.0.0.1.evil.example", "a.hf.space", "localhost,evil.example", "lo\ncalhost"),
    ):
        assert asked(callers, name) == 421, name


@pytest.mark.parametrize("listening", ["0.0.0.0", "::", "192.0.2.7"])
def test_security_beyond_loopback_addresses_and_the_machines_own_names_are_known(listening: str) -> None:
    callers = callers_of(listening, [])
    for name in ("192.168.1.7:7860", "[2001:db8::1]:7860", "desk.school.lan", "desk.local", "localhost:7860"):
        assert asked(callers, name) == 0, name
    for name in ("evil.example", "192.168.1.7.evil.example", "school.lan", "x.desk.local"):
        assert asked(callers, name) == 421, name


def test_further_names_are_allowed_by_a_flag() -> None:
    callers = callers_of("127.0.0.1", ["Class.Example", "*.lab.example"])
    for name in ("class.example:8443", "CLASS.example", "a.lab.example", "a.b.lab.example"):
        assert asked(callers, name) == 0, name
    for name in ("a.class.example", "lab.example", "xlab.example"):
        assert asked(callers, name) == 421, name
    assert asked(callers, "127.0.0.1", forwarded="class.example, localhost") == 0
    assert asked(callers, "127.0.0.1", forwarded="class.example, evil.example") == 421


def test_a_space_works_without_a_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/hearsight")
    assert (
        asked(callers_of("0.0.0.0", []), "somebody-hearsight.hf.space", origin="https://somebody-hearsight.hf.space")
        == 0
    )
    monkeypatch.setenv("SPACE_HOST", "hear.example,somebody-hearsight.hf.space")
    for host in ("hear.example", "somebody-hearsight.hf.space", "10.1.2.3:7860"):
        assert asked(callers_of("0.0.0.0", []), host) == 0, host
    assert asked(callers_of("0.0.0.0", []), "evil.example") == 421


def test_security_only_our_own_page_changes_something() -> None:
    callers = callers_of("127.0.0.1", ["class.example"])
    assert asked(callers, "localhost:7860", origin="http://localhost:7860") == 0
    assert asked(callers, "localhost", origin="http://localhost:80") == 0
    assert asked(callers, "127.0.0.1:7860", origin="https://class.example") == 0  # a proxy that gives its own name on
    assert asked(callers, "127.0.0.1:7860", forwarded="localhost:8080", origin="http://localhost:8080") == 0
    for origin in (
        *("http://localhost:7861", "http://localhost", "http://127.0.0.1:7860", "https://evil.example", "null", ""),
        *(
            "http://localhost:7860.evil.example",
            "file://",
            "localhost:7860",
            "http://localhost:7860/",
            "ftp://localhost:7860",
        ),
    ):
        assert asked(callers, "localhost:7860", origin=origin) == 403, origin


def test_looking_needs_no_origin_and_one_host() -> None:
    callers = callers_of("127.0.0.1", [])
    assert callers.refusal(False, ["localhost"], [], ["https://evil.example"]) is None
    assert callers.refusal(True, ["localhost"], [], []) is None  # a program
    for hosts in ([], ["localhost", "localhost"]):
        refused = callers.refusal(False, hosts, [], [])
        assert refused is not None and refused[0] == 421


def test_a_refusal_says_what_to_do_and_repeats_nothing_odd() -> None:
    callers = callers_of("127.0.0.1", [])
    assert callers.refusal(False, ["evil.example:1"], [], []) == (
        421,
        "This server is not known under the name evil.example; if it should be, start it with --allow-host evil.example.",
    )
    said = callers.refusal(False, ["<script>"], [], [])
    assert said == (421, "This server is not known under this name; if it should be, start it with --allow-host NAME.")
