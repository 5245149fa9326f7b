"""What a model ignores: how alike an augmented clip is to its original, against what can still be told of it.

For each augmentation of the run's views, alone and at several strengths, and for the run's weights beside random ones:

- *similarity*: the mean cosine of h of the changed clip and h of the original, both z-scored by the originals, so that two
  clips that have nothing to do with each other are at 0. Without it embeddings that all point one way are alike at any change.
- *information kept*: cross-group kNN of the main facet, where changed clips ask and unchanged ones answer.

An augmentation is *too weak* where even random weights hear nearly no change, *too strong* where the label can no longer be told,
and *useful* between the two: what asks the model to ignore a change without asking it to ignore the label.
Shapes: n clips, m changed ones, D encoder width.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from training.data.dataset import Dataset, Progress
from training.embedder import Embedder
from training.errors import UserError
from training.knowledge.changes import CROP, Change, augmentations, embedded_changes, strengths
from training.knowledge.material import Material
from training.knowledge.sample import fair_sample
from training.measures.knn import knn_votes, z_scored
from training.methods.method import Method
from training.probe import commonest_share
from training.settings import Setting

BANK = 1000
"""Unchanged clips that answer, at most."""
CHANGED = 256
"""Of these, clips that are changed: a standard error of at most .03 of a share."""
SECONDS_CHANGED = 600.0
"""Of longer clips fewer are changed, but never less than FEWEST."""
FEWEST = 64
HARDLY = 0.95
"""A similarity to random weights from which on hardly anything has changed."""
KEPT = 0.75
"""Less than this part of what can be told of unchanged clips beyond chance is too little."""
NO_ENCODER = "What it ignores is left out: Hearsight has the embeddings of this run but not its encoder, to which changed clips are played."
TOO_WEAK, USEFUL, TOO_STRONG, NONE = "too weak", "useful", "too strong", ""
MODELS = ("trained", "untrained")


def similarity(changed: Tensor, original: Tensor, bank: Tensor) -> float:
    """Mean cosine of h (m, D) of changed and of original clips, z-scored by the bank's (n, D)."""
    return float(functional.cosine_similarity(z_scored(changed, bank), z_scored(original, bank), dim=1).mean())


def changed_knn(changed: Tensor | None, at: Tensor, bank: Tensor, labels: Tensor, groups: Tensor) -> float:
    """Part of the clips `at` (m,) of the bank (n, D) that get their own label when h (m, D) of their changed versions asks, by
    the votes of unchanged clips of other groups; of the unchanged ones themselves where `changed` is None.
    """
    asking = bank.clone()
    if changed is not None:
        asking[at] = changed
    votes = knn_votes(bank, labels, groups, asking).label[at]
    known = labels[at] >= 0
    return float((votes == labels[at])[known].float().mean()) if known.any() else float("nan")


def strength_word(untrained: float, now: float, before: float, chance: float) -> str:
    """What a strength is: by the similarity to random weights, and by what is told `now` and of unchanged clips `before`, each by
    the better of both models. Nothing is said where unchanged clips can't be told beyond chance either.
    """
    if untrained >= HARDLY:
        return TOO_WEAK
    if not before - chance > 0.05:
        return NONE
    return USEFUL if now - chance >= KEPT * (before - chance) else TOO_STRONG


@dataclass(frozen=True)
class EmbeddedChanges:
    """What both models make of unchanged clips and of the same clips changed, and by what they are judged."""

    h: dict[str, Tensor]
    """As `embedded_changes` gives it: of the unchanged clips (n, D) by the model, of the changed ones (m, D) by the model and
    the place of their change in `changes`."""
    changes: list[Change]
    at: Tensor
    """(m,): which clips were changed."""
    labels: Tensor
    groups: Tensor
    chance: float

    @cached_property
    def before(self) -> dict[str, float]:
        """What each model tells of unchanged clips."""
        return {name: changed_knn(None, self.at, self.h[name], self.labels, self.groups) for name in MODELS}

    def of(self, name: str, change: Change) -> tuple[float, float]:
        """By a model: how alike clips stay to themselves, and what it still tells of them."""
        if _is_none(change):
            return 1.0, self.before[name]
        bank, changed = self.h[name], self.h[f"{name}/{self.changes.index(change)}"]
        return similarity(changed, bank[self.at], bank), changed_knn(changed, self.at, bank, self.labels, self.groups)


def invariance(material: Material, progress: Progress) -> dict[str, Any]:
    """The part `invariance`: every augmentation of the run at several strengths."""
    about = {
        "step": material.steps[-1],
        "facet": material.main_facet,
        "clips": 0,
        "bank": 0,
        "chance": None,
        "domain": "",
    }
    nothing: dict[str, Any] = {**about, "unchanged": dict.fromkeys(MODELS), "augmentations": []}
    labels = material.facets.get(material.main_facet)
    if material.run.watched:
        return {**nothing, "note": NO_ENCODER}
    try:
        embedder, untrained = Embedder(material.run), Embedder(material.run)
    except UserError as error:
        return {**nothing, "note": str(error)}
    if material.dataset is None:
        return {**nothing, "note": material.note}
    if labels is None or len(np.unique(labels[labels >= 0])) < 2:
        return {**nothing, "note": "These clips have no labels, so nobody can say when an augmentation is too strong."}
    untrained.reinitialise()
    views = embedder.method.augment.settings
    asked = [(setting, own, strengths(setting, own)) for setting, own in augmentations(views)]
    every_change = [Change(setting, one) for setting, _, every in asked for one in every]
    changes = [change for change in every_change if not _is_none(change)]
    models = {"trained": embedder.method, "untrained": untrained.method}
    heard = _heard(material, material.dataset, labels, changes, models, progress)
    return {
        **about,
        "step": embedder.step,
        "clips": len(heard.at),
        "bank": len(heard.labels),
        "chance": round(heard.chance, 4),
        "domain": embedder.method.encoder.domain,
        "unchanged": {name: round(value, 4) for name, value in heard.before.items()},
        "augmentations": [_row(heard, *each) for each in asked],
        "note": "",
    }


def _heard(
    material: Material, dataset: Dataset, labels: np.ndarray, changes: list[Change], models: dict[str, Method],
    progress: Progress,
) -> EmbeddedChanges:  # fmt: skip
    """Some of the clips played to both models, and some of these again with every change."""
    chosen = fair_sample(labels, material.groups, BANK)
    clips = [int(clip) for clip in material.clips[chosen]]
    seconds = float(np.mean([dataset.seconds(clip) for clip in clips]))
    most = min(CHANGED, max(FEWEST, int(SECONDS_CHANGED / seconds)))
    at = fair_sample(labels[chosen], material.groups[chosen], most)
    waveforms = [dataset.waveform(clip) for clip in clips]
    words = "Changing clips, one augmentation at a time"
    h = embedded_changes(models, waveforms, changes, at, lambda fraction: progress(fraction, words))
    label, group, place = (torch.from_numpy(one) for one in (labels[chosen], material.groups[chosen], at))
    return EmbeddedChanges(h, changes, place, label, group, commonest_share(labels[chosen]))


def _row(heard: EmbeddedChanges, setting: Setting, own: float, every: list[float]) -> dict[str, Any]:
    """What is told of one augmentation."""
    found = {name: [heard.of(name, Change(setting, strength)) for strength in every] for name in MODELS}
    alike, knn = ({name: [pair[i] for pair in pairs] for name, pairs in found.items()} for i in (0, 1))
    best = max(heard.before.values())
    return {
        "name": setting.name,
        "title": setting.name.removesuffix("_seconds").removesuffix("_db").replace("_", " "),
        "meaning": setting.meaning,
        "own": every.index(own),
        "strengths": every,
        "said": [setting.in_words(one) for one in every],
        "similarity": {name: [round(v, 4) for v in values] for name, values in alike.items()},
        "knn": {name: [round(v, 4) for v in values] for name, values in knn.items()},
        "judged": [
            strength_word(similar, max(now), best, heard.chance)
            for similar, now in zip(alike["untrained"], zip(*knn.values(), strict=True), strict=True)
        ],
    }


def _is_none(change: Change) -> bool:
    return change.strength == 0 and change.setting.name != CROP
