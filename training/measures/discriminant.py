"""How many directions tell clips apart that views of one clip leave alone."""

import torch
from torch import Tensor

from training.measures.stage import StageMeasure
from training.run.schema import Curve

DELTA = 1e-4
EPSILON = 1e-7
VIEWS = 10
"""Of each clip, the paper's q."""


def lidar(views: Tensor) -> float:
    """exp(−Σ p log p), p = λ/Σλ + 1e-7, λ of S_w^−½ S_b S_w^−½: arXiv 2312.04000, equations 1 to 4.

    views (m, q, D): q views of each of m clips. S_b is the covariance of the clips' means, S_w that of the views around them,
    plus δ on its diagonal. At most m − 1.
    """
    views = views.double()
    means = views.mean(1)
    between, within = means - means.mean(0), (views - means[:, None]).flatten(0, 1)
    s_b, s_w = between.T @ between / len(between), within.T @ within / len(within)
    powers, directions = torch.linalg.eigh(s_w)
    whitened = directions / (powers.clamp(min=0) + DELTA).sqrt()  # (D, D), S_w^−½ but for a turn, which λ don't see
    found = torch.linalg.eigvalsh(whitened.T @ s_b @ whitened).clamp(min=0)
    if found.sum() <= 1e-24:
        return 0.0
    p = found / found.sum() + EPSILON
    return float((-(p * p.log()).sum()).exp())


LIDAR = StageMeasure(
    Curve(
        "stage/lidar",
        "LiDAR",
        "dimensions",
        digits=1,
        meaning="How many directions tell clips apart and stay the same over the views of a clip.",
        convention=f"{VIEWS} views a clip, λ of S_w^−½ S_b S_w^−½, δ {DELTA:g}, + 1e-7",
        source="arXiv 2312.04000",
    ),
    lambda stage: None if stage.views is None else lidar(stage.views),
)
