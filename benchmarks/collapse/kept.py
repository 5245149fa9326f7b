"""What is measured of a healthy run's weights before they are dropped: every thorough measure and the linear probe.

Written beside the run's rows: `measures/<step>.json` as `python -m training measure` does, and `probes.json`, {step: accuracy}.
"""

import json

import numpy as np

from training.measures.probe import probe_accuracy
from training.run import RunFolder
from training.thorough import thorough_measures

STEPS = (0, 40, 100, 300)
"""Few, since a probe takes longer than 20 steps of training; and spread over what changes first and what changes late."""
PROBES = "probes.json"


def measure_kept(run: RunFolder) -> None:
    """Measure those of STEPS that are kept."""
    steps = [step for step in STEPS if step in run.snapshots()]
    for step in steps:
        thorough_measures(run, step, lambda share, words: None)
    found = {step: _probe(run, step) for step in steps}
    (run.path / PROBES).write_text(json.dumps({step: value for step, value in found.items() if value is not None}))


def _probe(run: RunFolder, step: int) -> float | None:
    """The linear probe of the main facet, for groups that it never saw."""
    about, taken = run.probe(), run.snapshot(step)
    facets, main, group = about["facets"], about["main_facet"], about["group"]
    if taken is None or main not in facets or main == group:
        return None
    labels = np.array(facets[main]["codes"])
    groups = np.array(facets[group]["codes"]) if group in facets else np.array(about["clips"])
    return probe_accuracy(taken["embeddings"].astype(np.float32), labels, groups)
