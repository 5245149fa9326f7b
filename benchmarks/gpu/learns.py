"""Part 4: a minute each of SimCLR and VICReg by the trainer itself: cross-group kNN over time."""

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.gpu.numbers import guarded
from benchmarks.gpu.plan import Plan
from benchmarks.gpu.trains import config_for, training_in
from training.data.dataset import Dataset
from training.hardware import Hardware
from training.probe import chance

METHODS = ("simclr", "vicreg")
SHOWN = 12
"""Moments of the curve that are kept, evenly chosen."""


def rows(dataset: Dataset, machine: Hardware, plan: Plan) -> Iterator[dict[str, Any]]:
    """A row for each method."""
    for name in METHODS:
        yield guarded(name, learned_row, name, dataset, machine, plan)


def learned_row(name: str, dataset: Dataset, machine: Hardware, plan: Plan) -> dict[str, Any]:
    """kNN at random initialisation and at the end; it must have risen by more than two standard errors of a share."""
    config = config_for(name, machine, plan, len(dataset), seconds=plan.learn_seconds)
    with tempfile.TemporaryDirectory() as folder:
        training, losses = training_in(Path(folder) / "run", config, dataset, machine)
        training.to_the_end()
        curve = [(r["seconds"], r["measure/cross_group_knn"]) for r in training.run.metrics() if _measured(r)]
        clips = training.clips
        training.run.close()
    before, after = curve[0][1], curve[-1][1]
    error = math.sqrt(before * (1 - before) / len(clips)) + math.sqrt(after * (1 - after) / len(clips))
    rose = after > before + 2 * error
    return {
        "name": name,
        "steps": len(losses),
        "clips_per_second": len(losses) * config.batch_size / curve[-1][0],
        "random_init": before,
        "knn": after,
        "chance": chance(dataset, clips, dataset.main_facet),
        "seconds": [round(at, 1) for at, _ in _some(curve)],
        "curve": [round(value, 3) for _, value in _some(curve)],
        "ok": rose if plan.full else None,
        "reason": "" if rose else "kNN did not rise by two standard errors",
    }


def _measured(row: dict[str, Any]) -> bool:
    return "measure/cross_group_knn" in row


def _some(curve: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most SHOWN of them, evenly chosen, the first and the last among them."""
    if len(curve) <= SHOWN:
        return curve
    return [curve[round(i * (len(curve) - 1) / (SHOWN - 1))] for i in range(SHOWN)]
