"""The anomaly scores of recordings, by a run's encoder and its own sounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from training.anomaly.reference import ALONE, Reference, of_recordings, reference_of
from training.anomaly.truth import Areas, areas, is_anomalous
from training.config import RunConfig
from training.data import open_dataset, whole_reference
from training.data.dataset import Dataset, Progress
from training.embedder import Embedder
from training.probe import PROBE_SEED, log_mel_statistics, mfcc_statistics, stratified_sample
from training.run import RunFolder

CLIPS = 20_000
"""At most so many clips of the run's own sounds are compared with, drawn evenly over class and group."""


class Place(TypedDict):
    """A clip, by its file and where it begins in it."""

    file: str
    seconds: float


class Recording(TypedDict):
    """What is said of one recording."""

    file: str
    score: float
    percentile: float
    """The share, in per cent, of the run's own recordings that score lower."""
    seconds: float
    """Where its most unusual clip begins."""
    nearest: list[Place]
    """The run's own clips that are nearest to that one, the nearest first."""
    anomalous: bool | None
    """What its labels say."""


@dataclass(frozen=True)
class AnomalyScores:
    """The answer, and what a machine needs that shall go on scoring."""

    found: dict[str, Any]
    """{"run", "step", "data", "own_clips", "own_recordings", "sounds", "threshold", "recordings": the most unusual first,
    "skipped": [{"file", "reason"}], "areas": {"trained", "random_init", "log_mel", "mfcc"}, None without labels of both kinds}"""
    reference: Reference
    window_seconds: float


def anomaly_scores(run: RunFolder, sounds: str, step: int | None, progress: Progress) -> AnomalyScores:
    """Of every recording of `sounds`, beside those of the run; of one that is among these, by the others.

    Raises UserError where there are no such sounds, or where the run's own sounds or weights are missing.
    """
    run.check_trained_here()
    config = RunConfig.from_json(run.config())
    embedder, untrained = Embedder(run, step), Embedder(run, step)
    untrained.reinitialise()
    own, asked = (
        open_dataset(
            whole_reference(data),
            window_seconds=config.window_seconds,
            progress=progress,
            fingerprint=config.data_fingerprint,
        )
        for data in (config.data, sounds)
    )
    usual = stratified_sample(own, CLIPS, PROBE_SEED)
    every = np.arange(len(asked))
    recording_of = dict(zip(own.ids, own.recordings.tolist(), strict=True))
    same = np.array([recording_of.get(id, ALONE) for id in asked.ids])
    truth = _by_recording(asked, [is_anomalous(asked, int(clip)) for clip in every])
    front_end = embedder.method.augment.front_end
    plain: dict[str, Callable[[Dataset, np.ndarray], np.ndarray]] = {
        "random_init": lambda data, clips: untrained.embed_dataset(data, progress, clips),
        "log_mel": lambda data, clips: log_mel_statistics(data, clips, front_end).numpy(),
        "mfcc": lambda data, clips: mfcc_statistics(data, clips).numpy(),
    }
    reference = reference_of(embedder.embed_dataset(own, progress, usual), own.recordings[usual])
    scores = reference.scores(embedder.embed_dataset(asked, progress), same)
    each = of_recordings(scores.distances, asked.recordings)
    told: dict[str, Areas | None] = {"trained": areas(each, truth)}
    for number, (name, features) in enumerate(plain.items() if told["trained"] else ()):
        progress(number / len(plain), f"Measuring {name.replace('_', ' ')}")
        other = reference_of(features(own, usual), own.recordings[usual])
        distances = other.scores(features(asked, every), same).distances
        told[name] = areas(of_recordings(distances, asked.recordings), truth)
    rows: list[Recording] = []
    for number, score in enumerate(each):
        clips = np.flatnonzero(asked.recordings == number)
        worst = int(clips[scores.distances[clips].argmax()])
        rows.append(
            {
                "file": asked.files[worst],
                "score": float(score),
                "percentile": reference.percentile(score),
                "seconds": float(asked.offsets_seconds[worst]),
                "nearest": [_place(own, int(usual[row])) for row in scores.nearest[worst]],
                "anomalous": truth[number],
            }
        )
    found = {
        "run": run.name,
        "step": embedder.step,
        "data": config.data,
        "own_clips": len(usual),
        "own_recordings": len(reference.usual),
        "sounds": sounds,
        "threshold": reference.threshold,
        "recordings": sorted(rows, key=lambda row: -row["score"]),
        "skipped": [{"file": each.file, "reason": each.reason} for each in asked.skipped],
        "areas": told if told["trained"] else None,
    }
    return AnomalyScores(found, reference, config.window_seconds)


def _place(dataset: Dataset, clip: int) -> Place:
    return {"file": dataset.files[clip], "seconds": float(dataset.offsets_seconds[clip])}


def _by_recording(dataset: Dataset, said: list[bool | None]) -> list[bool | None]:
    """What is said of each recording's clips: anomalous where any of them is; in the order of the numbers of recordings."""
    found: dict[int, bool | None] = {}
    for recording, one in zip(dataset.recordings.tolist(), said, strict=True):
        before = found.get(recording)
        found[recording] = before if one is None else bool(before or one)
    return list(found.values())
