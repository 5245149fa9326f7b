"""VICReg: two views alike (invariance), every number in use (variance), no two the same (covariance).

Paper:   Bardes, Ponce and LeCun 2021, arXiv 2105.04906, equations 1 to 6
Differs: 1. The invariance is the mean over dimensions, as in the paper's algorithm 1 and to which its weights 25, 25, 1
         belong; equation 5 sums over them. 2. AdamW instead of LARS. 3. Batches of hundreds of clips, not 2048.
         4. The projector is narrower than 8192. 5. Both views take one pass, so that BatchNorm sees them together.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task, part
from training.methods.two_views import ProjectionSettings, TwoViews
from training.parts.heads import deep_projector
from training.parts.product_size import product_size
from training.run.schema import Picture
from training.settings import setting

EPSILON = 1e-4
"""Added to the variance before its root, whose gradient has no bound at 0."""
SHOWN_WIDTH = 128
"""Rows and columns of the covariance that the picture shows."""


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of VICReg."""

    projection_width: int = setting(256, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    invariance_weight: float = setting(25.0, "λ: how much it counts that the views are alike.", low=0.0, high=100.0)
    variance_weight: float = setting(25.0, "μ: how much it counts that every output varies.", low=0.0, high=100.0)
    covariance_weight: float = setting(
        1.0, "ν: how much it counts that no two outputs say the same.", low=0.0, high=100.0
    )


class VICReg(TwoViews):
    """Mean squared distance of the views, and two rules on each view's own outputs over the batch."""

    Config = Settings
    card = Card(
        title="VICReg",
        family="Siamese, no negatives",
        year=2021,
        paper="Bardes, Ponce and LeCun, VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised "
        "Learning, arXiv 2105.04906",
        summary="The two views of a clip should get the same output numbers. So that these don't all become the same for "
        "every clip, each number must vary over the batch by at least 1, and no two numbers may vary together. Each of the "
        "three wishes is a term of its own, so that it can be seen which one is unfulfilled.",
        formula=r"\mathcal{L} = \lambda\, s(Z, Z') + \mu\,[v(Z) + v(Z')] + \nu\,[c(Z) + c(Z')], \quad "
        r"s = \tfrac{1}{nd}\textstyle\sum_i \lVert z_i - z'_i \rVert^2, \quad "
        r"v = \tfrac{1}{d}\sum_j \max\!\big(0, 1 - \sqrt{\mathrm{Var}(z^j) + \epsilon}\big), \quad "
        r"c = \tfrac{1}{d}\sum_{i \neq j} \mathrm{Cov}(Z)_{ij}^2",
        symbols={
            "Z, Z'": "the projections z and z′ of the two views of all clips in the batch",
            "n, d": "how many clips there are, and how many numbers a projection has",
            "s": "invariance: how far apart the views are",
            "v": "variance: how far each number's spread lies below 1",
            "c": "covariance: how far numbers say the same",
            r"\mathrm{Var}, \mathrm{Cov}": "variance and covariance over the batch",
            "z^j": "number j of all clips",
            r"\lambda, \mu, \nu": "how much each of the three counts",
            r"\epsilon": "a tiny number that keeps the root from 0",
        },
        negatives=False,
        prevents_collapse="The variance of every output over the batch, which is held above 1.",
        breaks="With μ = 0 all outputs become constant; with ν = 0 they say the same, and the effective rank falls.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector")),
            loss="alike, varied, not redundant",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "covariance",
            "Covariance of the outputs",
            f"How output numbers, the first {SHOWN_WIDTH} at most, vary together over the clips' first views: the diagonal "
            "should be 1 or more, everything else 0.",
            "matrix",
            rows="outputs",
            columns="outputs",
            low=-1.0,
            high=1.0,
            shows="identity",
        ),
    )
    parts = (
        part("invariance", "Invariance", "How far apart two views of one clip lie."),
        part(
            "variance",
            "Variance",
            "How far the outputs' spread lies below 1.",
        ),
        part("covariance", "Covariance", "How much different outputs vary together."),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        deep = deep_projector(encoder.width, config.hidden_width, config.projection_width)
        super().__init__(encoder, config, task, project=deep)

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 6, and its three terms."""
        z1, z2 = self.projected(views)  # (B, P)
        s = functional.mse_loss(z1, z2)
        v = variance(z1) + variance(z2)
        c = redundancy(z1) + redundancy(z2)
        weights = self.config
        return {
            "loss": weights.invariance_weight * s + weights.variance_weight * v + weights.covariance_weight * c,
            "invariance": s.detach(),
            "variance": v.detach(),
            "covariance": c.detach(),
        }

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The covariance of the first outputs, over all first views."""
        return {"covariance": covariance(self.projected(views)[0])[:SHOWN_WIDTH, :SHOWN_WIDTH]}


def variance(z: Tensor) -> Tensor:
    """v(Z) of equations 1 and 2: how far each output's standard deviation over the batch lies below 1."""
    return functional.relu(1 - (z.var(0) + EPSILON).sqrt()).mean()


def covariance(z: Tensor) -> Tensor:
    """C(Z) of equation 3, (P, P), of z (B, P)."""
    centred = spread(z)
    with torch.autocast(z.device.type, enabled=False):  # which would round the product to eight bits
        return centred.T @ centred


def redundancy(z: Tensor) -> Tensor:
    """c(Z) of equation 4: the squares off the diagonal of the covariance, over P."""
    centred = spread(z)
    with torch.autocast(z.device.type, enabled=False):  # as above
        return (product_size(centred, centred) - centred.square().sum(0).square().sum()) / z.shape[1]


def spread(z: Tensor) -> Tensor:
    """(B, P), each column centred and divided by the root of B − 1: its products are covariances."""
    return (z - z.mean(0)) / math.sqrt(len(z) - 1)
