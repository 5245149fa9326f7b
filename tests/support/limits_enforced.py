"""For each limit a function of its name that goes beyond it, and fails where that isn't refused or cut down."""

import asyncio
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.jobs import quotas as rules
from explorer.jobs.launcher import Launcher
from explorer.jobs.quotas import Quotas
from explorer.visitors.arrivals import Arrival, Arrivals
from explorer.visitors.identity import IN_SCOPE, Visitors, asked_by
from explorer.visitors.limits import Limits
from explorer.web.gate import UPLOAD, Gate
from tests.support.queued import end
from training.data.dropped import keep_dropped
from training.data.progress import quiet
from training.errors import UserError

MB = 1_000_000
CONFIG = {"method": "simclr", "encoder": "conv2d", "data": "starter"}


def posted(limits: Limits, path: str, size: int, piece: int = 50_000) -> tuple[int, str, int]:
    """Status, text and bytes that came in, of a body of `size` bytes that doesn't say how long it is."""
    sent: list[Any] = []
    left, read = size, 0

    async def receive() -> Any:
        nonlocal left, read
        part = min(piece, left)
        left, read = left - part, read + part
        return {"type": "http.request", "body": b"x" * part, "more_body": left > 0}

    async def send(message: Any) -> None:
        sent.append(message)

    async def reads(scope: Any, receive: Any, send: Any) -> None:
        message = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError("the visitor left")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [],
        "client": ("192.0.2.1", 5),
        "query_string": b"",
    }
    asyncio.run(Gate(reads, Visitors(), limits, Arrivals(limits))(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode(), read


def upload_mb(_: Path) -> None:
    assert posted(Limits(upload_mb=1), UPLOAD, MB) == (200, "taken", MB)
    status, text, read = posted(Limits(upload_mb=1), UPLOAD, 9 * MB)
    assert (status, text) == (413, "This is more than the 1 MB that are taken at once.")
    assert read <= 1.1 * MB


def request_kb(_: Path) -> None:
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel", "/"):
        assert posted(Limits(request_kb=100), path, 100_000)[0] == 200
        status, text, read = posted(Limits(request_kb=100), path, 20 * MB)
        assert (status, text) == (413, "This is more than the 100 kB that are taken at once.")
        assert read <= 150_000


def visitor_mb(_: Path) -> None:
    arrivals = Arrivals(Limits(visitor_mb=1))
    first = arrivals.begin("a", 0)
    assert isinstance(first, Arrival)
    assert arrivals.grow(first, MB) is None
    status, text = arrivals.grow(first, 1) or (0, "")
    assert status == 429 and "more than 1 MB within ten minutes" in text
    assert isinstance(arrivals.begin("b", MB), Arrival)
    assert arrivals.begin("b", MB + 1)[0] == 429


def total_mb(_: Path) -> None:
    arrivals = Arrivals(Limits(total_mb=1))
    first = arrivals.begin("a", 0)
    assert isinstance(first, Arrival)
    arrivals.grow(first, MB)
    assert arrivals.begin("b", 1) == (
        503,
        "The room for sounds that visitors send is used up for now; try again in ten minutes.",
    )


def visitor_uploads(_: Path) -> None:
    now = [0.0]
    arrivals = Arrivals(Limits(visitor_uploads=2), clock=lambda: now[0])
    assert [isinstance(arrivals.begin("a", 1), Arrival) for _ in range(3)] == [True, True, False]
    assert isinstance(arrivals.begin("b", 1), Arrival)
    now[0] = 61.0
    assert isinstance(arrivals.begin("a", 1), Arrival)


def total_uploads(_: Path) -> None:
    arrivals = Arrivals(Limits(total_uploads=2))
    assert [isinstance(arrivals.begin(visitor, 1), Arrival) for visitor in "abc"] == [True, True, False]


def sessions(folder: Path) -> None:
    launched = passed_to_gradio(folder, Limits(sessions=3))
    assert launched["state_session_capacity"] == 3
    assert launched["page"]._queue.pending_messages_per_session.max_size == 3


def waiting_events(folder: Path) -> None:
    assert passed_to_gradio(folder, Limits(waiting_events=3))["page"]._queue.max_size == 3


def visitor_jobs(folder: Path) -> None:
    server = Launcher(folder, command=idle, limits=Limits(visitor_jobs=1))
    try:
        with asked("a"):
            first = server.start({"method": "simclr"})
            with pytest.raises(UserError, match=f"^Your run {first} isn't over yet, .* may have 1 at a time here"):
                server.start({"method": "simclr"})
        with asked("b"):
            server.start({"method": "simclr"})
    finally:
        end(server)


def job_seconds(folder: Path) -> None:
    cut_down(folder, Limits(job_seconds=100), "seconds", 5000.0, 100.0)


def job_steps(folder: Path) -> None:
    cut_down(folder, Limits(job_steps=100), "steps", 5000, 100)


def job_batch(folder: Path) -> None:
    cut_down(folder, Limits(job_batch=100), "batch_size", 5000, 100)


def model_mb(folder: Path) -> None:
    wide = {**CONFIG, "settings": {"hidden_width": 4096, "projection_width": 1024}}
    quotas = Quotas(Limits(model_mb=5), folder)
    assert quotas.fitted(CONFIG).config == CONFIG
    with pytest.raises(UserError, match=r"^This model has \d+ MB of weights, and 5 MB are the most here"):
        quotas.fitted(wide)


def job_mb(folder: Path) -> None:
    quotas = Quotas(Limits(job_mb=1000), folder)
    assert quotas.fitted(CONFIG).config == CONFIG
    with pytest.raises(UserError, match=r"^This run would take [\d,]+ MB of disk, and 1,000 MB are the most here"):
        quotas.fitted({**CONFIG, "probe_clips": 20_000, "seconds": 600_000})


def dropped_mb(folder: Path) -> None:
    large = folder / "large.wav"
    large.write_bytes(b"x" * (MB + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        keep_dropped([large], quiet, quota_bytes=Quotas(Limits(dropped_mb=2), folder).dropped_bytes)
        with pytest.raises(UserError, match="takes 1 MB, more than there is room for"):
            keep_dropped([large], quiet, quota_bytes=Quotas(Limits(dropped_mb=1), folder).dropped_bytes)


def free_percent(folder: Path) -> None:
    usage = shutil.disk_usage(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules.shutil, "disk_usage", lambda path: usage._replace(free=usage.total // 20))
        quotas = Quotas(Limits(free_percent=10), folder / "not" / "there")
        with pytest.raises(UserError, match=r"^Only 5 % of the disk is free, and 10 % must be"):
            quotas.check_disk()
        Quotas(Limits(free_percent=4), folder).check_disk()
        Quotas(Limits(free_percent=0), folder).check_disk()


def cut_down(folder: Path, limits: Limits, name: str, wanted: Any, most: Any) -> None:
    fitted = Quotas(limits, folder).fitted({**CONFIG, name: wanted})
    assert fitted.config == {**CONFIG, name: most} and type(fitted.config[name]) is type(wanted)
    (note,) = fitted.notes
    assert "5,000" in note and "100 at most" in note
    assert Quotas(limits, folder).fitted(fitted.config).notes == ()
    server = Launcher(folder / "runs", command=idle, limits=limits)
    try:
        run = server.start({**CONFIG, name: wanted})
        assert json.loads((folder / "runs" / run / "config.json").read_text())[name] == most
    finally:
        end(server)


def idle(verb: str, folder: Path) -> list[str]:
    return [sys.executable, "-c", "import time; time.sleep(600)"]


def asked(visitor: str) -> Any:
    """As if a visitor's handler ran."""
    return asked_by(SimpleNamespace(request=SimpleNamespace(scope={IN_SCOPE: visitor})))


def passed_to_gradio(folder: Path, limits: Limits) -> dict[str, Any]:
    """What a server with these limits would launch."""
    from explorer import server as module

    launched: dict[str, Any] = {}
    opened: Callable[..., None] = lambda launch, host, port, **given: launched.update(page=launch.args[0], **given)  # noqa: E731
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        patch.setattr(module, "serve", opened)

        async def launch() -> None:  # Gradio makes an event loop for itself where none runs, and leaves it open
            server = module.Server(folder / "runs", data="starter", read_only=True, limits=limits)
            try:
                server.launch(None, 1)
            finally:
                server.close()

        asyncio.run(launch())
    return launched
