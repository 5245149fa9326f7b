"""What Gradio puts aside when a page is served lies in a folder of the server's own; what an upgrade of Gradio may change."""

import asyncio
from pathlib import Path

import gradio as gr
import pytest
from gradio import routes

from explorer.gradio_patches.one_app import no_apps
from explorer.gradio_patches.own_history import history_in


async def served() -> None:  # Gradio makes an event loop for itself where none runs, and leaves it open
    with no_apps():
        page = gr.Blocks()
    routes.App.create_app(page)


def test_another_users_folder_keeps_nobody_from_serving_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others, own = tmp_path / "gradio", tmp_path / "own"
    others.write_text("in which this user may make nothing")
    monkeypatch.setattr(routes, "DEFAULT_TEMP_DIR", str(others))
    with pytest.raises(OSError):
        asyncio.run(served())
    with history_in(own):
        asyncio.run(served())
    assert [path.name for path in own.iterdir()] == ["vibe_edit_history"]
    assert vars(routes)["DEFAULT_TEMP_DIR"] == str(others)
