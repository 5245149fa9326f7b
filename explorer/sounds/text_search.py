"""Which clips of a data set have a text in a label or in the name of their file."""

from pathlib import PurePath
from typing import Any

import numpy as np

from explorer.sounds.windows import short_name, window_words
from training.data.dataset import Dataset

MOST = 50


def clips_with(dataset: Dataset, text: str) -> dict[str, Any]:
    """{"total", "clips": [{"clip", "label", "note"}]}: the first 50 of them, those first whose main label has the text.

    Upper and lower case are the same; an empty text is in none.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return {"total": 0, "clips": []}
    named = {
        name: np.isin(facet.codes, [code for code, label in enumerate(facet.names) if wanted in label.casefold()])
        for name, facet in dataset.facets.items()
    }
    in_file = np.fromiter((wanted in file.casefold() for file in dataset.files), bool, len(dataset))
    found = np.flatnonzero(np.logical_or.reduce([in_file, *named.values()]))
    main = dataset.facets[dataset.main_facet]
    first = found[np.argsort(~named[dataset.main_facet][found], kind="stable")][:MOST]
    rows = [
        {"clip": clip, "label": main.label(clip) or "no label", "note": _note(dataset, clip)} for clip in first.tolist()
    ]
    return {"total": len(found), "clips": rows}


def _note(dataset: Dataset, clip: int) -> str:
    """The file's own name comes before its folders: where there is little room, the end is cut."""
    file = PurePath(dataset.files[clip])
    folders = "" if file.parent == PurePath() else str(file.parent)
    return "  ·  ".join(filter(None, [window_words(dataset, clip), short_name(dataset.files[clip]), folders]))
