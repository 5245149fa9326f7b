"""The list of what goes into an export, each part with the function that takes it from a run.

What is not in `PARTS` or `OF_A_STEP` does not leave the machine: no path, host, process, log, upload, embedding or weight.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.export.plain import name_of_data, number, numbers, text, texts
from explorer.export.sounds import dataset_of
from explorer.runs.bundle import Bundle
from explorer.runs.judged import with_verdict
from explorer.runs.metrics import START
from explorer.runs.neighbours import nearest_of_all
from explorer.runs.snapshots import unit_embeddings
from explorer.suspects.listed import suspects as listed_suspects
from training.knowledge.kept import PARTS as KNOWN
from training.run import State

FORMAT = 1
"""Of the files; assets/js/core/export_checks.js reads this one alone."""
NEIGHBOURS = 10
SCORE_UNITS = 10_000
"""In one: a cosine is kept as a whole number of these, which is as exact as the page's server says it."""
PLACE_LEVELS = 65_535
MOST_ROWS = 4_000
"""Of curves between snapshots; of more, evenly taken."""
EXACT_VALUES = 4_096
"""A picture of the lens with more values than these is kept as one byte a value, which is what its colours show."""
STATUS = ("step", "steps", "seconds", "progress", "warning", "warned_by")
CONFIG = (
    *(
        "encoder",
        "encoder_size",
        "settings",
        "views",
        "front_end",
        "steps",
        "seconds",
        "batch_size",
        "learning_rate",
        "weight_decay",
    ),
    *("warmup_steps", "averaging", "optimizer", "window_seconds", "probe_clips", "seed"),
)
ENDED = frozenset({State.STOPPED, State.FINISHED, State.FAILED, State.CRASHED, State.DISK_FULL})


def status(bundle: Bundle) -> dict[str, Any]:
    """The run's state when it was exported; one that was still at work then is "exported"."""
    found = with_verdict(bundle.run, bundle.status())
    state = found.state.value if found.state in ENDED else "exported"
    kept = {name: getattr(found, name) for name in STATUS}
    told = {"state": state, **{k: v if isinstance(v, str) else number(v) for k, v in kept.items()}}
    return texts({**told, "verdict": found.verdict})


def settings(bundle: Bundle) -> dict[str, Any]:
    """Method, data and settings, by name."""
    config = bundle.run.config()
    kept = {key: config[key] for key in CONFIG if key in config}
    named = {"method": config.get("method"), "data": name_of_data(bundle.points().data_name)}
    return {**{k: text(v) for k, v in named.items()}, **texts(kept)}


def points(bundle: Bundle) -> dict[str, Any]:
    """What the map knows of its points, with the columns that no step changes."""
    values = bundle.points_values()
    return texts({**values, "data_name": name_of_data(values["data_name"])})


def curves(bundle: Bundle) -> list[dict[str, Any]]:
    """The rows that hold: numbers of training and measures by step. All of those with measures, at most MOST_ROWS others."""
    rows: list[dict[str, Any]] = []
    cursor = START
    while (news := bundle.curves(cursor)).rows:
        rows = [] if news.void else rows
        cursor = news.cursor
        for row in news.rows:
            back = row.get("resumed_from")
            rows = [kept for kept in rows if kept["step"] <= back] if type(back) is int else rows
            if type(row.get("step")) is int:
                rows.append({text(key): number(value) for key, value in row.items() if _is_curve(key)})
    measured = [any(key.startswith("measure/") for key in row) for row in rows]
    others = measured.count(False)
    every = max(1, -(-others // MOST_ROWS))
    places = np.cumsum(np.invert(np.array(measured, bool)))
    return [row for row, m, i in zip(rows, measured, places, strict=True) if m or i % every == 0 or i == others]


def _is_curve(key: str) -> bool:
    return key in ("step", "seconds") or key.startswith(("train/", "measure/"))


def schema(bundle: Bundle) -> dict[str, Any]:
    """What the run declares."""
    return texts(bundle.schema().to_json())


def baselines(bundle: Bundle) -> dict[str, Any]:
    """What the measures are compared with."""
    found = bundle.baselines()
    kept = {text(key): numbers(value) for key, value in found.items() if isinstance(value, Mapping) and key != "bands"}
    kept["bands"] = found.get("bands", {})  # the program's own
    if isinstance(found.get("loss"), Mapping):
        kept["loss"]["meaning"] = text(found["loss"].get("meaning"))
    return {**kept, "main_facet": text(found.get("main_facet"))} if found else {}


def layouts(bundle: Bundle, steps: list[int]) -> dict[str, Any]:
    """Which of `steps` have a map."""
    found = asdict(bundle.layouts())
    kept = [step for step in found["steps"] if step in steps]
    by_step = {word: {step: found[word][step] for step in kept} for word in ("kinds", "trust")}
    return {**found, "version": 1, "steps": kept, **by_step, "snapshots": len(kept)}


def layout(bundle: Bundle, step: int) -> bytes | None:
    """float32 r, then n uint16 x and n uint16 y, little-endian: level l of the 65,535 is the place -r + 2 r l / 65,535."""
    found = bundle.layout(step)
    if found is None:
        return None
    reach = float(np.abs(found.places).max(initial=0)) or 1.0
    levels = np.rint((found.places.T.astype(np.float64) / reach + 1) / 2 * PLACE_LEVELS)
    return np.float32(reach).astype("<f4").tobytes() + levels.astype("<u2").tobytes()


def neighbours(bundle: Bundle, step: int) -> bytes | None:
    """(n, k) points as uint16 (uint32 where there are more than 65,536), then (n, k) int16 cosines in SCORE_UNITS."""
    units = unit_embeddings(bundle.run, step)
    if units is None or len(units) < 2 or len(units) != len(bundle.points()):
        return None
    rows, scores = nearest_of_all(units, min(NEIGHBOURS, len(units) - 1))
    return (
        rows.astype("<u2" if len(units) <= 65_536 else "<u4").tobytes()
        + np.rint(scores * SCORE_UNITS).astype("<i2").tobytes()
    )


def columns(bundle: Bundle, step: int) -> dict[str, Any] | None:
    """The columns that this step changes, by name."""
    of_step = [column.name for column in bundle.columns() if column.per == "snapshot"]
    found = {name: values for name in of_step if (values := bundle.column(name, step)) is not None}
    return {text(name): texts(values.to_json()) for name, values in found.items()}


def lens(bundle: Bundle, step: int) -> dict[str, Any] | None:
    """The pictures of what the loss sees; a large one's "values" are uint8 from low to high, and "bytes" is 1."""
    found = bundle.lens(step)
    if found is None:
        return None
    pictures = [{**texts({k: v for k, v in p.items() if k != "values"}), **_values(p)} for p in found["pictures"]]
    return {"step": step, "pictures": pictures, "clips": texts(found["clips"])}


def measured(bundle: Bundle) -> dict[str, Any] | None:
    """The pictures of what was measured, at the newest step, without a word on how to measure more."""
    found = bundle.measured()
    if found is None:
        return None
    pictures = [{**texts({k: v for k, v in p.items() if k != "values"}), **_values(p)} for p in found["pictures"]]
    return {**found, "pictures": pictures, "note": ""}


def knowledge(bundle: Bundle) -> dict[str, Any]:
    """What was computed of what the model knows; a part that was not is null. Why something is missing may name a folder, and
    stays here."""
    parts = {part: found for part, found in bundle.knowledge().items() if part in KNOWN}
    return texts({part: None if found is None else {**found, "note": ""} for part, found in parts.items()})


def suspects(bundle: Bundle) -> dict[str, Any] | None:
    """Clips worth a second hearing, of the newest snapshot; without its sounds silent and clipped ones stay unknown."""
    about = bundle.points()
    found = listed_suspects(bundle.run, dataset_of(about.fingerprint, about.clips))
    return None if found is None else dict(texts(found))


def _values(picture: dict[str, Any]) -> dict[str, Any]:
    values = np.frombuffer(base64.b64decode(picture["values"]), "<f4")
    if values.size <= EXACT_VALUES:
        return {"bytes": 4, "values": picture["values"]}
    low, high = picture["low"], picture["high"]
    shares = np.nan_to_num((values - low) / (high - low)) if high > low else np.zeros_like(values)
    return {"bytes": 1, "values": base64.b64encode(np.rint(shares.clip(0, 1) * 255).astype(np.uint8)).decode()}


PARTS: dict[str, Callable[[Bundle], Any]] = {
    "curves": curves,
    "schema": schema,
    "baselines": baselines,
    "method": Bundle.method,
    "measured": measured,
    "knowledge": knowledge,
    "suspects": suspects,
}
"""data/<name>.json; beside them run.json and points.json, which also say what else there is."""
OF_A_STEP: dict[str, tuple[str, Callable[[Bundle, int], bytes | dict[str, Any] | None]]] = {
    "layouts": ("bin", layout),
    "neighbours": ("bin", neighbours),
    "columns": ("json", columns),
    "lens": ("json", lens),
}
"""data/<name>/<step>.<suffix>"""
