"""What every page is given: the server's services, and the one choice of a run that all pages share."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from explorer.components.browser_part import PAGE_SCRIPT
from explorer.components.run_choice import RunChoice
from explorer.gradio_patches.unmarked import Unmarked
from explorer.services import Services
from explorer.web.assets import asset_url
from training.data import whole_reference
from training.data.dropped import is_one_drop
from training.data.names import is_text
from training.data.stream import is_stream

ASK_SECONDS = 0.7
"""How often it is asked how far something is that a visitor waits for."""
READ_ONLY = "Runs can only be looked at here."
"""Answers whoever would change something on a page for looking only."""


def in_browser(function: str, *first: Any) -> str:
    """JavaScript for an event of Gradio's: a function of assets/js/core/page.js is given `first`, plain values, and then the
    inputs, and gives the outputs.
    """
    address, values = asset_url(PAGE_SCRIPT), "".join(f"{json.dumps(value)}, " for value in first)
    return (
        f"async (...given) => (await import(new URL('{address}', document.baseURI).href)).{function}({values}...given)"
    )


def after_first(function: str) -> str:
    """JavaScript that does what `function`, JavaScript too, does, once the page has drawn what visitors wait for first: for
    events whose handlers import torch, which takes the server two seconds.
    """
    return f"async (...given) => {{ await ({in_browser('first')})(); return ({function})(...given); }}"


@dataclass(frozen=True)
class NewRunForm:
    """How another page puts a method into the form of a new run."""

    fill: Callable[[str], tuple[Any, ...]]
    """The values of `parts` for a method by its name."""
    parts: list[Component]


@dataclass
class Frame:
    """Handed to each page's `build`."""

    services: Services
    data: str
    """The data that is offered first: "starter", the name of a public set, or a folder."""
    read_only: bool
    """Whether visitors may only look: nothing can be started, stopped or opened from a path."""
    page: gr.Blocks
    run: RunChoice
    """Which run is looked at."""
    unmarked: Unmarked
    tabs: gr.Tabs | None = None
    """All tabs; `gr.Tabs(selected=word)` opens one."""
    tab: gr.Tab | None = None
    """The tab that is being built."""
    new_run: NewRunForm | None = None
    """Set by the page Live, which is built before those that lead to it."""
    started_in: str = ""
    """The folder where the server was started: there a relative path begins that a visitor types."""
    paths: bool = True
    """Whether visitors may name any folder of this machine as data."""

    @property
    def quiet(self) -> dict[str, Any]:
        """How most events are asked: at once, without a mark of waiting, and by the page alone. Gradio (6.31) shows neither a
        refusal nor a notice of such, so what may have one is `private`.
        """
        return {**self.private, "queue": False}

    @property
    def once_more(self) -> dict[str, Any]:
        """Quiet, for a choice that may change while it is answered, which is then answered once more. For handlers of the
        values of parts alone: Gradio (6.31) hands what the first event itself said to the later one too.
        """
        return {**self.quiet, "trigger_mode": "always_last"}

    @property
    def each(self) -> dict[str, Any]:
        """Quiet, for events that say something of their own: none is passed over while another is answered."""
        return {**self.quiet, "trigger_mode": "multiple"}

    @property
    def latest_only(self) -> dict[str, Any]:
        """Quiet, but for what takes a while: while one is answered, only the last of those that follow is kept."""
        return {**self.private, "trigger_mode": "always_last"}

    @property
    def private(self) -> dict[str, Any]:
        """Without a mark of waiting, and by the page alone."""
        return {"show_progress": "hidden", "show_progress_on": self.unmarked, "api_visibility": "private"}

    def reference(self, typed: str | None) -> str:
        """Data as a visitor named it, by a path that stands alone where it is one; empty where nothing was named, or what is
        no text, or a folder of this machine or a stream that visitors may not name.
        """
        whole = whole_reference(typed or "", self.started_in)
        if not is_text(whole):
            return ""
        own = os.path.isabs(whole) or is_stream(whole)  # what reads this machine's files, or what its owner pays for
        return whole if self.paths or not own or whole == self.data or is_one_drop(whole) else ""

    @property
    def data_hint(self) -> str:
        """What a visitor may write where data is chosen."""
        return (
            "A set by its name, the path of a folder of sounds on this machine, or a stream: shards:/path/x-{000..127}.tar."
            if self.paths
            else "A set by its name."
        )
