"""Clips dealt into two halves of which no source is in both: the labels of a few in one half, the accuracy on all of the other.

Shapes:  n clips.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from training.data.dataset import Dataset
from training.errors import UserError
from training.probe import stratified_sample, turns
from training.units import counted

CLIPS = 5000
"""At most so many clips are dealt, drawn evenly over class and source."""


@dataclass(frozen=True)
class Fold:
    """One of the two ways round: places (in the clips that were dealt) of the labelled and of the measured clips."""

    labelled: np.ndarray
    measured: np.ndarray


@dataclass(frozen=True)
class SourceSplit:
    """n clips, whose classes are all in both halves."""

    clips: np.ndarray
    """(n,) of the data."""
    targets: np.ndarray
    """(n,) their classes, counted from 0."""
    groups: np.ndarray
    """(n,) codes of their sources."""
    draws: tuple[tuple[Fold, Fold], ...]
    """Both ways round, for each time that the labelled clips were drawn anew; the measured ones are the same each time."""
    left_out: tuple[str, ...]
    """Classes that come from sources of one half alone."""

    def to_json(self, dataset: Dataset) -> dict[str, Any]:
        """What is told of it; labelled sources are those of any draw."""
        sources = dataset.groups.names
        labelled = [np.concatenate([draw[way].labelled for draw in self.draws]) for way in (0, 1)]
        counts = np.bincount(self.targets)
        return {
            "classes": len(counts),
            "left_out": list(self.left_out),
            "halves": [
                {
                    "labelled_sources": [sources[g] for g in np.unique(self.groups[given])],
                    "measured_sources": [sources[g] for g in np.unique(self.groups[way.measured])],
                    "labelled_clips": len(way.labelled),
                    "measured_clips": len(way.measured),
                }
                for way, given in zip(self.draws[0], labelled, strict=True)
            ],
            "chance": float(counts.max() / len(self.targets)),
        }


def source_split(dataset: Dataset, facet: str, labels: int, seed: int, draws: int = 1) -> SourceSplit:
    """The clips of a facet, `labels` of each class labelled in each half, drawn `draws` times.

    Raises UserError where the data has no such facet, where no source can be held out, and where there are too few labels.
    """
    _check_facet(dataset, facet)
    clips = stratified_sample(dataset, CLIPS, seed, dataset.facets[facet].codes >= 0)
    codes, groups = (dataset.facets[name].codes[clips].astype(np.int64) for name in (facet, dataset.group))
    side = halves(codes, groups, seed)
    kept = learnable(codes, side)
    left_out = tuple(dataset.facets[facet].names[c] for c in np.unique(codes[~kept]))
    clips, codes, groups, side = clips[kept], codes[kept], groups[kept], side[kept]
    _check_labels(dataset, facet, codes, side, labels)

    def half(labelled: int, draw: int) -> Fold:
        drawn = drawn_in_turns(codes, groups, side == labelled, labels, seed + draw)
        return Fold(drawn, np.flatnonzero(side != labelled))

    drawn = tuple((half(0, draw), half(1, draw)) for draw in range(draws))
    return SourceSplit(clips, np.unique(codes, return_inverse=True)[1].ravel(), groups, drawn, left_out)


def halves(codes: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """(n,) 0 or 1: every group goes, the largest first, to the half that holds less of its classes so far."""
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    counts = np.zeros((len(names), codes.max(initial=0) + 1))
    np.add.at(counts, (np.argsort(names)[np.searchsorted(np.sort(names), groups)], codes), 1)
    held = np.zeros((2, counts.shape[1]))
    side = np.zeros(len(codes), np.int64)
    for place in np.argsort(-counts.sum(1), kind="stable"):
        chosen = min((0, 1), key=lambda half: (held[half] @ counts[place], held[half].sum()))
        held[chosen] += counts[place]
        side[groups == names[place]] = chosen
    return side


def learnable(codes: np.ndarray, side: np.ndarray) -> np.ndarray:
    """(n,) bool: whether the clip's class is in both halves; a class of a single source is not."""
    both = np.intersect1d(codes[side == 0], codes[side == 1])
    return np.isin(codes, both)


def drawn_in_turns(codes: np.ndarray, groups: np.ndarray, allowed: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Places of `count` allowed clips of each class, one of each of its groups, then a second one of each …"""
    random = np.random.default_rng(seed)
    found = []
    for code in np.unique(codes[allowed]):
        members = random.permutation(np.flatnonzero(allowed & (codes == code)))
        found.append(members[np.argsort(turns(groups[members]), kind="stable")[:count]])
    return np.sort(np.concatenate(found))


def _check_facet(dataset: Dataset, facet: str) -> None:
    offered = ", ".join(name for name in dataset.facets if name != dataset.group) or "none"
    if facet not in dataset.facets:
        raise UserError(f"The data {dataset.name} has no facet {facet!r}; those that can be learned are: {offered}.")
    if facet == dataset.group:
        raise UserError(
            f"The facet {facet} says where the clips of {dataset.name} come from, so none of it can be held out; "
            f"those that can be learned are: {offered}."
        )


def _check_labels(dataset: Dataset, facet: str, codes: np.ndarray, side: np.ndarray, labels: int) -> None:
    """Both halves must have that many clips of each class, and there must be two classes at least."""
    counts = {int(c): min(int(((codes == c) & (side == half)).sum()) for half in (0, 1)) for c in np.unique(codes)}
    if len(counts) < 2:
        raise UserError(
            f"Of the facet {facet} of {dataset.name} fewer than two classes come from more than one {dataset.group}, "
            "so that nothing can be told apart in sources that were never labelled."
        )
    scarcest = min(counts, key=lambda code: counts[code])
    if counts[scarcest] < labels:
        raise UserError(
            f"{counted(labels, 'label')} of each class can't be had: half of the sources of {dataset.name} hold only "
            f"{counted(counts[scarcest], 'clip')} of the {facet} {dataset.facets[facet].names[scarcest]}; ask for at most that many."
        )
