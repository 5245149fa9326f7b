"""Whether the embeddings lie apart, and the views of one clip together.

Shapes:  x, y embeddings (n, D); y the other views of the same clips.
"""

import torch.nn.functional as functional
from torch import Tensor


def normalised_std(x: Tensor) -> float:
    """√D · mean over dimensions of std(x/‖x‖): about 1 when directions are spread evenly, 0 when all are one point.

    SimSiam (arXiv 2011.10566, section 4.1) compares std with 1/√D; multiplied by √D all widths share one scale.
    """
    unit = functional.normalize(x.float(), dim=1)
    return float(unit.std(0, correction=0).mean() * x.shape[1] ** 0.5)


def mean_cosine(x: Tensor) -> float:
    """Mean cosine of all pairs of different embeddings: 0 when spread evenly, 1 when all point the same way."""
    unit = functional.normalize(x.double(), dim=1)
    n = len(unit)
    return float((unit.sum(0).square().sum() - unit.square().sum()) / (n * (n - 1)))


def alignment(x: Tensor, y: Tensor) -> float:
    """Mean ‖x − y‖² of the normalised views of each clip, 0 to 4: Wang and Isola 2020, arXiv 2005.10242, α = 2."""
    apart = functional.normalize(x.float(), dim=1) - functional.normalize(y.float(), dim=1)
    return float(apart.square().sum(1).mean())


def uniformity(x: Tensor) -> float:
    """log of the mean of e^(−2‖x − x'‖²) over pairs of different clips, normalised: Wang and Isola 2020, t = 2.

    0 when all are one point; about −4 when spread evenly over a sphere of many dimensions.
    """
    unit = functional.normalize(x.double(), dim=1)
    squared = (2 - 2 * unit @ unit.T).clamp(min=0)
    n = len(unit)
    kernel = (-2 * squared).exp().sum() - n  # the diagonal holds n ones
    return float((kernel / (n * (n - 1))).clamp(min=1e-300).log())
