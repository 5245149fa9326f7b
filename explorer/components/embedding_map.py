"""The live map of a run's probe clips."""

from typing import Any, ClassVar

from explorer.components.browser_part import BrowserPart
from explorer.web.incoming import SOUND_ROW


class EmbeddingMap(BrowserPart):
    """Value: {"run": name, "clip": index in the data set, "marks": [mark]}; all but "run" may be left out.

    A mark is a place that is ringed and named: {"label": str} with either "points": [point, …] and "weights": [w, …]
    (it lies at their weighted mean and moves with them through time) or "x" and "y" in the layout's own units.
    `panel`: whether the player and the list of nearest clips stand beside it. A click sends `select` with
    gr.SelectData: `index` is the point, `value` is {"run", "point", "clip", "label",
    "note", "sound", "heard"} (the last: whether a visitor chose it, and not the address).
    """

    sends: ClassVar[dict[str, Any]] = {"index": int, "value": SOUND_ROW}

    def __init__(self, value: Any = None, *, panel: bool = True, **settings: Any):
        super().__init__(value, module="map/map.js", kind="part-map", panel=panel, **settings)
