"""What an upgrade of Gradio may change: that its launch can leave out the look at its own page."""

import inspect

import gradio as gr


def test_gradio_looks_at_its_page_only_where_frontend_is_true() -> None:
    assert inspect.signature(gr.Blocks.launch).parameters["_frontend"].default is True
    assert "if _frontend" in inspect.getsource(gr.Blocks.launch)
