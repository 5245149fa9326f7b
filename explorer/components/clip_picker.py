"""Choosing a clip of a data set by facet and label, one after the other, or by chance."""

import base64
from typing import Any, ClassVar

import numpy as np

from explorer.components.browser_part import BrowserPart
from training.data.dataset import Dataset


class ClipPicker(BrowserPart):
    """Value: what `clips_to_pick` makes, or {"text", "fraction", "tone"} while there is no data set.

    Sends `select`; what was chosen then stands in the value as "chosen": {"sound", "title", "subtitle", "play",
    "first"}. With `eager` the first clip of a new data set is chosen by itself ("first" is true of what nobody asked for).
    Of a run's data, with `shared` the clip chosen here is chosen on the whole page and the other way round; with
    `offers_chosen` a button takes the clip that is chosen elsewhere.
    """

    module = "sound/picker.js"
    kind = "part-picker"
    sends: ClassVar[dict[str, Any]] = {"index": int, "value": {"first": bool}}

    def __init__(
        self,
        value: Any = None,
        *,
        eager: bool = False,
        shared: bool = False,
        offers_chosen: bool = False,
        **settings: Any,
    ):
        super().__init__(value, eager=eager, shared=shared, offers_chosen=offers_chosen, **settings)


def clips_to_pick(dataset: Dataset) -> dict[str, Any]:
    """The labels of every clip, small enough to be sent whole: four bytes a clip and facet, and eight for its place in its file
    where files give several.
    """
    facets = {
        name: {"names": list(facet.names), "codes": base64.b64encode(np.asarray(facet.codes, "<i4").tobytes()).decode()}
        for name, facet in dataset.facets.items()
    }
    about = {"fingerprint": dataset.fingerprint, "name": dataset.name, "n": len(dataset)}
    windows = dataset.windows()
    placed = {} if np.isnan(windows).all() else {"windows": base64.b64encode(windows.astype("<f4").tobytes()).decode()}
    return {"set": {**about, "main_facet": dataset.main_facet, "facets": facets, **placed}}
