"""What a run's measures are compared with; without these lines a kNN of .6 says nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np

from training import durable
from training.data.cache import cache_root
from training.data.dataset import Dataset, Progress
from training.methods.method import Method
from training.probe import chance, cross_group_knn, labelled, log_mel_statistics, mfcc_statistics
from training.run import reading
from training.run.schema import BASELINES
from training.spectrogram import FrontEnd

PLAIN = BASELINES.keys() - {"random_init"}
"""Those that no weights have a part in, so that they are the same for all runs on these clips."""
VERSION = 2
"""Raised when the same sounds give other values than before."""


def baselines(dataset: Dataset, clips: np.ndarray, method: Method, progress: Progress) -> dict[str, Any]:
    """baselines.json of the probe's `clips` (n,): cross-group kNN of statistics nobody had to learn, chance, the loss at chance.

    `with_random_init` fills in the last of its lines.
    """
    progress(0.9, "Measuring what plain statistics know")
    knn = _cached_knn(dataset, clips, method)
    line = method.chance()
    return {
        "main_facet": dataset.main_facet,
        "clips": labelled(dataset, clips),
        "cross_group_knn": {
            facet: {"random_init": None, **{name: None if isnan(value) else value for name, value in values.items()}}
            for facet, values in knn.items()
        },
        "loss": None if line is None else asdict(line),
    }


def with_random_init(lines: Mapping[str, Any], measures: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the kNN of the run's own first snapshot, whose weights are random: measures of step 0, by name."""
    facets = {
        facet: {**values, "random_init": measures.get(f"cross_group_knn/{facet}")}
        for facet, values in lines["cross_group_knn"].items()
    }
    return {**lines, "cross_group_knn": facets}


def plain_knn(dataset: Dataset, clips: np.ndarray, front_end: FrontEnd) -> dict[str, dict[str, float]]:
    """Of `clips` (n,): for each measured facet the cross-group kNN of what nobody had to learn: {"log_mel", "mfcc", "chance"}."""
    log_mel = cross_group_knn(log_mel_statistics(dataset, clips, front_end), dataset, clips)
    mfcc = cross_group_knn(mfcc_statistics(dataset, clips), dataset, clips)
    return {
        facet: {"log_mel": log_mel[facet], "mfcc": mfcc[facet], "chance": chance(dataset, clips, facet)}
        for facet in log_mel
    }


def _cached_knn(dataset: Dataset, clips: np.ndarray, method: Method) -> dict[str, dict[str, float]]:
    """They depend on the clips and the front end alone, so they are measured once for each."""
    front_end = method.augment.front_end
    key = [VERSION, dataset.fingerprint, front_end.key, hashlib.sha256(clips.tobytes()).hexdigest()]
    path = cache_root() / "baselines" / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]}.json"
    kept = _kept(path)
    if kept is not None:
        return kept
    found = plain_knn(dataset, clips, front_end)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.write_json(path, found)
    except OSError:
        pass  # measured again next time
    return found


def _kept(path: Path) -> dict[str, dict[str, float]] | None:
    """What was measured before; None where there is nothing, or something else."""
    try:
        found = reading.read_object(path)
        sound = all(set(values) == PLAIN and all(map(_is_number, values.values())) for values in found.values())
    except (AttributeError, TypeError):
        return None
    return found if found and sound else None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)
