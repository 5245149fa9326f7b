"""Weighted k-nearest-neighbour classification: do clips of a class lie together?

Cosine of z-scored embeddings, k = 20, weights e^(cosine / .07), as in Wu et al. 2018 (arXiv 1805.01978). Every clip is
classified by all others. *Cross-group* bans the neighbours of the query's own group (speaker, file, instrument), since
near copies of a clip would be found by any embedding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.measures.measure import LabelMeasure
from training.run.schema import BASELINES, Curve, Line, Look

NEIGHBOURS = 20
TEMPERATURE = 0.07
CHUNK = 1024


@dataclass(frozen=True)
class Near:
    """The nearest of the m clips that ask and answer, of n."""

    asked: Tensor
    """(m,) int64: which of the n."""
    cosines: Tensor
    """(m, k), falling; −∞ where the neighbour is banned."""
    index: Tensor
    """(m, k) int64: places among `asked`."""


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
    return votes_by(near(x, labels >= 0, banned, changed), labels)


def votes_of_facets(x: Tensor, labels: Mapping[str, Tensor], banned: Tensor) -> dict[str, Votes]:
    """`knn_votes` by each facet's labels (n,): facets that label the same clips have the same neighbours, found once."""
    found: dict[bytes, Near] = {}
    votes = {}
    for name, codes in labels.items():
        asks = codes >= 0
        key = asks.numpy().tobytes()
        found[key] = found[key] if key in found else near(x, asks, banned)
        votes[name] = votes_by(found[key], codes)
    return votes


def near(x: Tensor, asks: Tensor, banned: Tensor | None = None, changed: Tensor | None = None) -> Near:
    """The NEIGHBOURS nearest of the clips where `asks` (n,) bool is true, by all other such clips; see `knn_votes`."""
    asked = torch.nonzero(asks).squeeze(1)
    if len(asked) < 2:
        return Near(asked, torch.zeros(0, 1), torch.zeros(0, 1, dtype=torch.int64))
    x = x[asked].float()
    unit = functional.normalize(z_scored(x), dim=1)
    asking = unit if changed is None else functional.normalize(z_scored(changed[asked].float(), x), dim=1)
    groups = torch.arange(len(x), device=x.device) if banned is None else banned[asked]
    cosines, index = [], []
    for first in range(0, len(x), CHUNK):
        rows = slice(first, first + CHUNK)
        own = groups[rows, None] == groups  # the clip itself, too
        similarity = (asking[rows] @ unit.T).masked_fill_(own, -torch.inf)
        cosine, of_whom = similarity.topk(min(NEIGHBOURS, len(x) - 1), dim=1)
        cosines.append(cosine)
        index.append(of_whom)
    return Near(asked, torch.cat(cosines), torch.cat(index))


def votes_by(found: Near, labels: Tensor) -> Votes:
    """What the nearest vote for, by labels (n,) of which those of `found.asked` are known."""
    label = torch.full_like(labels, -1)
    share = torch.full((len(labels),), torch.nan, device=labels.device)
    known = labels[found.asked]
    if len(known) < 2:
        return Votes(label, share)
    classes = int(known.max()) + 1
    for first in range(0, len(known), CHUNK):
        rows = slice(first, first + CHUNK)
        weights = (found.cosines[rows] / TEMPERATURE).exp()  # of a banned neighbour e^-inf = 0
        votes = torch.zeros(len(weights), classes, device=labels.device).scatter_add_(
            1, known[found.index[rows]], weights
        )
        most, winner = votes.max(1)
        label[found.asked[rows]] = winner.masked_fill(most <= 0, -1)
        share[found.asked[rows]] = most / votes.sum(1)  # 0 / 0 is NaN
    return Votes(label, share)


def knn_accuracy(x: Tensor, labels: Tensor, banned: Tensor | None = None) -> float:
    """Part of the labelled clips that get their own label, by `knn_votes` of x (n, D), labels (n,) and groups `banned` (n,).

    A query whose neighbours are all banned counts as wrong. NaN where nothing is labelled.
    """
    return accuracy(knn_votes(x, labels, banned), labels)


def accuracy(votes: Votes, labels: Tensor) -> float:
    """Part of the clips with a label (n,), -1 for none, whose neighbours name it; NaN for fewer than two of them."""
    known = labels >= 0
    count = int(known.sum())
    return int(((votes.label == labels) & known).sum()) / count if count > 1 else float("nan")


def z_scored(x: Tensor, of: Tensor | None = None) -> Tensor:
    """x (n, D), each dimension at mean 0 and standard deviation 1, by the statistics `of` others (m, D) where given.

    Constant dimensions become 0.
    """
    of = x if of is None else of
    return (x - of.mean(0)) / of.std(0, correction=0).clamp(min=1e-6)


LOOKS: dict[str, Look] = {"random_init": "warm", "mfcc": "plain", "log_mel": "dotted", "chance": "dotted"}
CONVENTION = "encoder output, z-scored, cosine, k = 20, weights e^(cos/.07)"

CROSS_GROUP_KNN = LabelMeasure(
    Curve(
        "measure/cross_group_knn",
        "Cross-group kNN",
        "share right",
        meaning="How often the nearest clips from other sources share a clip's label; above random initialisation, the model "
        "has learned.",
        convention=f"{CONVENTION}, own source banned",
        source="arXiv 1805.01978",
        lines=tuple(
            Line(title, baseline=("cross_group_knn", "{main_facet}", name), look=LOOKS[name])
            for name, title in BASELINES.items()
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
