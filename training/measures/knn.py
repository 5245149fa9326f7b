"""Weighted k-nearest-neighbour classification: do clips of a class lie together?

Cosine of z-scored embeddings, k = 20, weights e^(cosine / .07), as in Wu et al. 2018 (arXiv 1805.01978). Every clip is
classified by all others. *Cross-group* bans the neighbours of the query's own group (speaker, file, instrument), since
near copies of a clip would be found by any embedding.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.measures.measure import LabelMeasure
from training.run.schema import Curve, Line

NEIGHBOURS = 20
TEMPERATURE = 0.07
CHUNK = 1024


@dataclass(frozen=True)
class Votes:
    """What the neighbours of n clips voted for."""

    label: Tensor
    """(n,) int64: the label with the most weight, -1 where nobody may vote and where the clip itself has none."""
    share: Tensor
    """(n,) float32 in [0, 1]: its part of all weights, NaN where there is no vote."""


def knn_votes(x: Tensor, labels: Tensor, banned: Tensor | None = None, changed: Tensor | None = None) -> Votes:
    """Every clip classified by all others: x (n, D), labels (n,) int64 with -1 for unlabelled, banned (n,) groups.

    Unlabelled clips neither ask nor answer. `changed` (n, D) are embeddings by which the clips ask, in place of x, by which they
    answer; they are z-scored as x is.
    """
    asked = torch.nonzero(labels >= 0).squeeze(1)
    label = torch.full_like(labels, -1)
    share = torch.full((len(labels),), torch.nan, device=labels.device)
    if len(asked) < 2:
        return Votes(label, share)
    x, known = x[asked].float(), labels[asked]
    asking = x if changed is None else changed[asked].float()
    if banned is not None:
        banned = banned[asked]
    unit, asking = (functional.normalize(z_scored(one, x), dim=1) for one in (x, asking))
    classes = int(known.max()) + 1
    for first in range(0, len(x), CHUNK):
        rows = torch.arange(first, min(first + CHUNK, len(x)), device=x.device)
        similarity = asking[rows] @ unit.T
        out = rows[:, None] == torch.arange(len(x), device=x.device)
        if banned is not None:
            out = out | (banned[rows, None] == banned)
        near, index = similarity.masked_fill_(out, -torch.inf).topk(min(NEIGHBOURS, len(x) - 1), dim=1)
        votes = torch.zeros(len(rows), classes, device=x.device)
        votes.scatter_add_(1, known[index], (near / TEMPERATURE).exp())  # a banned neighbour weighs e^-inf = 0
        most, winner = votes.max(1)
        label[asked[rows]] = winner.masked_fill(most <= 0, -1)
        share[asked[rows]] = most / votes.sum(1)  # 0 / 0 is NaN
    return Votes(label, share)


def knn_accuracy(x: Tensor, labels: Tensor, banned: Tensor | None = None) -> float:
    """Part of the labelled clips that get their own label, by `knn_votes`.

    A query whose neighbours are all banned counts as wrong. NaN where nothing is labelled.
    """
    return accuracy(knn_votes(x, labels, banned), labels)


def accuracy(votes: Votes, labels: Tensor) -> float:
    """Part of the labelled clips whose neighbours name their label; NaN for fewer than two of them."""
    known = labels >= 0
    count = int(known.sum())
    return int(((votes.label == labels) & known).sum()) / count if count > 1 else float("nan")


def z_scored(x: Tensor, of: Tensor | None = None) -> Tensor:
    """Every dimension to mean 0 and standard deviation 1, by the statistics `of` others where given; constant dimensions to 0."""
    of = x if of is None else of
    return (x - of.mean(0)) / of.std(0, correction=0).clamp(min=1e-6)


CONVENTION = "encoder output, z-scored, cosine, k = 20, weights e^(cos/.07)"

CROSS_GROUP_KNN = LabelMeasure(
    Curve(
        "measure/cross_group_knn",
        "Cross-group kNN",
        "share right",
        meaning="How often the nearest clips from other sources share a clip's label; above random initialisation, it has "
        "learnt.",
        convention=f"{CONVENTION}, own source banned",
        source="arXiv 1805.01978",
        lines=(
            Line("random initialisation", baseline=("cross_group_knn", "{main_facet}", "random_init"), look="warm"),
            Line("MFCC", baseline=("cross_group_knn", "{main_facet}", "mfcc")),
            Line("log-mel", baseline=("cross_group_knn", "{main_facet}", "log_mel"), look="dotted"),
            Line("chance", baseline=("cross_group_knn", "{main_facet}", "chance"), look="dotted"),
        ),
    ),
    knn_accuracy,
    of_embedded=lambda embedded, facet: accuracy(embedded.votes[facet], embedded.labels[facet]),
)

KNN = LabelMeasure(
    Curve(
        "measure/knn",
        "kNN",
        "share right",
        meaning="How often the nearest clips share a clip's label, those of the same source included.",
        convention=CONVENTION,
        source="arXiv 1805.01978",
    ),
    lambda x, labels, groups: knn_accuracy(x, labels),
    across_groups=False,
)
"""Told by `evaluate` alone: near copies of a clip would be found by any embedding."""
