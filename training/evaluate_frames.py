"""Whether single frames carry the phone or word that is said then: probes of frames against labels with times.

Shapes:  n frames, U frames of a recording, F mel bands, T their frames, D encoder width.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import SAMPLE_RATE, Dataset, Event, Progress
from training.data.mel_cache import clip_power
from training.data.windows import LONGEST_WINDOW_SECONDS
from training.embedder import Embedder
from training.errors import UserError
from training.evaluate import label_measures
from training.frames import FrameTimes
from training.measures.measure import LabelMeasure
from training.probe import MFCC_HOP, MOST_MEASURED, PROBE_SEED, commonest_share, mfcc, stratified_sample
from training.run import RunFolder
from training.spectrogram import log_mel

RECORDINGS = 500
"""At most so many are heard, drawn evenly over their groups."""
FRAMES = 5000
"""At most so many of their frames are asked, drawn among all that have a label."""

LABELS = 100
"""At most so many of a facet are asked, the commonest: of a corpus with thousands of words most are said once."""


@dataclass(frozen=True)
class Asked:
    """The frames that are asked, in order of their clips."""

    clips: np.ndarray
    """(n,) int64: in which clip each is."""
    places: np.ndarray
    """(n,) int64: which frame of it."""
    labels: dict[str, np.ndarray]
    """By facet (n,) int64, -1 where nothing is said."""
    groups: np.ndarray
    """(n,) int64."""


def frame_measures() -> list[LabelMeasure]:
    """Those of clips that ask across groups: neighbours in one recording would be the same sound a moment later."""
    return [measure for measure in label_measures() if measure.across_groups]


def frame_evaluation(run: RunFolder, data: str | None, step: int | None, progress: Progress) -> dict[str, Any]:
    """For each facet of labels with times the `frame_measures` of the run's frames, and of three baselines at the same moments.

    {"frames": how many were asked, "recordings": of how many, "hop_seconds", "group": across which facet, "facets": {facet:
    {"cross_group_knn", "probe", "frames": with a label, "labels": how many, "chance", "baselines": {"random_init": {…}, "log_mel":
    {…}, "mfcc": {…}}}}}. Raises UserError where the data has no labels with times, or all are of one group.
    """
    run.check_trained_here()
    config = RunConfig.from_json(run.config())
    dataset = open_dataset(data or config.data, window_seconds=LONGEST_WINDOW_SECONDS, progress=progress)
    embedder, untrained = Embedder(run, step), Embedder(run, step)
    untrained.reinitialise()
    asked = asked_frames(dataset, embedder.frame_times)
    times, front_end = embedder.frame_times, embedder.method.augment.front_end
    features: dict[str, Callable[[np.ndarray], Tensor]] = {
        "trained": lambda waveform: torch.from_numpy(embedder.frames(waveform)),
        "random_init": lambda waveform: torch.from_numpy(untrained.frames(waveform)),
        "log_mel": lambda waveform: _nearest(
            log_mel(clip_power([waveform], front_end, torch.device("cpu"))[0])[0], front_end.hop_samples, times
        ),
        "mfcc": lambda waveform: _nearest(mfcc([waveform])[0][0], MFCC_HOP, times),
    }
    scores = {}
    for number, (name, made) in enumerate(features.items()):
        progress(number / len(features), f"Measuring frames of {name.replace('_', ' ')}")
        scores[name] = _scores(_features(dataset, asked, made), asked)
    return {
        "run": run.name,
        "step": embedder.step,
        "data": data or config.data,
        "frames": len(asked.clips),
        "recordings": len(np.unique(dataset.recordings[asked.clips])),
        "hop_seconds": times.hop_seconds,
        "group": dataset.group,
        "facets": {
            facet: {
                **scores["trained"][facet],
                "frames": int((labels >= 0).sum()),
                "labels": len(np.unique(labels[labels >= 0])),
                "chance": commonest_share(labels),
                "baselines": {name: of[facet] for name, of in scores.items() if name != "trained"},
            }
            for facet, labels in asked.labels.items()
        },
    }


def asked_frames(dataset: Dataset, times: FrameTimes) -> Asked:
    """At most FRAMES frames whose middle lies in an event, of at most RECORDINGS clips. Raises UserError as `frame_evaluation`."""
    aligned = np.array([file in dataset.events for file in dataset.files])
    if not aligned.any():
        raise UserError(
            f"{dataset.name} has no labels with times, but TextGrids, .phn or .wrd files or another table of times was "
            "expected beside its sounds."
        )
    clips = stratified_sample(dataset, RECORDINGS, PROBE_SEED, aligned)
    codes: dict[str, dict[str, int]] = {}
    found: dict[str, list[np.ndarray]] = {}
    counts = np.array([max(1, int(dataset.lengths[clip]) // times.hop_samples) for clip in clips])
    events = [dataset.events[dataset.files[clip]] for clip in clips]
    for facet in list(dict.fromkeys(facet for rows in events for *_, facet, _ in rows))[:MOST_MEASURED]:
        known = codes.setdefault(facet, {})
        found[facet] = [
            _codes_at(dataset.offsets_seconds[clip] + times.seconds(count), rows, facet, known)
            for clip, count, rows in zip(clips, counts, events, strict=True)
        ]
    labels = {facet: _commonest(np.concatenate(each)) for facet, each in found.items()}
    said = np.flatnonzero(np.any([each >= 0 for each in labels.values()], axis=0))
    drawn = np.sort(np.random.default_rng(PROBE_SEED).permutation(said)[:FRAMES])
    of_clip = np.repeat(clips, counts)[drawn]
    groups = dataset.groups.codes[of_clip].astype(np.int64)
    if len(np.unique(groups)) < 2:
        raise UserError(
            f"The labels with times of {dataset.name} are of one {dataset.group} alone, but at least two were expected."
        )
    places = np.concatenate([np.arange(count) for count in counts])[drawn]
    return Asked(of_clip, places, {facet: each[drawn] for facet, each in labels.items()}, groups)


def _codes_at(moments: np.ndarray, rows: tuple[Event, ...], facet: str, known: dict[str, int]) -> np.ndarray:
    """The label (U,) of each of `moments` (U,), -1 for none; of several at once it is the one that began last. `known` grows."""
    events = sorted(row for row in rows if row[2] == facet)
    codes = np.full(len(moments), -1, np.int64)
    for start, end, _, label in events:
        codes[(moments >= start) & (moments < end)] = known.setdefault(label, len(known))
    return codes


def _commonest(codes: np.ndarray) -> np.ndarray:
    """`codes` (n,) with -1 in place of all but the LABELS commonest."""
    counts = np.bincount(codes[codes >= 0])
    kept = np.argsort(-counts, kind="stable")[:LABELS]
    return np.where(np.isin(codes, kept), codes, -1)


def _nearest(features: Tensor, hop_samples: int, times: FrameTimes) -> Tensor:
    """Features (F, T), every `hop_samples`, that lie nearest to the middles of the encoder's frames: (U, F)."""
    count = max(1, (features.shape[1] - 1) * hop_samples // times.hop_samples + 1)
    nearest = np.rint(times.seconds(count) * SAMPLE_RATE / hop_samples).astype(np.int64)
    return features.T[torch.from_numpy(nearest).clamp(0, features.shape[1] - 1)]


def _features(dataset: Dataset, asked: Asked, made: Callable[[np.ndarray], Tensor]) -> Tensor:
    """(n, D) of the asked frames, one recording after the other."""
    clips, firsts = np.unique(asked.clips, return_index=True)
    parts = np.split(asked.places, firsts[1:])
    return torch.cat([made(dataset.waveform(int(c)))[places] for c, places in zip(clips, parts, strict=True)])


def _scores(x: Tensor, asked: Asked) -> dict[str, dict[str, float | None]]:
    groups = torch.from_numpy(asked.groups)
    return {
        facet: {measure.name: measure.of(x, torch.from_numpy(labels), groups) for measure in frame_measures()}
        for facet, labels in asked.labels.items()
    }
