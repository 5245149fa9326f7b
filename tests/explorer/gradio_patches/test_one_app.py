"""A page is built without an application of routes and served with one; what an upgrade of Gradio may change."""

import asyncio
import inspect

import gradio as gr
from gradio.routes import App

from explorer.gradio_patches.one_app import no_apps


def test_a_page_that_is_built_so_has_no_application() -> None:
    made = App.create_app

    async def built() -> list[object]:  # Gradio makes an event loop for itself where none runs, and leaves it open
        with no_apps():
            with gr.Blocks() as page:
                gr.HTML("text")
            begun = page.app
            page.queue()
            queued = page.app
        page.queue()
        return [begun, queued, page.app]

    *without, app = asyncio.run(built())
    assert without == [None, None] and isinstance(app, App)
    assert App.create_app == made


def test_gradio_still_makes_one_that_nobody_asks_for() -> None:
    assert "create_app" in inspect.getsource(gr.Blocks.__exit__)
    assert "create_app" in inspect.getsource(gr.Blocks.queue)
    assert "create_app" in inspect.getsource(gr.Blocks.launch)


def test_what_fails_within_leaves_gradio_as_it_was() -> None:
    made = App.create_app
    try:
        with no_apps():
            raise RuntimeError("It broke.")
    except RuntimeError:
        pass
    assert App.create_app == made
