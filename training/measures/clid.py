"""The two halves of CLID (Lu et al. 2022, arXiv 2206.01251): how expressive embeddings are, and how easily they are learned.

CLID is their sum, each standardised over the models that are compared; of one model alone there are only the halves.

Shapes:  n clips, D width of a stage.
"""

import math

import torch
from torch import Tensor

from training.measures.stage import KEY, StageMeasure
from training.run.schema import Curve

SEED = 0
STARTS = 3
"""Of k-means, of which the best is taken."""
CHUNK = 1024


def intrinsic_dimension(x: Tensor) -> float | None:
    """TwoNN: (n − 1) / Σ ln(r₂/r₁), r₁ and r₂ the distances to a clip's nearest and second nearest; x (n, D).

    Facco et al. 2017 (arXiv 1803.06992), by the estimator of the greatest likelihood without bias. Clips that lie at one point
    with another are left out; None where fewer than three are left.
    """
    if len(x) < 3:
        return None
    x, ratios = x.double(), []
    for rows in torch.arange(len(x)).split(CHUNK):
        distances = torch.cdist(x[rows], x, compute_mode="donot_use_mm_for_euclid_dist")
        distances[torch.arange(len(rows)), rows] = math.inf
        nearest = distances.topk(2, largest=False, dim=1).values
        apart = nearest[:, 0] > 0
        ratios.append((nearest[apart, 1] / nearest[apart, 0]).log())
    logs = torch.cat(ratios)
    return None if len(logs) < 3 or logs.sum() <= 0 else float((len(logs) - 1) / logs.sum())


def cluster_learnability(x: Tensor) -> float | None:
    """The share of clips whose cluster is that of the nearest clip among those before it, in one random order; x (n, D).

    Clusters are those of k-means with √n of them. None where there are fewer than 16 clips or they all lie at one point.
    """
    from sklearn.cluster import KMeans  # which brings joblib: a training does without both

    n = len(x)
    if n < 16 or bool((x == x[0]).all()):
        return None
    x = x[torch.randperm(n, generator=torch.Generator().manual_seed(SEED))].double()
    clusters = KMeans(round(math.sqrt(n)), n_init=STARTS, random_state=SEED).fit_predict(x.numpy())
    labels, right = torch.from_numpy(clusters), 0
    for rows in torch.arange(1, n).split(CHUNK):
        distances = torch.cdist(x[rows], x[: int(rows[-1])], compute_mode="donot_use_mm_for_euclid_dist")
        later = torch.arange(int(rows[-1])) >= rows[:, None]
        right += int((labels[distances.masked_fill(later, math.inf).argmin(1)] == labels[rows]).sum())
    return right / (n - 1)


INTRINSIC_DIMENSION = StageMeasure(
    Curve(
        f"{KEY}intrinsic_dimension",
        "Intrinsic dimension",
        "dimensions",
        digits=1,
        meaning="In how many directions one can go from a clip among its nearest: what the embeddings can express.",
        convention="TwoNN, (n − 1) / Σ ln(r₂/r₁), clips at one point left out; with cluster_learnability: CLID",
        source="arXiv 1803.06992, 2206.01251",
    ),
    lambda stage: intrinsic_dimension(stage.x),
)

CLUSTER_LEARNABILITY = StageMeasure(
    Curve(
        f"{KEY}cluster_learnability",
        "Cluster learnability",
        "share right",
        meaning="How often the nearest of the clips that came before tells a clip's cluster: how easily its groups are learned.",
        convention="k-means with √n clusters, 1 nearest of the earlier clips, one random order; with intrinsic_dimension: CLID",
        source="arXiv 2206.01251",
    ),
    lambda stage: cluster_learnability(stage.x),
)
