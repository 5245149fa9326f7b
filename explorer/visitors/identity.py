"""Who asks: a visitor is a cookie that this server signed, since behind a proxy all have one address.

The key lives in memory alone: after a restart everybody is a new visitor. Whoever sends no cookie of ours, as programs
do, is known by the address. Both can be had anew at will, which is why limits have totals beside them.
"""

import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

IN_SCOPE = "hearsight.visitor"
NOBODY = ""
"""Where no visitor asks, such as in a thread of the server itself."""
_asking: ContextVar[str] = ContextVar("asking", default=NOBODY)


class Visitors:
    """Signs and reads the cookies of one server."""

    def __init__(self, *, framed: bool = False):
        """`framed`: the page is shown within another site's, where browsers hold back cookies that are meant for their own."""
        self._key = secrets.token_bytes(32)
        self._framed = framed

    def known(self, scope: Scope) -> str | None:
        """The visitor that a request's cookie names; None where it has none that was signed here."""
        sent = [cookie_parser(header).get(_name(scope), "") for header in Headers(scope=scope).getlist("cookie")]
        return next((visitor for value in sent if (visitor := self._verified(value)) is not None), None)

    def new_cookie(self, scope: Scope) -> str:
        """The value of Set-Cookie for somebody new."""
        visitor = secrets.token_hex(16)
        if not is_secure(scope):
            rules = "SameSite=Lax"
        elif self._framed:
            rules = "SameSite=None; Secure; Partitioned"
        else:
            rules = "SameSite=Lax; Secure"
        return f"{_name(scope)}={visitor}.{self._signature(visitor)}; Path=/; HttpOnly; {rules}"

    def _verified(self, value: str) -> str | None:
        visitor, _, signature = value.partition(".")
        known = re.fullmatch(r"[0-9a-f]{32}", visitor) and re.fullmatch(r"[0-9a-f]{64}", signature)
        return visitor if known and hmac.compare_digest(signature, self._signature(visitor)) else None

    def _signature(self, visitor: str) -> str:
        return hmac.new(self._key, visitor.encode(), hashlib.sha256).hexdigest()


def address_of(scope: Scope) -> str:
    """A visitor without a cookie."""
    client = scope.get("client")
    return f"at {client[0]}" if client else "at an unknown address"


def visitor_of(scope: Scope) -> str:
    """Who sent a request, as the gate noted it."""
    return str(scope.get(IN_SCOPE) or address_of(scope))


def is_secure(scope: Scope) -> bool:
    """Whether the request came by https, be it only to a proxy."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return "https" in (scope.get("scheme"), forwarded)


@contextlib.contextmanager
def asked_by(request: Any) -> Iterator[None]:
    """While a handler answers: `asking` is whoever sent its request, a gr.Request."""
    scope = getattr(getattr(request, "request", None), "scope", {})
    before = _asking.set(str(scope.get(IN_SCOPE, NOBODY)))
    try:
        yield
    finally:
        _asking.reset(before)


def asking() -> str:
    """The visitor whose request is being answered; NOBODY outside a handler."""
    return _asking.get()


def _name(scope: Scope) -> str:
    """With the port, since a browser sends the cookies of one server of a machine to all others there."""
    server = scope.get("server")
    return f"hearsight_{server[1] if server and server[1] else ''}"
