"""What a trained encoder knows of a data set's labels, beside what could be known without training."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Dataset, Progress
from training.data.texts import pieces_of, texts_of
from training.embedder import Embedder
from training.measures import MEASURES, measured
from training.measures.knn import KNN
from training.measures.measure import Embedded, LabelMeasure
from training.measures.probe import PROBE
from training.probe import PROBE_SEED, chance, groups_of, log_mel_statistics, mfcc_statistics, stratified_sample
from training.retrieval import retrieval
from training.run import RunFolder
from training.snapshot import PAIRS

CLIPS = 5000
"""At most so many clips are evaluated, drawn evenly over class and group."""


def label_measures() -> tuple[LabelMeasure, ...]:
    """What is measured of each facet: what a run logs, and two that are left out there."""
    return KNN, *(measure for measure in MEASURES.values() if isinstance(measure, LabelMeasure)), PROBE


def evaluation(run: RunFolder, data: str | None, step: int | None, progress: Progress) -> dict[str, Any]:
    """For each facet the `label_measures` of the run's encoder and of three baselines; all other measures of the encoder,
    and of its random initialisation.

    {"clips": how many were asked, "of_clips": of how many,
    "facets": {facet: {"knn", "cross_group_knn", "probe", "chance", "baselines": {"random_init": {…}, "log_mel": {…},
    "mfcc": {…}}}}, "measures": {name: {"trained", "random_init"}}}; `cross_group_knn` and `probe` are null for the facet
    that is the group itself. "retrieval" tells how sounds and texts find each other where the run reads (training.retrieval):
    {"texts": how many, "sounds": of how many, "trained", "random_init"}; None where it reads nothing.
    """
    run.check_trained_here()
    config = RunConfig.from_json(run.config())
    dataset = open_dataset(
        data or config.data,
        window_seconds=config.window_seconds,
        progress=progress,
        fingerprint=config.data_fingerprint,
    )
    clips = stratified_sample(dataset, CLIPS, PROBE_SEED)
    embedder, untrained = Embedder(run, step), Embedder(run, step)
    untrained.reinitialise()
    waveforms = [dataset.waveform(int(c)) for c in clips]
    trained, random_init = (model.embedded(waveforms, PAIRS) for model in (embedder, untrained))
    features: dict[str, Callable[[], np.ndarray]] = {
        "trained": lambda: trained.h.numpy(),
        "random_init": lambda: random_init.h.numpy(),
        "log_mel": lambda: log_mel_statistics(dataset, clips, embedder.method.augment.front_end).numpy(),
        "mfcc": lambda: mfcc_statistics(dataset, clips).numpy(),
    }
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    for number, (name, made) in enumerate(features.items()):
        progress(number / len(features), f"Measuring {name.replace('_', ' ')}")
        scores[name] = _scores(made(), dataset, clips)
    of_trained, of_random_init = measured(trained), measured(random_init)
    return {
        "run": run.name,
        "step": embedder.step,
        "data": data or config.data,
        "clips": len(clips),
        "of_clips": len(dataset),
        "facets": {
            facet: {
                **scores["trained"][facet],
                "chance": chance(dataset, clips, facet),
                "baselines": {name: of[facet] for name, of in scores.items() if name != "trained"},
            }
            for facet in scores["trained"]
        },
        "measures": {
            name: {"trained": value, "random_init": of_random_init[name]} for name, value in of_trained.items()
        },
        "retrieval": _retrieval(
            dataset, clips, {"trained": (embedder, trained), "random_init": (untrained, random_init)}
        ),
    }


def _retrieval(
    dataset: Dataset, clips: np.ndarray, models: Mapping[str, tuple[Embedder, Embedded]]
) -> dict[str, Any] | None:
    """Of those of the clips that have a text, by each model that reads; None where none does, or fewer than two texts are there."""
    if not all(model.method.reads() for model, _ in models.values()):
        return None
    beside = np.array(texts_of(dataset))[clips]
    texts, text_of = np.unique(beside[beside != ""], return_inverse=True)
    if len(texts) < 2:
        return None
    pieces = [pieces_of(text) for text in texts.tolist()]
    found = {
        name: retrieval(embedded.z.numpy()[beside != ""], model.project_texts(pieces), text_of.reshape(-1))
        for name, (model, embedded) in models.items()
    }
    return {"texts": len(texts), "sounds": len(text_of), **found}


def _scores(x: np.ndarray, dataset: Dataset, clips: np.ndarray) -> dict[str, dict[str, float | None]]:
    """The label measures of features (n, D), for each facet with at least two labels."""
    groups = groups_of(dataset, clips)
    features = torch.from_numpy(x)
    found: dict[str, dict[str, float | None]] = {}
    for name, facet in dataset.facets.items():
        labels = torch.from_numpy(facet.codes[clips].astype(np.int64))
        if len(labels[labels >= 0].unique()) < 2:
            continue
        found[name] = {
            measure.name: None
            if measure.across_groups and name == dataset.group
            else measure.of(features, labels, groups)
            for measure in label_measures()
        }
    return found
