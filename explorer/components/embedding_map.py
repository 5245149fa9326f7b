"""The live map of a run's probe clips."""

from typing import Any

from explorer.components.browser_part import BrowserPart


class EmbeddingMap(BrowserPart):
    """Shows the run that is looked at. Value: {"run": name, "marks": [mark]}, the marks of one run, or None.

    A mark is a place that is ringed and named: {"label": str} with either "points": [point, …] and "weights": [w, …]
    (it lies at their weighted mean and moves with them through time) or "x" and "y" in the layout's own units.
    `panel`: whether the player and the list of nearest clips stand beside it.
    """

    def __init__(self, value: Any = None, *, panel: bool = True, **settings: Any):
        super().__init__(value, module="map/map.js", kind="part-map", panel=panel, **settings)
