"""What waits for a pause goes on when nobody asks, and at the latest after a while."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from explorer.web import pauses
from explorer.web.pauses import Pauses

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": []}


class Clock:
    """Time goes on by sleeping alone; each sleep is written down, and may be when somebody asks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now = 100.0
        self.slept: list[float] = []
        self.asked_at: list[float] = []
        self.ask = lambda: None
        monkeypatch.setattr(pauses.time, "sleep", self.sleep)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        for at in [at for at in self.asked_at if at <= until]:
            self.asked_at.remove(at)
            self.now = at
            self.ask()
        self.now = until


def asking(noticed: Pauses) -> None:
    async def send(_: object) -> None:
        pass

    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    app = noticed.noticing(PlainTextResponse("here"))
    asyncio.run(app(dict(SCOPE), receive, send))  # type: ignore[arg-type]


def test_where_nobody_asks_it_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    Pauses(clock).wait(2.0, 20.0)
    assert clock.slept == [2.0]


def test_every_request_begins_the_pause_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    noticed = Pauses(clock)
    clock.ask = lambda: asking(noticed)
    clock.asked_at = [101.5, 103.0]
    noticed.wait(2.0, 20.0)
    assert clock.now == 105.0


def test_where_somebody_always_asks_it_goes_on_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    noticed = Pauses(clock)
    clock.ask = lambda: asking(noticed)
    clock.asked_at = [100.0 + i for i in range(1, 100)]
    noticed.wait(2.0, 20.0)
    assert clock.now == 120.0


def test_a_request_that_fails_is_noticed_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    noticed = Pauses(clock)

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        clock.now = 150.0
        raise RuntimeError("It broke.")

    with pytest.raises(RuntimeError, match="It broke"):
        asyncio.run(noticed.noticing(fails)(dict(SCOPE), None, None))  # type: ignore[arg-type]
    noticed.wait(2.0, 20.0)
    assert clock.now == 152.0
