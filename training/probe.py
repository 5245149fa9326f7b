"""The clips that every snapshot embeds, and what their plain statistics would give without any learning."""

from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.data.dataset import SAMPLE_RATE, Dataset, Facet
from training.data.mel_cache import CHUNK, clip_power, padded_waveforms
from training.measures.knn import Votes, accuracy, votes_of_facets
from training.spectrogram import FrontEnd, log_mel

MFCC_HOP = 320
CHUNK_SAMPLES = CHUNK * 2 * SAMPLE_RATE
"""Of the clips whose plain statistics are computed at once."""
PROBE_SEED = 0
"""Draws the clips that are measured, whatever the seed of the run: runs that differ in it are measured on the same ones."""
MOST_MEASURED = 8
"""Facets whose neighbours are counted at every snapshot; a table may hold fifty columns."""


def stratified_sample(dataset: Dataset, count: int, seed: int, among: np.ndarray | None = None) -> np.ndarray:
    """At most `count` clips, ascending, drawn in turns over every pair of class and group, so that none dominates;
    only of those where `among` (n,) bool is true.
    """
    offered = np.arange(len(dataset)) if among is None else np.flatnonzero(among)
    if len(offered) <= count:
        return offered
    shuffled = np.random.default_rng(seed).permutation(offered)
    pairs = np.stack([dataset.facets[dataset.main_facet].codes[shuffled], dataset.groups.codes[shuffled]], axis=1)
    cell = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    return np.sort(shuffled[np.lexsort((cell, turns(cell)))[:count]])


def turns(cell: np.ndarray) -> np.ndarray:
    """(n,) int64: how many of the same `cell` (n,) stand before each, 0 for the first of it."""
    order, (_, sizes) = np.argsort(cell, kind="stable"), np.unique(cell, return_counts=True)
    found = np.empty(len(cell), np.int64)
    found[order] = np.concatenate([np.arange(size) for size in sizes])
    return found


def described(dataset: Dataset, clips: np.ndarray, reference: str) -> dict[str, Any]:
    """probe.json: what the clips are, so that a run can be shown even where its data isn't at hand."""
    return {
        "ids": [dataset.ids[c] for c in clips],
        "clips": [int(c) for c in clips],
        "fingerprint": dataset.fingerprint,
        "data": reference,
        "data_name": dataset.name,
        "facets": {
            name: {"names": list(facet.names), "codes": [int(facet.codes[c]) for c in clips]}
            for name, facet in dataset.facets.items()
        },
        "data_clips": len(dataset),
        "data_groups": len(dataset.groups.names),
        "group": dataset.group,
        "main_facet": dataset.main_facet,
    }


def measured_facets(dataset: Dataset) -> list[str]:
    """Facets for which cross-group kNN means something; the first MOST_MEASURED: all but the group, with at least two labels. But for
    the main one, some label must come from several groups: where artists are the groups, no album can be found across them.
    """
    told = [name for name, facet in dataset.facets.items() if name != dataset.group and len(facet.names) > 1]
    return [name for name in told if name == dataset.main_facet or _in_several_groups(dataset, name)][:MOST_MEASURED]


def measured_labels(dataset: Dataset, clips: np.ndarray) -> dict[str, Tensor]:
    """Labels (n,) int64 of `clips` for each measured facet, -1 for unlabelled."""
    return {name: _codes(dataset.facets[name], clips) for name in measured_facets(dataset)}


def groups_of(dataset: Dataset, clips: np.ndarray) -> Tensor:
    """Groups (n,) int64 of `clips`."""
    return _codes(dataset.groups, clips)


def cross_group_votes(x: Tensor, dataset: Dataset, clips: np.ndarray) -> dict[str, Votes]:
    """For each measured facet, what the neighbours of `clips` from other groups vote for, by embeddings x (n, D)."""
    return votes_of_facets(x.cpu(), measured_labels(dataset, clips), groups_of(dataset, clips))


def cross_group_knn(x: Tensor, dataset: Dataset, clips: np.ndarray) -> dict[str, float]:
    """Cross-group kNN accuracy of embeddings x (n, D) of `clips`, for each measured facet."""
    votes, labels = cross_group_votes(x, dataset, clips), measured_labels(dataset, clips)
    return {name: accuracy(found, labels[name]) for name, found in votes.items()}


def labelled(dataset: Dataset, clips: np.ndarray) -> dict[str, int]:
    """How many of `clips` (n,) have a label, for each measured facet."""
    return {name: int((labels >= 0).sum()) for name, labels in measured_labels(dataset, clips).items()}


def chance(dataset: Dataset, clips: np.ndarray, facet: str) -> float:
    """Accuracy of always naming the commonest label of `clips` (n,); NaN where none has one."""
    return commonest_share(dataset.facets[facet].codes[clips])


def commonest_share(codes: np.ndarray) -> float:
    """The share of the commonest of `codes` (n,) among those that are not -1; NaN where none is."""
    counts = np.bincount(codes[codes >= 0])
    return float(counts.max() / counts.sum()) if counts.size else float("nan")


def statistics(features: Tensor, lengths: Tensor) -> Tensor:
    """Mean and standard deviation of each band over the clip's own frames: (B, F, T), lengths (B,) → (B, 2F)."""
    inside = (torch.arange(features.shape[2], device=features.device) < lengths[:, None])[:, None]
    mean = (features * inside).sum(2) / lengths[:, None]
    variance = ((features - mean[:, :, None]).square() * inside).sum(2) / lengths[:, None]
    return torch.cat([mean, variance.sqrt()], dim=1)


def log_mel_statistics(dataset: Dataset, clips: np.ndarray, front_end: FrontEnd) -> Tensor:
    """`statistics` of levelled log-mel: (n, 2F). What can be told without learning anything."""
    rows = []
    for chunk in _chunks(dataset, clips):
        power, lengths = clip_power([dataset.waveform(c) for c in chunk], front_end, torch.device("cpu"))
        rows.append(statistics(log_mel(power), lengths))
    return torch.cat(rows)


def mfcc_statistics(dataset: Dataset, clips: np.ndarray) -> Tensor:
    """`statistics` of 20 MFCCs: (n, 40). The classical description of a sound, which no other clip changes."""
    return torch.cat([statistics(*mfcc([dataset.waveform(c) for c in chunk])) for chunk in _chunks(dataset, clips)])


def mfcc(waveforms: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    """20 MFCCs (B, 20, T) of waveforms of any lengths, every MFCC_HOP samples, and the lengths (B,) in frames."""
    padded, samples = padded_waveforms(waveforms)
    # By the channel, since it cuts off what lies 80 dB below the loudest of all that it is given.
    return _mfcc()(padded[:, None])[:, 0], samples // MFCC_HOP + 1


@cache
def _mfcc() -> Any:
    import torchaudio

    mel = {"n_fft": 512, "hop_length": MFCC_HOP, "n_mels": 40, "pad_mode": "constant"}
    return torchaudio.transforms.MFCC(SAMPLE_RATE, n_mfcc=20, melkwargs=mel)


def _chunks(dataset: Dataset, clips: np.ndarray) -> list[list[int]]:
    """Of some 65 MB of samples each, so that long clips need no more memory than short ones."""
    longest = int(dataset.lengths[clips].max(initial=1))
    size = max(1, min(CHUNK, CHUNK_SAMPLES // longest))
    return [[int(c) for c in clips[first : first + size]] for first in range(0, len(clips), size)]


def _in_several_groups(dataset: Dataset, facet: str) -> bool:
    """Whether any label of the facet does not come from one group alone."""
    codes, groups = dataset.facets[facet].codes, dataset.groups.codes
    labelled = np.flatnonzero(codes >= 0)
    any_group = np.empty(len(dataset.facets[facet].names), groups.dtype)
    any_group[codes[labelled]] = groups[labelled]
    return bool((any_group[codes[labelled]] != groups[labelled]).any())


def _codes(facet: Facet, clips: np.ndarray) -> Tensor:
    return torch.from_numpy(facet.codes[clips].astype(np.int64))
