"""Weighted k-nearest-neighbour classification: do clips of a class lie together?

Cosine of z-scored embeddings, k = 20, weights e^(cosine / .07), as in Wu et al. 2018 (arXiv 1805.01978). Every clip is
classified by all others. *Cross-group* bans the neighbours of the query's own group (speaker, file, instrument), since
near copies of a clip would be found by any embedding.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor

NEIGHBOURS = 20
TEMPERATURE = 0.07
CHUNK = 1024


def knn_accuracy(x: Tensor, labels: Tensor, banned: Tensor | None = None) -> float:
    """Part of the clips that get their own label: x (n, D), labels (n,) int64 with -1 for unlabelled, banned (n,) groups.

    Unlabelled clips neither ask nor answer; a query whose neighbours are all banned counts as wrong. NaN where nothing
    is labelled.
    """
    known = labels >= 0
    x, labels = x[known].float(), labels[known]
    if len(x) < 2:
        return float("nan")
    if banned is not None:
        banned = banned[known]
    unit = functional.normalize(z_scored(x), dim=1)
    classes = int(labels.max()) + 1
    right = 0
    for first in range(0, len(x), CHUNK):
        rows = torch.arange(first, min(first + CHUNK, len(x)), device=x.device)
        similarity = unit[rows] @ unit.T
        out = rows[:, None] == torch.arange(len(x), device=x.device)
        if banned is not None:
            out = out | (banned[rows, None] == banned)
        near, index = similarity.masked_fill_(out, -torch.inf).topk(min(NEIGHBOURS, len(x) - 1), dim=1)
        votes = torch.zeros(len(rows), classes, device=x.device)
        votes.scatter_add_(1, labels[index], (near / TEMPERATURE).exp())  # a banned neighbour weighs e^-inf = 0
        answered = votes.amax(1) > 0
        right += int(((votes.argmax(1) == labels[rows]) & answered).sum())
    return right / len(x)


def z_scored(x: Tensor) -> Tensor:
    """Every dimension to mean 0 and standard deviation 1; constant dimensions to 0."""
    return (x - x.mean(0)) / x.std(0, correction=0).clamp(min=1e-6)
