"""Under which names the page may be asked for, and from whose pages something may be changed.

A page of somebody else can have its own name lead to this machine (DNS rebinding), and any page may send requests to any
address. So the name that a browser asked for must be one of ours, and what changes something must come from our page.
"""

import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Sequence

AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253})(?::([0-9]{1,5}))?")
NAME = re.compile(r"(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
DEFAULT_PORTS = {"http": "80", "https": "443"}
SPACES = "*.hf.space"
"""What a hosted Space is called, also where SPACE_HOST isn't set."""


class Callers:
    """Who may ask a server that listens on one address."""

    def __init__(self, listening: str, named: Iterable[str] = ()):
        """`named` are further names, of proxies for instance; "*.example.org" is every name below example.org."""
        own = listening.strip("[]").lower()
        self._beyond_loopback = not is_loopback(own)
        self._named = frozenset(name.strip().lower() for name in named)
        self._own = {"localhost", own}
        if self._beyond_loopback:
            self._own |= _machine()

    def refusal(
        self, changes: bool, hosts: Sequence[str], forwarded: Sequence[str], origins: Sequence[str]
    ) -> tuple[int, str] | None:
        """Status and sentence for a request that is refused, None for others.

        `hosts`, `forwarded` and `origins` are all its headers Host, X-Forwarded-Host and Origin; `changes` says whether
        it may change something here.
        """
        asked = [*hosts, *(part.strip() for header in forwarded for part in header.split(","))]
        foreign = next((name for name in asked if not self._is_ours(name)), None)
        if foreign is not None or len(hosts) != 1:
            return 421, _not_ours(foreign or "")
        if changes and not all(self._is_our_page(origin, asked) for origin in origins):
            return 403, "This was sent by a page from elsewhere; only the page of this server may."
        return None

    def _is_ours(self, asked: str) -> bool:
        name, _ = _parted(asked)
        if name in self._own or self._is_named(name):
            return True
        try:
            address = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        # No page can have an address of its own lead elsewhere, as it can a name; and a machine behind a router or in a
        # container doesn't know under which address it is reached.
        return self._beyond_loopback or address.is_loopback

    def _is_named(self, name: str) -> bool:
        above = (f"*.{end}" for end in _ends(name))
        return name in self._named or any(pattern in self._named for pattern in above)

    def _is_our_page(self, origin: str, asked: Iterable[str]) -> bool:
        scheme, _, rest = origin.lower().partition("://")
        name, port = _parted(rest)
        if scheme not in DEFAULT_PORTS or not name:
            return False
        default = DEFAULT_PORTS[scheme]
        same = ((own, its_port or default) for own, its_port in map(_parted, asked))
        return (name, port or default) in same or self._is_named(name)


def listening(host: str | None) -> str:
    """The name or address that is listened on, as Gradio chooses it."""
    return (host or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1").strip("[]")


def callers_of(listening: str, allowed: Iterable[str]) -> Callers:
    """Those of this server: a hosted Space is also asked for by the names that it has there."""
    hosted = [SPACES, *os.environ.get("SPACE_HOST", "").split(",")] if "SPACE_ID" in os.environ else []
    return Callers(listening, [*allowed, *hosted])


def _machine() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name.partition('.')[0]}.local"} if name else set()


def _parted(authority: str) -> tuple[str, str]:
    """Name and port of "name:port", both in small letters; empty where there is none."""
    found = AUTHORITY.fullmatch(authority.lower())
    return (found[1].removesuffix("."), found[2] or "") if found else ("", "")


def _ends(name: str) -> list[str]:
    """b.c and c, of a.b.c."""
    parts = name.split(".")
    return [".".join(parts[i:]) for i in range(1, len(parts))]


def is_loopback(listening: str) -> bool:
    """Whether nobody but this machine reaches an address that is listened on."""
    try:
        found = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(listening, None)}
    except (OSError, ValueError):
        return False
    return all(address.is_loopback for address in found)


def _not_ours(asked: str) -> str:
    name, _ = _parted(asked)
    known = NAME.fullmatch(name)
    under = f"the name {name}" if known else "this name"
    return f"This server is not known under {under}; if it should be, start it with --allow-host{f' {name}' if known else ' NAME'}."
