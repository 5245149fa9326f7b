"""The live map of a run's probe clips."""

from typing import Any

import gradio as gr

from explorer.components.browser_part import BrowserPart


class EmbeddingMap(BrowserPart):
    """Shows the run that is looked at. Value: {"run": name, "marks": [mark]}, the marks of one run, or None.

    A mark is a place that is ringed and named: {"label": str} with either "points": [point, …] and "weights": [w, …]
    (it lies at their weighted mean and moves with them through time) or "x" and "y" in the layout's own units.
    `panel`: whether the player and the list of nearest clips are shown; beside it, or in the ClipSlot whose elem_id
    `panel_in` is.
    """

    module = "map/map.js"
    kind = "part-map"

    def __init__(self, value: Any = None, *, panel: bool = True, panel_in: str = "", **settings: Any):
        super().__init__(value, panel=panel, panel_in=panel_in, **settings)


class ClipSlot(gr.HTML):
    """An empty place for the panel of an EmbeddingMap that stands elsewhere on the page."""

    def __init__(self, **settings: Any):
        super().__init__('<div class="part clip-slot"></div>', js_on_load=None, apply_default_css=False, **settings)
