"""Readings of made-up runs, of which verdicts are passed."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.bands import Band
from training.verdicts import Readings, Verdict, judged

LINES = {
    "main_facet": "class",
    "cross_group_knn": {"class": {"random_init": 0.5, "mfcc": 0.6, "chance": 0.1}},
    "loss": {"value": 5.0},
}
HEALTHY = {
    "normalised_std": 0.95,
    "centred_std": 1.0,
    "effective_rank": 60.0,
    "encoder_effective_rank": 80.0,
    "encoder_normalised_std": 0.2,
    "encoder_centred_std": 2.0,
    "cross_group_knn": 0.5,
}
STEPS = range(0, 1000, 100)
BANDS = {
    f"measure/{name}": Band((100, 500), (low, low), (high, high), (0.9, 0.9), 3, ("digits",))
    for name, low, high in (
        ("effective_rank", 50.0, 70.0),
        ("encoder_effective_rank", 60.0, 90.0),
        ("centred_std", 0.8, 1.2),
        ("encoder_normalised_std", 0.15, 0.25),
    )
}
"""Of healthy runs, as if nothing was known of them after step 500."""


def made(
    method: str | None = "simclr",
    *,
    loss: Sequence[float] = (5.0, 4.0, 3.0, 2.5, 2.2, 2.0, 1.8, 1.6, 1.4, 1.2),
    lines: Any = LINES,
    bands: Mapping[str, Band] = {},
    **measures: Sequence[float | None],
) -> Readings:
    """A healthy run of a method of which no others are known, with one value a snapshot where `measures` says otherwise."""
    rows = []
    for i, step in enumerate(STEPS):
        found = {name: measures[name][i] if name in measures else value for name, value in HEALTHY.items()}
        if "cross_group_knn" not in measures:
            found["cross_group_knn"] = 0.5 + 0.03 * i
        rows.append({"step": step, **{f"measure/{k}": v for k, v in found.items() if v is not None}})
        rows += [{"step": step + 10 * k + 1, "train/loss": loss[i]} for k in range(9)]
    readings = Readings(method, lines=lines, bands=bands)
    for row in rows:
        readings.add(row)
    return readings


def with_one(name: str, values: Sequence[float | None], bands: Mapping[str, Band] = {}) -> Readings:
    """A healthy run but for one measure."""
    return made(bands=bands, **{name: values})  # type: ignore[arg-type]  # it is none of the named ones


def kind(readings: Readings) -> Verdict:
    """What is thought of it, whatever its settings."""
    return judged(readings, {})


def from_third(start: float, later: float) -> list[float | None]:
    """One value a snapshot: `later` from the third after the first on."""
    return [start] * 3 + [later] * 7
