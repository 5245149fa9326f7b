"""The anomaly scores of recordings, by a run's encoder and its own sounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.anomaly.recording import (
    Recording,
    most_unusual_first,
    row_of,
    seconds_of_recordings,
    unlike_lengths,
)
from training.anomaly.reference import ALONE, CLIPS, Reference, Scores, of_recordings, reference_of
from training.anomaly.truth import Areas, areas, is_anomalous
from training.config import RunConfig
from training.data import open_dataset, whole_reference
from training.data.dataset import Dataset, Progress
from training.embedder import Embedder
from training.probe import PROBE_SEED, log_mel_statistics, mfcc_statistics, stratified_sample
from training.run import RunFolder


@dataclass(frozen=True)
class AnomalyScores:
    """The answer, and what a machine needs that shall go on scoring."""

    found: dict[str, Any]
    """{"run", "step", "data", "own_clips", "own_recordings", "sounds", "threshold", "recordings": the most unusual first,
    "unlike_lengths": a sentence or "",
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
    for number in range(len(each)):
        clips = np.flatnonzero(asked.recordings == number)
        of_clips = Scores(scores.distances[clips], scores.nearest[clips])
        file, begins = asked.files[clips[0]], asked.offsets_seconds[clips]
        rows.append(row_of(file, begins, of_clips, reference, own, usual, truth[number]))
    found = {
        "run": run.name,
        "step": embedder.step,
        "data": config.data,
        "own_clips": len(usual),
        "own_recordings": len(reference.usual),
        "sounds": sounds,
        "threshold": reference.threshold,
        "recordings": most_unusual_first(rows),
        "unlike_lengths": unlike_lengths(seconds_of_recordings(own), seconds_of_recordings(asked)),
        "skipped": [{"file": each.file, "reason": each.reason} for each in asked.skipped],
        "areas": told if told["trained"] else None,
    }
    return AnomalyScores(found, reference, config.window_seconds)


def _by_recording(dataset: Dataset, said: list[bool | None]) -> list[bool | None]:
    """What is said of each recording's clips: anomalous where any of them is; in the order of the numbers of recordings."""
    found: dict[int, bool | None] = {}
    for recording, one in zip(dataset.recordings.tolist(), said, strict=True):
        before = found.get(recording)
        found[recording] = before if one is None else bool(before or one)
    return list(found.values())
