"""Whether neighbours are alike in what should not matter more than in their label.

*Agreement* of a quantity v, over the k nearest neighbours j of each clip i and all other clips that might have been neighbours:

    (mean [v_i = v_j] − mean chance_i) / (mean most_i − mean chance_i)

chance_i is the share of clips with i's value among all that i might have had as neighbours, most_i what k neighbours could reach
at best. 0 is what random neighbours would give, 1 is as much as there can be. Without the division by what can be reached it is
the assortativity coefficient of the graph of neighbours (Newman 2003, Physical Review E 67, 026126, equation 2). Numbers are cut
at their quantiles into as many bins as the label has classes, so that they are comparable with it.
Shapes: n clips, k neighbours.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from training.measures.knn import z_scored

NEIGHBOURS = 10
CHUNK = 512


@dataclass(frozen=True)
class Neighbourhood:
    """The k nearest of each of n clips, and which clips might have been among them."""

    near: Tensor
    """(n, k) int64, nearest first; -1 where there are no more."""
    sources: Tensor
    """(n,) int64: a clip's neighbours come from other sources than its own."""


@dataclass(frozen=True)
class Agreement:
    """How much neighbours agree in one quantity."""

    value: float
    """0 as by chance, 1 as much as there can be; NaN where it can't be told."""
    each: Tensor
    """(n,) every clip's part of it, so that `value` is their mean; NaN for clips that have no value."""
    beyond: float
    """The part of `value` that is left when the neighbours' labels are accounted for: in place of each neighbour any clip with
    the neighbour's label is taken. For a file, with its label and source."""
    odds: float
    """How many times the odds that a neighbour agrees are those of any other clip. Where a model tells few values and many equally
    well, `value` is larger of the few, as more clips that share one are at hand to be near; this is not."""


def nearest(x: Tensor, sources: Tensor, k: int = NEIGHBOURS) -> Neighbourhood:
    """By the cosine of z-scored embeddings x (n, D), as in kNN; of other `sources` (n,) than the clip's own alone."""
    unit = functional.normalize(z_scored(x.float()), dim=1)
    found = []
    for first in range(0, len(x), CHUNK):
        rows = torch.arange(first, min(first + CHUNK, len(x)))
        similarity = (unit[rows] @ unit.T).masked_fill_(sources[rows, None] == sources, -torch.inf)
        close, index = similarity.topk(min(k, len(x)), dim=1)
        found.append(index.masked_fill(close == -torch.inf, -1))
    return Neighbourhood(torch.cat(found), sources)


def agreement(values: Tensor, where: Neighbourhood, labels: Tensor | None = None) -> Agreement:
    """Of values (n,) int64 with -1 for none; `labels` (n,) are what `beyond` accounts for, with -1 for none."""
    near, n = where.near, len(values)
    known = values >= 0
    kinds = functional.one_hot(labels.clamp(min=0)).float() * (labels >= 0)[:, None] if labels is not None else None
    got, chance, most, expected = (torch.full((n,), torch.nan) for _ in range(4))
    for first in range(0, n, CHUNK):
        rows = torch.arange(first, min(first + CHUNK, n))
        allowed = ((where.sources[rows, None] != where.sources) & known).float()
        same = allowed * (values[rows, None] == values)
        heard = (near[rows] >= 0) & known[near[rows].clamp(min=0)]
        count = heard.sum(1)
        got[rows] = ((values[near[rows].clamp(min=0)] == values[rows, None]) & heard).sum(1) / count
        chance[rows] = same.sum(1) / allowed.sum(1)
        most[rows] = torch.minimum(same.sum(1), count) / count
        if kinds is not None and labels is not None:
            likely = (same @ kinds) / (allowed @ kinds).clamp(min=1)  # of a neighbour with each label
            of_near = labels[near[rows].clamp(min=0)]
            told = torch.where(of_near >= 0, likely.gather(1, of_near.clamp(min=0)), chance[rows, None])
            expected[rows] = (told * heard).sum(1) / count
    asked = known & got.isfinite() & chance.isfinite()
    room = float((most - chance)[asked].mean()) if asked.any() else 0.0
    if room <= 1e-6:
        return Agreement(float("nan"), torch.full((n,), torch.nan), float("nan"), float("nan"))
    each = ((got - chance) / room).masked_fill(~asked, torch.nan)
    beyond = float(((got - expected)[asked]).mean()) / room if labels is not None else float("nan")
    return Agreement(float(each[asked].mean()), each, beyond, _odds(got[asked]) / _odds(chance[asked]))


def _odds(shares: Tensor) -> float:
    """Of their mean; of all and of none as of half a neighbour in a hundred thousand."""
    share = float(shares.mean().clamp(5e-6, 1 - 5e-6))
    return share / (1 - share)


def standard_error(each: Tensor) -> float:
    """Of the mean of what is known of (n,); NaN for fewer than two."""
    known = each[each.isfinite()].double()
    return float(known.std() / len(known) ** 0.5) if len(known) > 1 else float("nan")


def binned(values: np.ndarray, bins: int) -> np.ndarray:
    """(n,) numbers as int64 bins of equal size, -1 for what isn't finite; equal numbers share a bin, that of their mean rank."""
    from scipy.stats import rankdata

    known, codes = np.isfinite(values), np.full(len(values), -1, np.int64)
    codes[known] = ((rankdata(values[known]) - 0.5) / known.sum() * bins).astype(np.int64)
    return codes


def association(a: np.ndarray, b: np.ndarray) -> float:
    """How much of the less informative of two codings (n,) the other one tells: adjusted mutual information over the smaller
    entropy, 0 as by chance and 1 where one decides the other (Vinh et al. 2010, JMLR 11). -1 stands for no value.
    """
    from sklearn.metrics import adjusted_mutual_info_score

    known = (a >= 0) & (b >= 0)
    if known.sum() < 2 or min(len(np.unique(a[known])), len(np.unique(b[known]))) < 2:
        return 0.0
    return max(0.0, float(adjusted_mutual_info_score(a[known], b[known], average_method="min")))
