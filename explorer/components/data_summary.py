"""What is in a data set: how many clips, which labels, and which files gave none and why."""

from collections.abc import Sequence
from typing import Any

from explorer.components.browser_part import BrowserPart
from training.data.dataset import SAMPLE_RATE, Dataset, Skipped

EXAMPLES = 6
LISTED_AT_MOST = 200


class DataSummary(BrowserPart):
    """Value: as `summary_of` makes it, or None for nothing."""

    module = "forms/data_summary.js"
    kind = "part-data"


def summary_of(dataset: Dataset) -> dict[str, Any]:
    """A data set in numbers and names; of long lists the beginning, and how much more there is."""
    facets = []
    for name, facet in dataset.facets.items():
        counts = sorted(facet.counts().items(), key=lambda entry: -entry[1])
        facets.append({"name": name, "labels": len(counts), "examples": counts[:EXAMPLES]})
    return {
        "name": dataset.name,
        "clips": len(dataset),
        "seconds": round(float(dataset.lengths.sum()) / SAMPLE_RATE, 1),
        "heard": dataset.heard,
        "group": dataset.group,
        "facets": facets,
        "skipped": _listed(dataset.skipped),
        "warnings": _listed(dataset.warnings),
    }


def named_only(name: str) -> dict[str, Any]:
    """The same of data that is being opened: its name, and no clip yet."""
    none = _listed(())
    counted = {"clips": 0, "seconds": 0.0, "heard": "", "group": None, "facets": []}
    return {"name": name, **counted, "skipped": none, "warnings": none}


def _listed(entries: Sequence[Skipped]) -> dict[str, Any]:
    rows = [{"file": entry.file, "reason": entry.reason} for entry in entries[:LISTED_AT_MOST]]
    return {"n": len(entries), "rows": rows}
