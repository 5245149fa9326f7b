"""What is at hand of a run: its probe clips with their labels, its snapshots, and, where they are on this machine, its sounds.

Shapes: n probe clips, D encoder width.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Dataset, Progress
from training.errors import UserError
from training.evenly import evenly_spaced
from training.run import RunFolder
from training.watching.clips import watched_clips

MOST_STEPS = 5
NOT_HERE = "The sounds of this run are not at hand."
CHANGED = "The sounds of this run have changed since it was trained."
"""Visitors read both, so that no folder is named."""
FROM_FILE = re.compile(r"([0-9a-f]{32})-(\d{1,12})")
"""A clip's id where it was cut from a file: the hash of its contents, and the sample where it begins."""


@dataclass(frozen=True)
class Material:
    """One run, as it is now."""

    run: RunFolder
    ids: tuple[str, ...]
    facets: Mapping[str, np.ndarray]
    """(n,) int64 codes by facet, -1 for unlabelled."""
    group: str
    main_facet: str
    dataset: Dataset | None
    clips: np.ndarray
    """(n,) int64: indices in the data set, where there is one."""
    note: str
    """Why there are no sounds, in one sentence; empty where there are."""

    @property
    def groups(self) -> np.ndarray:
        """(n,) int64: where each clip comes from; by its file where nothing is said of that or all come from one place, and each
        from its own place where there is one file alone.
        """
        alone = np.arange(len(self.ids))
        offered = (self.facets.get(self.group, alone[:1]), self.recordings, alone)
        return next((found for found in offered if len(np.unique(found)) > 1), alone)

    @cached_property
    def recordings(self) -> np.ndarray:
        """(n,) int64: which file each clip was cut from; each its own where that isn't known."""
        if self.dataset is not None:
            return self.dataset.recordings[self.clips]
        parts = [FROM_FILE.fullmatch(one) for one in self.ids]
        names = [part[1] if part else one for part, one in zip(parts, self.ids, strict=True)]
        return np.unique(names, return_inverse=True)[1].ravel()

    @cached_property
    def steps(self) -> list[int]:
        """At most MOST_STEPS kept steps: the first, the newest, and between them evenly by their order."""
        steps = self.run.snapshots()
        return [steps[i] for i in evenly_spaced(len(steps), MOST_STEPS)]

    def embeddings(self, step: int) -> Tensor | None:
        """h (n, D) float32 as the snapshot keeps it; None where it can't be read or is of other clips."""
        found = (self.run.snapshot(step) or {}).get("embeddings")
        if found is None or found.ndim != 2 or len(found) != len(self.ids) or not np.isfinite(found).all():
            return None
        return torch.from_numpy(found.astype(np.float32))


def material(run: RunFolder, progress: Progress) -> Material:
    """All of it. Raises UserError where the run has no snapshots, or doesn't say which clips they are of."""
    found = labelled(run)
    dataset, clips, note = _sounds(run, run.probe(), progress)
    return replace(found, dataset=dataset, clips=clips, note=note)


def labelled(run: RunFolder) -> Material:
    """The same without the sounds, which need not be opened. Raises UserError as `material` does."""
    probe = run.probe()
    ids, facets = probe.get("ids"), probe.get("facets")
    if not run.snapshots():
        raise UserError(f"The run {run.name} has no snapshots yet.")
    if not isinstance(ids, list) or not ids or not isinstance(facets, dict):
        raise UserError(f"The run {run.name} doesn't say which clips its snapshots are of.")
    codes = {str(name): found for name, facet in facets.items() if (found := _codes(facet, len(ids))) is not None}
    group, main = str(probe.get("group", "")), str(probe.get("main_facet", ""))
    return Material(run, tuple(map(str, ids)), codes, group, main, None, np.zeros(0, np.int64), "")


def _codes(facet: Any, count: int) -> np.ndarray | None:
    """(n,) int64, those in use alone and so less than n, whatever the file says; None where it holds no codes."""
    codes = facet.get("codes") if isinstance(facet, dict) else None
    if not isinstance(codes, list) or len(codes) != count or any(type(code) is not int or code < -1 for code in codes):
        return None
    return np.unique(np.array([-1, *codes], np.int64), return_inverse=True)[1][1:] - 1


def _sounds(run: RunFolder, probe: Mapping[str, Any], progress: Progress) -> tuple[Dataset | None, np.ndarray, str]:
    none = np.zeros(0, np.int64)
    try:
        if run.watched:
            found = watched_clips(run.own_probe(), progress)
            return (found.dataset, np.arange(len(found.places)), "") if found.fingerprint else (None, none, NOT_HERE)
        config = RunConfig.from_json(run.config())
        dataset = open_dataset(
            config.data, window_seconds=config.window_seconds, progress=progress, fingerprint=config.data_fingerprint
        )
    except UserError:
        return None, none, NOT_HERE
    clips = probe.get("clips")
    if dataset.fingerprint != config.data_fingerprint or not _indices(clips, len(dataset), len(probe["ids"])):
        return None, none, CHANGED
    return dataset, np.array(clips, np.int64), ""


def _indices(clips: Any, below: int, count: int) -> bool:
    return isinstance(clips, list) and len(clips) == count and all(type(c) is int and 0 <= c < below for c in clips)
