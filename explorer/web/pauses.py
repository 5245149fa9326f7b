"""For how long nobody has asked the server for anything: what can wait is done in pauses."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class Pauses:
    """Notices the requests of one server. Both methods may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._last = clock()

    def noticing(self, app: ASGIApp) -> ASGIApp:
        """An ASGI application around another. A request is noticed when it comes and when it was answered."""

        async def noticed(scope: Scope, receive: Receive, send: Send) -> None:
            self._last = self._clock()
            try:
                await app(scope, receive, send)
            finally:
                self._last = self._clock()

        return noticed

    def wait(self, seconds: float, longest: float) -> None:
        """Until nobody has asked for so long, at most for `longest` seconds."""
        until = self._clock() + longest
        while (left := min(self._last + seconds, until) - self._clock()) > 0:
            time.sleep(left)
