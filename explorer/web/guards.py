"""What stands before everything else: who may ask, what is open, and on every answer what a browser may do with it."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.web.callers import Callers
from explorer.web.open_routes import OpenRoutes

POLICY = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio's own page needs both
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)
HOSTED_FRAMES = "https://huggingface.co https://*.hf.space"
RANGE = re.compile(rb"bytes=[0-9, -]+")
LONGEST_ADDRESS = 8_000
LOOKING = ("GET", "HEAD")
"""The methods that change nothing."""


class Guards:
    """An ASGI application around another. Answers that bring a policy of their own keep it."""

    def __init__(self, app: ASGIApp, callers: Callers, open_routes: OpenRoutes, *, hosted: bool = False):
        """`hosted`: on a Space, whose page is shown in a frame of the site."""
        self._app = app
        self._callers = callers
        self._open_routes = open_routes
        frames = f"'self' {HOSTED_FRAMES}" if hosted else "'self'"
        self._policy = "; ".join((*POLICY, f"frame-ancestors {frames}"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it with the status and sentence of its refusal; mark the answer with the policy."""
        if scope["type"] == "websocket":  # nothing here speaks so
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            refused = self._refusal(scope)
            app = self._app if refused is None else PlainTextResponse(refused[1], refused[0])
            await app(_cleared(scope), receive, self._marking(send))
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            return 414, f"The address is longer than the {LONGEST_ADDRESS:,} characters that are read here."
        headers, method = Headers(scope=scope), scope["method"]
        said = (headers.getlist(name) for name in ("host", "x-forwarded-host", "origin"))
        asked = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        changes = method not in LOOKING or "upgrade" in headers  # a websocket where uvicorn speaks none comes so
        return self._callers.refusal(changes, *said) or self._open_routes.refusal(method, path, asked)

    def _marking(self, send: Send) -> Send:
        async def marked(message: Message) -> None:
            """As `send`, with our headers on the answer."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self._policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                # Gradio lets any page read the answers of a server with a name of its own, with the visitor's cookies.
                for name in ("Origin", "Credentials"):
                    del headers[f"Access-Control-Allow-{name}"]
            await send(message)

        return marked


def _cleared(scope: Scope) -> Scope:
    """A request without what Gradio trusts too far.

    X-Gradio-Server would name the server to which the page then sends all that a visitor does. Where Gradio answers for a
    range itself, it repeats all headers of the request, a cookie and what a proxy added among them; a unit that isn't in
    small letters it leaves to Starlette.
    """
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"x-gradio-server", b"range")]
    ranges = [value for name, value in scope["headers"] if name == b"range" and RANGE.fullmatch(value)]
    return {**scope, "headers": [*kept, *((b"range", value.capitalize()) for value in ranges[:1])]}


def outermost(around: Callable[[ASGIApp], ASGIApp]) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A lifespan that puts something around the whole application when it starts, before the first request.

    What is added as a middleware stands inside the one that answers for errors, whose answers it doesn't see.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "it is built before an application starts"
        app.middleware_stack = around(app.middleware_stack)
        yield

    return lifespan
