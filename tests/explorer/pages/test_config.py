"""What every visitor is sent of the page's construction: plain values, and the events that were meant."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from explorer.server import Server

EVENTS = {
    *("select", "change", "click", "input", "tick", "load", "then", "focus", "submit", "upload"),
    "start_recording",
    *("seen", "again", "pause", "resume", "stop", "star", "rename", "remove", "ask", "begin", "weigh", "longer"),
}
"""Gradio's own, and those that our components declare as their triggers."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))

        async def built() -> Server:  # Gradio makes an event loop for itself where none runs, and leaves it open
            return Server(folder / "runs", data="starter", read_only=False)

        server = asyncio.run(built())
        yield dict(server.page.get_config_file())
        server.close()


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
