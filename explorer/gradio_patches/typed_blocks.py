"""The page as Gradio runs it, with a doorkeeper before and behind every handler.

Before: a handler is given of its inputs and of its event what their components describe (`accepts` and `sends` of ours,
the table below for Gradio's); see explorer.web.incoming. Behind: an answer that holds a file is refused, since no handler
of ours gives one out.
"""

from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from explorer.visitors.identity import asked_by
from explorer.web.incoming import NUMBER, ListOf, Typed, Uploaded, holds_file, typed

GRADIOS: dict[type, Any] = {
    gr.Radio: str,
    gr.Checkbox: bool,
    gr.Textbox: str,
    gr.Number: NUMBER,
    gr.Audio: Uploaded,
    gr.File: ListOf(Uploaded),
}
"""What is kept of a value that a browser sends for a component of Gradio's; of any other nothing is."""


class FileAnswered(Exception):
    """A handler's answer holds what Gradio would give out as a file."""


class TypedBlocks(gr.Blocks):
    """gr.Blocks whose handlers get typed values alone."""

    async def preprocess_data(
        self, block_fn: BlockFunction, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        """As Gradio's, of typed inputs."""
        kinds = [accepted(block) for block in block_fn.inputs]
        kept = [typed(kind, value) for kind, value in zip(kinds, inputs, strict=False)]
        kept += [None] * (len(inputs) - len(kept))  # too many or too few: Gradio says so
        return await super().preprocess_data(block_fn, kept, state, explicit_call)

    async def call_function(self, block_fn: Any, *rest: Any, **named: Any) -> Any:
        """As Gradio's, with a typed event, and with the visitor known who asks."""
        event = next((given for given in (*rest, *named.values()) if isinstance(given, gr.EventData)), None)
        if event is not None:
            event._data = sent(self, block_fn, event._data)
        request = next((given for given in (*rest, *named.values()) if isinstance(given, gr.Request)), None)
        with asked_by(request):
            return await super().call_function(block_fn, *rest, **named)

    async def postprocess_data(self, block_fn: BlockFunction, predictions: Any, state: Any) -> Any:
        """As Gradio's, of answers without files. Raises FileAnswered."""
        if holds_file(predictions):
            raise FileAnswered(f"{block_fn.name} answered with a file, which no function of the page may.")
        return await super().postprocess_data(block_fn, predictions, state)


def accepted(block: Any) -> Any:
    """The shape of the values that a component gives to handlers."""
    if isinstance(block, Typed):
        return block.accepts
    return next((shape for kind, shape in GRADIOS.items() if isinstance(block, kind)), None)


def sent(blocks: gr.Blocks, block_fn: BlockFunction, data: Any) -> Any:
    """Of an event's data what the parts describe that can send it to this handler, never mind which the browser names."""
    parts = [blocks.blocks.get(number) for number, _ in block_fn.targets if number is not None]
    shape: dict[str, Any] = {}
    for part in parts:
        shape |= part.sends if isinstance(part, Typed) else {}
    return {**dict.fromkeys(shape), **(typed(shape, data) or {})}
