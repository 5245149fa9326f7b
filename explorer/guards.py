"""Headers on every answer of the page: what a browser may load, guess and frame."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class Guards:
    """An ASGI middleware. Answers that bring a policy of their own keep it."""

    def __init__(self, app: ASGIApp, *, hosted: bool = False):
        """`hosted`: on a Space, whose page is shown in a frame of the site."""
        self._app = app
        frames = f"'self' {HOSTED_FRAMES}" if hosted else "'self'"
        self._policy = "; ".join((*POLICY, f"frame-ancestors {frames}"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self._policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)
