"""A question that is asked again until it is answered: what a tab shows at first is asked for once, and a busy server may lose it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import gradio as gr

ASK_AGAIN_SECONDS = 5.0
BEGIN = f"() => ({{__type__: 'update', active: true, value: {ASK_AGAIN_SECONDS}}})"
"""By the browser alone, so that no server can lose it."""


def insist(
    event: Callable[..., Any], ask: Callable[..., tuple[Any, ...]], inputs: Any, outputs: Sequence[Any], **how: Any
) -> None:
    """Have `ask` answer `event`, and again every few seconds until one answer has come; `how`: further settings of both."""
    timer = gr.Timer(ASK_AGAIN_SECONDS, active=False)

    @wraps(ask)  # Gradio looks at what it takes
    def answered(*given: Any) -> tuple[Any, ...]:
        return *ask(*given), gr.Timer(active=False)

    event(None, None, timer, js=BEGIN)
    for asked in (event, timer.tick):
        asked(answered, inputs, [*outputs, timer], **how)
