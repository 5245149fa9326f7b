"""An upload is counted while it comes in, in whatever pieces, and one of which nothing comes is over."""

import asyncio
import errno
import weakref
from typing import Any

import pytest

from explorer.visitors.arrivals import Arrivals
from explorer.visitors.identity import Visitors
from explorer.visitors.limits import Limits
from explorer.web import gate
from explorer.web.gate import UPLOAD, Gate

PART = b'--x\r\nContent-Disposition: form-data; name="files"; FileName="a.wav"\r\n\r\nsound\r\n'


class Kept:
    """What the framework writes to, which holds itself as a parser and its callbacks do."""

    def __init__(self) -> None:
        self.itself = self


async def left(scope: Any, receive: Any, send: Any) -> None:
    """An application whose visitor leaves."""
    while (await receive())["type"] == "http.request":
        continue
    raise ConnectionError("the visitor left")


def uploaded(pieces: list[bytes], arrivals: Arrivals, app: Any = left) -> tuple[int, str]:
    """Status and text for an upload that comes in such pieces, and of which nothing comes after the last."""
    sent: list[Any] = []
    coming = list(pieces)

    async def receive() -> Any:
        if not coming:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": coming.pop(0), "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": [], "query_string": b""}
    asyncio.run(Gate(app, Visitors(), Limits(), arrivals)(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_security_more_files_than_can_be_held_open_are_refused_however_they_come(size: int) -> None:
    content = 4 * PART
    pieces = [content[i : i + size] for i in range(0, len(content), size)]
    told = "More than 3 files can't come at once; send fewer, or one zip."
    assert uploaded(pieces, Arrivals(Limits(), most_files=3)) == (413, told)


def test_security_an_upload_of_which_nothing_comes_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SILENT_SECONDS", 0.01)
    arrivals = Arrivals(Limits(), most_files=4)
    for _ in range(2):  # the first one's files are no longer open
        assert uploaded([4 * PART], arrivals)[0] == 408


def test_a_full_disk_is_told_and_is_free_again_for_the_next_upload() -> None:
    kept: list[weakref.ref[Kept]] = []

    async def fills(scope: Any, receive: Any, send: Any) -> None:
        written = Kept()
        kept.append(weakref.ref(written))
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"Internal Server Error"})
        raise OSError(errno.ENOSPC, "No space left on device")

    assert uploaded([PART], Arrivals(Limits(), most_files=4), fills) == gate.NO_ROOM
    assert kept[0]() is None


def test_another_fault_is_answered_as_it_was() -> None:
    async def faults(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"a fault"})

    assert uploaded([PART], Arrivals(Limits(), most_files=4), faults) == (500, "a fault")
