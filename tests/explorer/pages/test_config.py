"""What every visitor is sent of the page's construction: plain values, and the events that were meant."""

import asyncio
import inspect
import json
import re
from collections.abc import Iterator
from functools import partial
from types import FunctionType
from typing import Any

import pytest

from explorer.server import Server

EVENTS = {
    *("select", "change", "click", "input", "tick", "load", "then", "focus", "submit", "upload"),
    "start_recording",
    *("seen", "again", "pause", "resume", "stop", "star", "rename", "remove", "ask", "begin", "weigh", "longer"),
}
"""Gradio's own, and those that our components declare as their triggers."""


SPEAKS = re.compile(r"\bgr\.(Error|Info|Warning)\(|\brefusal\(")
"""What shows a sentence over the page."""
QUEUED = {
    "NewRun._start": "may be refused",
    "NewRun._again": "may be refused",
    "Collapse._begin": "has notices",
    "asking.<locals>.answer": "may be refused",
    "ExportButton._begin": "may be refused",
    "DropZone._keep": "takes long",
    "Ranking._rank": "takes long",
    "SoundSource._take": "takes long",
    "Search._how_unusual": "takes long",
    "Search._search": "takes long",
    "Search._search_again": "takes long",
    "Search._search_sound": "takes long",
    "Search._search_on": "takes long",
    "wire_comparison.<locals>.compared": "takes long",
    "add.<locals>.find": "may be refused",
    "add.<locals>.find_words": "may be refused",
    "add.<locals>.compare": "may be refused",
}
"""The handlers that stand in Gradio's queue, and why; all others are answered at once, as `Frame.quiet` says."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))

        async def built() -> Server:  # Gradio makes an event loop for itself where none runs, and leaves it open
            return Server(folder / "runs", data="starter", read_only=False)

        server = asyncio.run(built())
        yield server
        server.close()


@pytest.fixture(scope="module")
def config(server: Server) -> dict[str, Any]:
    return dict(server.page.get_config_file())


def handlers(server: Server) -> Iterator[tuple[FunctionType, bool]]:
    """Of every event that the server answers its function, and whether it stands in Gradio's queue."""
    for event in server.page.fns.values():
        function: Any = event.fn
        while isinstance(function, partial):
            function = function.func
        if function is not None:
            yield getattr(function, "__func__", function), event.queue


def speaks(function: FunctionType, known: set[Any]) -> bool:
    """Whether a function of our pages, or one of these that it calls, shows a sentence over the page."""
    known.add(function)
    names = set(function.__code__.co_names) | {
        n for c in function.__code__.co_consts for n in getattr(c, "co_names", ())
    }
    owner = function.__globals__.get(function.__qualname__.partition(".")[0])
    near = [function.__globals__.get(name) or getattr(owner, name, None) for name in names]
    near += [cell.cell_contents for cell in function.__closure__ or ()]
    called = [one for one in near if isinstance(one, FunctionType) and one.__module__.startswith("explorer.pages")]
    return bool(SPEAKS.search(inspect.getsource(function.__code__))) or any(
        speaks(one, known) for one in called if one not in known
    )


def odd_values(value: Any, path: str = "") -> Iterator[str]:
    """Where something stands that is no plain value: Gradio copies it, and all that hangs on it, for each visitor."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from odd_values(inner, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from odd_values(inner, f"{path}[{number}]")
    elif not isinstance(value, str | int | float | None):
        yield f"{path}: {value!r}"


def test_the_page_is_sent_as_plain_values(config: dict[str, Any]) -> None:
    assert len(config["components"]) > 50
    assert list(odd_values(config)) == []


def test_no_memory_address_is_told(config: dict[str, Any]) -> None:
    assert " at 0x" not in json.dumps(config, default=str)


def test_settings_of_components_are_no_events(config: dict[str, Any]) -> None:
    bound = {event for dependency in config["dependencies"] for _, event in dependency["targets"]}
    assert bound == EVENTS
    parts = [part["props"] for part in config["components"] if "part " in part["props"].get("html_template", "")]
    assert len(parts) > 20
    assert all(name not in part for part in parts for name in part["props"])


def test_what_may_show_a_sentence_over_the_page_stands_in_the_queue(server: Server) -> None:
    """Gradio (6.31) shows neither a refusal nor a notice of what doesn't."""
    unheard = [function.__qualname__ for function, queued in handlers(server) if not queued and speaks(function, set())]
    assert unheard == []
    spoken = {name_of(function) for function, _ in handlers(server) if speaks(function, set())}
    assert spoken == {name for name, why in QUEUED.items() if why != "takes long"}


def test_only_what_has_a_reason_stands_in_the_queue(server: Server) -> None:
    assert {name_of(function) for function, queued in handlers(server) if queued} == QUEUED.keys()


def name_of(function: FunctionType) -> str:
    """As QUEUED has it."""
    return next((name for name in QUEUED if function.__qualname__.endswith(name)), function.__qualname__)
