"""What is measured of a healthy run before its snapshots and weights are dropped.

`stages.json`, {step: {stage: {measure: value}}}: what snapshots say of the encoder and the projector. `probes.json`, {step:
accuracy} of the linear probe. `measures/<step>.json`, as `python -m training measure` writes it: what needs weights, too.
"""

import json
from typing import Any

import numpy as np
import torch

from training.measures import measured_stage
from training.measures.probe import probe_accuracy
from training.measures.stage import Stage
from training.run import RunFolder
from training.thorough import thorough_measures

STEPS = (0, 40, 100, 200, 300)
"""Few, since all of it takes as long as many steps of training; and spread over what changes first and what changes late."""
WEIGHED = (300,)
"""Of which weights are measured."""
STAGES, PROBES = "stages.json", "probes.json"
NAMES = {"encoder": "embeddings", "projector": "projections"}


def measure_kept(run: RunFolder, thorough: bool) -> None:
    """Measure a run that has just been trained; with `thorough` also its weights and by probes."""
    kept = [step for step in STEPS if step in run.snapshots()]
    stages = {name: {step: _stage(run, step, array) for step in kept} for name, array in NAMES.items()}
    told = {
        step: {name: _measures(of_steps[step], of_steps[kept[0]]) for name, of_steps in stages.items()} for step in kept
    }
    (run.path / STAGES).write_text(json.dumps(told))
    if not thorough:
        return
    probes = {step: _probe(run, step) for step in kept}
    (run.path / PROBES).write_text(json.dumps({step: value for step, value in probes.items() if value is not None}))
    for step in WEIGHED:
        if step in kept:
            thorough_measures(run, step, lambda share, words: None)


def _stage(run: RunFolder, step: int, array: str) -> torch.Tensor:
    taken = run.snapshot(step) or {}
    return torch.from_numpy(taken[array].astype(np.float32)).flatten(1)


def _measures(x: torch.Tensor, start: torch.Tensor) -> dict[str, Any]:
    return measured_stage(Stage(x, start if x.shape == start.shape else None))


def _probe(run: RunFolder, step: int) -> float | None:
    """The linear probe of the main facet, for groups that it never saw."""
    about, taken = run.probe(), run.snapshot(step)
    facets, main, group = about["facets"], about["main_facet"], about["group"]
    if taken is None or main not in facets or main == group:
        return None
    labels = np.array(facets[main]["codes"])
    groups = np.array(facets[group]["codes"]) if group in facets else np.array(about["clips"])
    return probe_accuracy(taken["embeddings"].astype(np.float32), labels, groups)
