"""What an upgrade of Gradio may change: how often its queue looks for work."""

import asyncio
import inspect

import gradio as gr
import pytest
from gradio.queueing import Queue

from explorer.gradio_patches.quiet_queue import PROGRESS_PAUSE_SECONDS, QUEUE_PAUSE_SECONDS, calm


def test_the_queue_pauses_longer() -> None:
    async def queued() -> gr.Blocks:  # Gradio makes an event loop for itself where none runs, and leaves it open
        with gr.Blocks() as page:
            page.queue()
        return page

    page = asyncio.run(queued())
    assert page._queue.sleep_when_free < QUEUE_PAUSE_SECONDS, "Gradio pauses as long by itself: delete the patch"
    calm(page._queue)
    assert page._queue.sleep_when_free == QUEUE_PAUSE_SECONDS
    assert page._queue.progress_update_sleep_when_free == PROGRESS_PAUSE_SECONDS


@pytest.mark.parametrize("name", ["sleep_when_free", "progress_update_sleep_when_free"])
def test_gradio_sleeps_for_it(name: str) -> None:
    assert f"sleep(self.{name})" in inspect.getsource(Queue)


def test_a_queue_without_pauses_is_an_error() -> None:
    with pytest.raises(AttributeError):
        calm(object())  # type: ignore[arg-type]  # a queue of a later version
