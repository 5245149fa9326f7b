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
from training.errors import UserError
from training.probe import PROBE_SEED, log_mel_statistics, mfcc_statistics, stratified_sample
from training.run import RunFolder

TINY = 1e-9
"""Where the usual recordings are all alike, the threshold is taken for this."""


@dataclass(frozen=True)
class AnomalyScores:
    """The answer, and what a machine needs that shall go on scoring."""

    found: dict[str, Any]
    """{"run", "step", "data", "own_clips", "own_recordings", "sounds", "threshold", "thresholds" of groups, "recordings": the most unusual first,
    "unlike_lengths": a sentence or "",
    "skipped": [{"file", "reason"}], "areas": {"trained", "random_init", "log_mel", "mfcc"}, None without labels of both kinds}"""
    reference: Reference
    window_seconds: float


@dataclass(frozen=True)
class _Group:
    """Recordings that are judged beside each other alone, such as those of one machine."""

    label: str
    """Empty where all are judged beside all."""
    usual: np.ndarray
    """Which of the run's clips that are compared with."""
    asked: np.ndarray
    """Which of the clips that are asked."""


def anomaly_scores(
    run: RunFolder, sounds: str, step: int | None, progress: Progress, group: str | None = None
) -> AnomalyScores:
    """Of every recording of `sounds`, beside those of the run; of one that is among these, by the others.

    group: a column of labels; each recording is judged beside those alone that have the same label there.
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
    groups, alone = _groups(own, usual, asked, group)
    front_end = embedder.method.augment.front_end
    features: dict[str, Callable[[Dataset, np.ndarray], np.ndarray]] = {
        "trained": lambda data, clips: embedder.embed_dataset(data, progress, clips),
        "random_init": lambda data, clips: untrained.embed_dataset(data, progress, clips),
        "log_mel": lambda data, clips: log_mel_statistics(data, clips, front_end).numpy(),
        "mfcc": lambda data, clips: mfcc_statistics(data, clips).numpy(),
    }
    told: dict[str, Areas | None] = {}
    rows: list[Recording] = []
    references: dict[str, Reference] = {}
    for number, (name, of) in enumerate(features.items()):
        progress(number / len(features), f"Measuring {name.replace('_', ' ')}")
        vectors, others = of(own, usual), of(asked, every)
        relative = np.full(len(truth), np.nan)  # to the threshold, so that groups are told apart alike
        for each in groups:
            beside = reference_of(vectors[each.usual], own.recordings[usual[each.usual]])
            scores = beside.scores(others[each.asked], same[each.asked])
            of_group = asked.recordings[each.asked]
            relative[np.unique(of_group)] = of_recordings(scores.distances, of_group) / max(beside.threshold, TINY)
            if name != "trained":
                continue
            references[each.label] = beside
            for recording in np.unique(of_group):
                within = np.flatnonzero(of_group == recording)
                clips, of_clips = each.asked[within], Scores(scores.distances[within], scores.nearest[within])
                begins, near = asked.offsets_seconds[clips], usual[each.usual]
                row = row_of(asked.files[clips[0]], begins, of_clips, beside, own, near, truth[recording])
                rows.append({**row, "group": each.label} if group else row)
        told[name] = areas(relative, truth)
        if told[name] is None:
            break
    first = next(iter(references.values()))
    found = {
        "run": run.name,
        "step": embedder.step,
        "data": config.data,
        "own_clips": len(usual),
        "own_recordings": sum(len(each.usual) for each in references.values()),
        "sounds": sounds,
        "threshold": None if group else first.threshold,
        "thresholds": {label: each.threshold for label, each in references.items()} if group else None,
        "recordings": most_unusual_first(rows),
        "unlike_lengths": unlike_lengths(seconds_of_recordings(own), seconds_of_recordings(asked)),
        "skipped": [*({"file": each.file, "reason": each.reason} for each in asked.skipped), *alone],
        "areas": told if told["trained"] else None,
    }
    return AnomalyScores(found, first, config.window_seconds)


def _groups(
    own: Dataset, usual: np.ndarray, asked: Dataset, column: str | None
) -> tuple[list[_Group], list[dict[str, str]]]:
    """The groups of recordings that have a label in a column, and which recordings the run has none like, as skipped ones are told.
    Raises UserError where either data has no such column, or no recording is left.
    """
    if column is None:
        return [_Group("", np.arange(len(usual)), np.arange(len(asked)))], []
    for name, data in (("run's data", own), ("sounds", asked)):
        if column not in data.facets:
            raise UserError(f"The {name} have no column {column}; {', '.join(data.facets) or 'none'} is there.")
    begins = np.unique(asked.recordings, return_index=True)[1]  # a recording is judged by what its first clip is
    usual_labels = np.array([own.facets[column].label(int(clip)) or "" for clip in usual])
    labels = np.array([asked.facets[column].label(int(clip)) or "" for clip in begins])[asked.recordings]
    known = [label for label in dict.fromkeys(labels.tolist()) if label and label in usual_labels]
    groups = [_Group(each, np.flatnonzero(usual_labels == each), np.flatnonzero(labels == each)) for each in known]
    if not groups:
        raise UserError(f"No recording has a {column} that the run's own have, too.")
    reason = f"no recording of the run has its {column}"
    return groups, [{"file": asked.files[i], "reason": reason} for i in begins if labels[i] not in known]


def _by_recording(dataset: Dataset, said: list[bool | None]) -> list[bool | None]:
    """What is said of each recording's clips: anomalous where any of them is; in the order of the numbers of recordings."""
    found: dict[int, bool | None] = {}
    for recording, one in zip(dataset.recordings.tolist(), said, strict=True):
        before = found.get(recording)
        found[recording] = before if one is None else bool(before or one)
    return list(found.values())
