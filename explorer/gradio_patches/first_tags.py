"""Puts tags of ours before Gradio's own scripts and right behind them: what `launch(head=…)` is given the browser adds only
when they have run.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BEFORE = b'<script type="module"'
"""Gradio's page begins with this; modules wait until the page was read, a plain script before them does not."""
AFTER = b"</head>"


class FirstTags:
    """An ASGI middleware that changes the page itself and no other answer."""

    def __init__(self, app: ASGIApp, before: str, after: str = "") -> None:
        self._app = app
        self._before, self._after = before.encode(), after.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        held: list[Message] = []  # the start of an HTML answer, then its parts, until the last one

        async def changed(message: Message) -> None:
            """Passes on what is no page; of a page, all at once when its last part is there."""
            if message["type"] == "http.response.start":
                if not MutableHeaders(scope=message).get("content-type", "").startswith("text/html"):
                    await send(message)
                    return
                held.append(message)
                return
            if not held:
                await send(message)
                return
            held.append(message)
            if message.get("more_body"):
                return
            start, *parts = held
            held.clear()
            body = with_tags(b"".join(part.get("body", b"") for part in parts), self._before, self._after)
            MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        await self._app(scope, receive, changed if is_asked else send)


def with_tags(page: bytes, before: bytes, after: bytes) -> bytes:
    """The page with `before` before its first module and `after` at the end of its head; one without modules as it is."""
    if BEFORE not in page:
        return page
    return page.replace(BEFORE, before + BEFORE, 1).replace(AFTER, after + AFTER, 1)
