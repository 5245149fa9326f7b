"""Puts a script of ours before Gradio's own: what `launch(head=…)` is given comes after them."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.web.assets import asset_url

BEFORE = b'<script type="module"'
"""Gradio's page begins with this; modules wait until the page was read, a plain script before them does not."""


class FirstScript:
    """An ASGI middleware that changes the page itself and no other answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
            body = with_first_script(b"".join(part.get("body", b"") for part in parts))
            MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        is_asked = scope["type"] == "http" and scope["method"] == "GET"
        await self._app(scope, receive, changed if is_asked else send)


def with_first_script(page: bytes) -> bytes:
    """The page with the script before the first module; one that has none stays as it is."""
    script = f'<script src="./{asset_url("js/core/quiet_clocks.js")}"></script>'.encode()
    return page.replace(BEFORE, script + BEFORE, 1)
