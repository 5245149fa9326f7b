"""On a page for looking only nobody can start, stop or delete runs: by no function of the page, whatever it is sent."""

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import free_port
from explorer.jobs.launcher import Launcher
from explorer.pages.form_contents import encoder_choices
from explorer.runs.marks import Marks
from explorer.server import Server
from tests.support.sound_files import tone, written
from training.run import create_run

CHANGES = ("start", "start_twins", "pause", "resume", "stop", "lengthen", "delete")
MARKS = ("star", "rename")
RUN = "looked-at"
TWINS = {
    "method": "byol",
    "wrong": "part:predictor",
    "steps": 10,
    "collapses": True,
    **dict.fromkeys(("loss", "spread", "rank", "knn"), "lower"),
}


@contextmanager
def opened(folder: Path, read_only: bool) -> Iterator[tuple[int, list[str]]]:
    """A page with one run: its port, and what its launcher is asked to do."""
    create_run(folder / "runs" / RUN, {"method": "simclr"})
    (folder / "sounds").mkdir()
    for number in range(8):
        written(folder / "sounds" / f"{number}.wav", tone(hz=200 + 40 * number))
    port = free_port()
    done: list[str] = []

    def told(change: str) -> Any:
        return lambda self, *given: done.append(change) or RUN

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        for change in CHANGES:
            patch.setattr(Launcher, change, told(change))
        for change in MARKS:
            patch.setattr(Marks, change, told(change))

        async def launched() -> Server:  # Gradio makes an event loop for itself where none runs, and leaves it open
            server = Server(folder / "runs", data=str(folder / "sounds"), read_only=read_only)
            server.launch(None, port, quiet=True)
            return server

        server = asyncio.run(launched())
        try:
            yield port, done
        finally:
            server.close()


def call_everything(port: int, sounds: Path) -> int:
    """Every function by its index, private ones too: with what is usual, and with the run's name in every place."""
    form = {
        "method": "simclr",
        "encoder": encoder_choices("simclr")[0][1],
        "settings": {"filled": {"run": {"seconds": 60}}},
    }
    filled = {"data": str(sounds), "run": {"run": RUN}, **form}
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=240)

    def ask(path: str, body: Any = None) -> bytes:
        content = None if body is None else json.dumps(body).encode()
        asked.request("GET" if body is None else "POST", path, content, {"Content-Type": "application/json"})
        content = asked.getresponse().read()
        asked.close()  # one that was idle for a while is closed by the server, maybe just as something is asked
        return content

    page = json.loads(ask("/config"))
    parts = [(part["id"], part["props"]) for part in page["components"]]
    usual = {number: filled.get(about.get("elem_id"), about.get("value")) for number, about in parts}
    functions = [function for function in page["dependencies"] if function["backend_fn"]]
    for function in functions:
        trigger = next((target[0] for target in function["targets"] if target[0] is not None), None)
        inputs = [usual.get(part) for part in function["inputs"]]
        for data in (inputs, [RUN] * len(inputs), [{"run": RUN}] * len(inputs)):
            told = {"run": RUN, "runs": [RUN], "name": "another", "starred": True, **TWINS}
            about = {"fn_index": function["id"], "trigger_id": trigger, "event_data": told, "session_hash": "s"}
            answer = ask("/gradio_api/run/predict", {**about, "data": data})
            if b"join the queue" in answer:
                ask("/gradio_api/queue/join", {**about, "data": data})
                ask("/gradio_api/queue/data?session_hash=s")
    return len(functions)


def test_security_visitors_of_a_page_for_looking_only_change_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, read_only=True) as (port, done):
        before = {path: path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()}
        assert call_everything(port, tmp_path / "sounds") > 40
        assert done == []
        assert {path: path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()} == before


def test_the_same_calls_change_runs_where_that_is_allowed(tmp_path: Path) -> None:
    """So that the test above would fail where somebody forgets to ask."""
    with opened(tmp_path, read_only=False) as (port, done):
        call_everything(port, tmp_path / "sounds")
        assert set(done) == {*CHANGES, *MARKS}
