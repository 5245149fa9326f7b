"""What a trained encoder knows of a data set's labels, beside what could be known without training."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Dataset, Progress
from training.embedder import Embedder
from training.measures.knn import knn_accuracy
from training.measures.probe import probe_accuracy
from training.probe import chance, log_mel_statistics, mfcc_statistics, stratified_sample
from training.run import RunFolder

CLIPS = 5000
"""At most so many clips are evaluated, drawn evenly over class and group."""


def evaluation(run: RunFolder, data: str | None, step: int | None, progress: Progress) -> dict[str, Any]:
    """For each facet: kNN, cross-group kNN and linear probe of the run's encoder, and of three baselines.

    {"facets": {facet: {"knn", "cross_group_knn", "probe", "chance", "baselines": {"random_init": {…}, "log_mel": {…},
    "mfcc": {…}}}}}; `cross_group_knn` and `probe` are null for the facet that is the group itself.
    """
    config = RunConfig.from_json(run.config())
    dataset = open_dataset(data or config.data, window_seconds=config.window_seconds, progress=progress)
    clips = stratified_sample(dataset, CLIPS, config.seed)
    embedder, untrained = Embedder(run, step), Embedder(run, step)
    untrained.forget()
    waveforms = [dataset.waveform(int(c)) for c in clips]
    features: dict[str, Callable[[], np.ndarray]] = {
        "trained": lambda: embedder.embed(waveforms),
        "random_init": lambda: untrained.embed(waveforms),
        "log_mel": lambda: log_mel_statistics(dataset, clips, embedder.method.augment.front_end).numpy(),
        "mfcc": lambda: mfcc_statistics(dataset, clips).numpy(),
    }
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    for number, (name, made) in enumerate(features.items()):
        progress(number / len(features), f"Measuring {name.replace('_', ' ')}")
        scores[name] = _scores(made(), dataset, clips)
    return {
        "run": run.name,
        "step": embedder.step,
        "data": data or config.data,
        "clips": len(clips),
        "facets": {
            facet: {
                **scores["trained"][facet],
                "chance": chance(dataset, clips, facet),
                "baselines": {name: scores[name][facet] for name in ("random_init", "log_mel", "mfcc")},
            }
            for facet in scores["trained"]
        },
    }


def _scores(x: np.ndarray, dataset: Dataset, clips: np.ndarray) -> dict[str, dict[str, float | None]]:
    """kNN, cross-group kNN and probe of features (n, D), for each facet with at least two labels."""
    groups = dataset.groups.codes[clips].astype(np.int64)
    features = torch.from_numpy(x)
    found: dict[str, dict[str, float | None]] = {}
    for name, facet in dataset.facets.items():
        labels = facet.codes[clips].astype(np.int64)
        if len(np.unique(labels[labels >= 0])) < 2:
            continue
        is_group = name == dataset.group
        known = torch.from_numpy(labels)
        found[name] = {
            "knn": knn_accuracy(features, known),
            "cross_group_knn": None if is_group else knn_accuracy(features, known, torch.from_numpy(groups)),
            "probe": None if is_group else probe_accuracy(x, labels, groups),
        }
    return found
