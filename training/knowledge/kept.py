"""The parts of what is known as a run's folder keeps them, checked when they are read: the file may hold anything."""

from typing import Any

from training import durable
from training.errors import UserError
from training.run import SCHEMA, RunFolder
from training.run.schema import BASELINES

UNTRAINED = tuple(name for name in BASELINES if name != "chance")
"""What each facet is asked of beside the run; chance stands with the facet itself."""
NUMBER = (float, int, type(None))
CURVE = {"steps": [int], "values": [NUMBER]}
PLAIN = {"knn": NUMBER, "probe": NUMBER}
BY_MODEL = {"trained": [NUMBER], "untrained": [NUMBER]}
PARTS: dict[str, dict[str, Any]] = {
    "facets": {
        "step": int, "clips": int, "note": str,
        "facets": [{
            "facet": str, "labels": int, "group": bool, "chance": NUMBER, "knn": CURVE, "probe": CURVE,
            "baselines": dict.fromkeys(UNTRAINED, PLAIN),
        }],
    },
    "shortcuts": {
        "step": int, "label": str, "neighbours": int, "bins": int, "clips": int, "steps": [int], "agreement": [NUMBER],
        "error": NUMBER, "sentences": [str], "note": str,
        "candidates": [{
            "name": str, "meaning": str, "among": str, "agreement": [NUMBER], "error": NUMBER, "label": NUMBER,
            "beyond": NUMBER, "association": NUMBER, "judged": str,
        }],
    },
    "invariance": {
        "step": int, "facet": str, "clips": int, "bank": int, "chance": NUMBER, "domain": str, "note": str,
        "unchanged": {"trained": NUMBER, "untrained": NUMBER},
        "augmentations": [{
            "name": str, "title": str, "meaning": str, "own": int, "strengths": [NUMBER], "said": [str],
            "similarity": BY_MODEL, "knn": BY_MODEL, "judged": [str],
        }],
    },
}  # fmt: skip
"""What each part is made of, in the order in which they are told."""
MOST_ITEMS = 200
LONGEST_TEXT = 1000
LARGEST = 1e12


def as_kept(value: float | None) -> float | None:
    """To four digits; None for what is no number."""
    return None if value is None or value != value else round(value, 4)


def kept(run: RunFolder, part: str) -> dict[str, Any] | None:
    """One of PARTS as the run's folder has it; None where there is none, or it isn't what it should be."""
    found = run.knowledge(part)
    found.pop("schema", None)
    return found if fits(found, PARTS[part]) and (part != "invariance" or _is_whole(found)) else None


def keep(run: RunFolder, part: str, value: dict[str, Any]) -> None:
    """Write one of PARTS. Raises UserError where that isn't possible."""
    path = run.knowledge_path(part)
    try:
        path.parent.mkdir(exist_ok=True)
        durable.write_json(path, {"schema": SCHEMA, **value})
    except OSError as error:
        raise UserError(f"What the run {run.name} knows can't be written: {error.strerror}.") from None


def fits(value: Any, shape: Any) -> bool:
    """Whether a value is made as a shape says: named values, a list of things that are alike, or one of several types."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and value.keys() == shape.keys() and all(fits(value[k], shape[k]) for k in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and len(value) <= MOST_ITEMS and all(fits(one, shape[0]) for one in value)
    if type(value) not in (shape if isinstance(shape, tuple) else (shape,)):
        return False
    return len(value) <= LONGEST_TEXT if isinstance(value, str) else value is None or abs(value) < LARGEST


def _is_whole(found: dict[str, Any]) -> bool:
    """Whether every list of an augmentation has a value for each strength, and the run's own is among them."""
    return all(
        0 <= one["own"] < len(one["strengths"])
        and {len(one["strengths"])}
        == {len(each) for each in (one["said"], one["judged"], *one["similarity"].values(), *one["knn"].values())}
        for one in found["augmentations"]
    )
