"""Says of each request which visitor sent it, and takes no more of it than the limits allow."""

import errno
import gc
from asyncio import wait_for
from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.visitors.arrivals import Arrival, Arrivals, Refusal
from explorer.visitors.identity import IN_SCOPE, Visitors, address_of
from explorer.visitors.limits import MB, Limits, beyond

UPLOAD = "/gradio_api/upload"
KB = 1_000
FILE_BEGINS = b"filename"
"""Stands once in the head of each file that is sent, and seldom elsewhere."""
NO_ROOM = 507, "There is no room left for this in the temporary folder of the machine that serves the page."
SILENT_SECONDS = 60.0
"""An upload of which nothing comes for so long is over."""


class Gate:
    """An ASGI application around another, which is given no byte too many. What is refused is refused in one sentence."""

    def __init__(self, app: ASGIApp, visitors: Visitors, limits: Limits, arrivals: Arrivals):
        self._app = app
        self._visitors = visitors
        self._limits = limits
        self._arrivals = arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it with the status and sentence of its refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        known = self._visitors.known(scope)
        scope[IN_SCOPE] = known or address_of(scope)
        if known is None and path == "/":
            send = _with_cookie(send, self._visitors.new_cookie(scope))
        if path == UPLOAD:
            refused = await self._upload(scope, receive, send)
        else:
            refused = await self._bounded(scope, receive, send, self._limits.request_kb * KB)
        if refused is not None:
            status, sentence = refused
            await PlainTextResponse(sentence, status)(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> Refusal | None:
        announced, most = _announced(scope), self._limits.upload_mb * MB
        begun = _too_big(announced, most) or self._arrivals.begin(scope[IN_SCOPE], announced)
        if not isinstance(begun, Arrival):
            return begun
        status, full = 0, False
        held: list[Message] = []
        """What is said of a fault, until it is known which."""

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            if status < 500:
                await send(message)
            else:
                held.append(message)

        try:
            return await self._bounded(scope, receive, noticed, most, begun)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            if not full:
                raise
        finally:
            self._arrivals.end(begun, whole=status == 200)
            if not full:
                for message in held:
                    await send(message)
        # What was written stays open in a cycle of the framework's, and by the thread that wrote: the disk would stay full.
        await run_in_threadpool(gc.collect)
        return NO_ROOM

    async def _bounded(
        self, scope: Scope, receive: Receive, send: Send, most: int, arrival: Arrival | None = None
    ) -> Refusal | None:
        """Answer a request whose body has at most so many bytes; one that grows beyond is cut off while it comes in.

        Returns why it is not answered.
        """
        if (refused := _too_big(_announced(scope), most)) is not None:
            return refused
        passing = _Passing(receive, send, most, None if arrival is None else partial(self._arrivals.grow, arrival))
        try:
            await self._app(scope, passing.receive, passing.send)
        except Exception:  # whatever is raised where a body breaks off
            if not passing.cut:
                raise
        return passing.refused if passing.cut else None


class _Passing:
    """One request on its way in, and its answer on its way out. The rest of a body that is too much never comes in."""

    def __init__(self, receive: Receive, send: Send, most: int, count: Callable[[int, int], Refusal | None] | None):
        """`most`: bytes of the body; `count`: what else may refuse so many more of them, in which so many files begin."""
        self._receive = receive
        self._send = send
        self._most = most
        self._count = count
        self._taken = 0
        self._end = b""
        self._answered = False
        self.refused: Refusal | None = None

    @property
    def cut(self) -> bool:
        """Whether it was refused before anything was answered."""
        return self.refused is not None and not self._answered

    async def receive(self) -> Message:
        """For the application: as if the visitor had gone, once it is refused."""
        if self.refused is None:
            try:
                message = await wait_for(self._receive(), None if self._count is None else SILENT_SECONDS)
            except TimeoutError:
                self.refused = 408, f"Nothing came of this upload for {SILENT_SECONDS:.0f} seconds."
                return {"type": "http.disconnect"}
            body = message.get("body", b"")
            self._taken += len(body)
            self.refused = _too_big(self._taken, self._most) or self._counted(body)
            if self.refused is None:
                return message
        return {"type": "http.disconnect"}

    def _counted(self, body: bytes) -> Refusal | None:
        if self._count is None or not body:
            return None
        seen = (self._end + body).lower()  # a word may be cut in two, or in eight
        self._end = seen[1 - len(FILE_BEGINS) :]
        return self._count(len(body), seen.count(FILE_BEGINS))

    async def send(self, message: Message) -> None:
        """From the application, whose answer to a body that broke off is not the one that is given."""
        if not self.cut:
            self._answered = True
            await self._send(message)


def _announced(scope: Scope) -> int:
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else 0


def _too_big(size: int, most: int) -> Refusal | None:
    if not beyond(size, most):
        return None
    shown = f"{most // MB:,} MB" if most >= MB else f"{most // KB:,} kB"
    return 413, f"This is more than the {shown} that are taken at once."


def _with_cookie(send: Send, cookie: str) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.append("Set-Cookie", cookie)
            headers["Cache-Control"] = "private, no-store"  # or a proxy gives it to the next visitor
        await send(message)

    return marked
