"""What an upgrade of Gradio may change: what a gr.State tells every visitor."""

import asyncio

import gradio as gr

from explorer.gradio_patches.unmarked import Unmarked


def test_the_browser_takes_it_for_a_state_that_names_no_function() -> None:
    part = Unmarked()
    assert part.get_block_name() == "state"
    assert not any(callable(value) for value in part.get_config().values())


def test_events_can_mark_it() -> None:
    # In a loop of its own: Gradio makes one for itself where none runs, and leaves it open.
    async def marks() -> tuple[list[list[int]], int]:
        with gr.Blocks() as page:
            unmarked = Unmarked()
            gr.Button().click(lambda: None, show_progress_on=unmarked)
        return [event["show_progress_on"] for event in page.config["dependencies"]], unmarked._id

    marked, number = asyncio.run(marks())
    assert marked == [[number]]


def test_the_patch_is_needed_still() -> None:
    assert "delete_callback" in gr.State().get_config(), "Gradio tells it no more: delete the patch"
