"""What an upgrade of Gradio may change: which events a gr.HTML has."""

import asyncio

import gradio as gr
import pytest

from explorer.gradio_patches.named_triggers import NamedTriggers

SCRIPT = "trigger('chosen'); watch('value'); const setting = 'colour';"


class Part(NamedTriggers, gr.HTML):
    triggers = ("chosen",)

    def __init__(self) -> None:
        super().__init__(js_on_load=SCRIPT)


def test_a_trigger_is_an_event() -> None:
    async def bound() -> list[str]:  # Gradio makes an event loop for itself where none runs, and leaves it open
        with gr.Blocks() as page:
            Part().chosen(lambda: None)
        return [fn.targets[0][1] for fn in page.fns.values()]

    assert asyncio.run(bound()) == ["chosen"]


@pytest.mark.parametrize("name", ["colour", "nothing"])
def test_no_other_quoted_name_is(name: str) -> None:
    with pytest.raises(AttributeError, match=f"A Part has no {name}"):
        getattr(Part(), name)


def test_the_patch_is_needed_still() -> None:
    assert callable(gr.HTML(js_on_load=SCRIPT).colour), "Gradio makes no event of this any more: delete the patch"
