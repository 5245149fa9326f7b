"""One written sentence on the page, such as what was wrong with a file."""

import html
import re
from typing import Any, ClassVar, Literal

import gradio as gr

from explorer.components.browser_part import BrowserPart
from training.data.sniff import ACCEPTED


class Notice(BrowserPart):
    """Value: as `said` makes it, or None for nothing. Written as text, whatever stands in it."""

    module = "forms/notice.js"
    kind = "part-notice"
    accepts: ClassVar[Any] = {"reference": str}

    def __init__(self, value: Any = None, *, reveals: bool = False, sounds_of: str = "", **settings: Any):
        """`reveals`: whether the page is scrolled to a sentence that appears; for one that answers a click above it. `sounds_of`:
        the id of a field for sounds, of which it says, in place of Gradio, where a file is none.
        """
        asked = {"field": sounds_of, "expected": ACCEPTED} if sounds_of else None
        super().__init__(value, reveals=reveals, sounds_of=asked, **settings)


def said(text: str, tone: Literal["", "bad", "busy"] = "", fraction: float | None = None) -> dict[str, Any]:
    """A sentence; `fraction` (0 to 1) draws a progress bar below it."""
    return {"text": text, "tone": tone, **({} if fraction is None else {"fraction": fraction})}


def refusal(sentence: str, duration: float = 10) -> gr.Error:
    """A sentence as Gradio's own notice over the page, which takes it for HTML: what could be markup is escaped.

    The rest stays as it is, since programs get the same text.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])|&(?=#?\w+;)", lambda found: html.escape(found[0]), sentence)
    return gr.Error(text, duration=duration, print_exception=False)
