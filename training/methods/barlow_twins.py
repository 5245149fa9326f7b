"""Barlow Twins: each number of the embedding should say the same of both views, and no two numbers the same.

Paper:   Zbontar et al. 2021, arXiv 2103.03230, equations 1 and 2
Differs: 1. AdamW instead of LARS. 2. Batches of hundreds of clips, not 2048. 3. The projector is narrower than 8192.
         4. Both views take one pass, so that BatchNorm sees them together.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, part
from training.methods.two_views import ProjectionSettings, TwoViews
from training.parts.heads import deep_projector
from training.parts.product_size import product_size
from training.run.schema import Picture
from training.settings import setting

SHOWN_WIDTH = 128
"""Rows and columns of the cross-correlation that the picture shows."""


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of Barlow Twins. λ belongs to a wide projection: what it weighs grows with the square of the width."""

    projection_width: int = setting(
        1024, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log"
    )
    hidden_width: int = setting(512, "Width inside the projector.", low=16, high=4096, scale="log")
    redundancy_weight: float = setting(
        0.0051, "λ: how much it counts that no two numbers say the same.", low=0.0, high=1.0
    )


class BarlowTwins(TwoViews):
    """The cross-correlation of the views' projections, over the batch, is drawn to the identity."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {"batch_size": 128}
    card = Card(
        title="Barlow Twins",
        family="Siamese, no negatives",
        year=2021,
        paper="Zbontar et al., Barlow Twins: Self-Supervised Learning via Redundancy Reduction, arXiv 2103.03230",
        summary="Both views of every clip go through the same network. Over the whole batch, each output number of the one "
        "view is correlated with each output number of the other. Number 7 should agree with number 7, in spite of the "
        "changes, and with no other one: then every number says something of its own.",
        formula=r"\mathcal{L} = \sum_i (1 - C_{ii})^2 + \lambda \sum_i \sum_{j \neq i} C_{ij}^2, \quad "
        r"C_{ij} = \frac{\sum_b z^{1}_{b,i}\, z^{2}_{b,j}}{\sqrt{\sum_b (z^{1}_{b,i})^2} \sqrt{\sum_b (z^{2}_{b,j})^2}}, \quad "
        r"\textstyle\sum_b z_{b,i} = 0",
        symbols={
            "z^{1}_{b,i}, z^{2}_{b,i}": "number i of the two views' projections of clip b, the batch's mean taken off",
            "C_{ij}": "how number i of the first view and number j of the second correlate over the batch",
            r"\lambda": "how much it counts that no two numbers say the same",
        },
        negatives=False,
        prevents_collapse="Numbers that don't vary over the batch have no correlation, and equal numbers cost λ.",
        breaks="With λ = 0 all numbers may say the same: the embeddings shrink to a line, though their spread looks well. "
        "Watch the effective rank.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector")),
            loss="correlation against identity",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "cross_correlation",
            "Cross-correlation",
            "Each row is an output number on the first views, each column one on the second views: training turns this into "
            "a bright diagonal on nothing.",
            "matrix",
            rows="outputs",
            columns="outputs",
            low=-1.0,
            high=1.0,
            shows="identity",
        ),
    )
    parts = (
        part(
            "agreement",
            "Agreement",
            "How far outputs are from agreeing over two views.",
            digits=2,
        ),
        part(
            "redundancy",
            "Redundancy",
            "How much different outputs repeat each other.",
            digits=2,
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        deep = deep_projector(encoder.width, config.hidden_width, config.projection_width)
        super().__init__(encoder, config, task, project=deep)
        self.batch_size = task.batch_size

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 1, and its two terms."""
        a, b = (unit_columns(z) for z in self.projected(views))  # (B, P)
        same = (a * b).sum(0)  # C's diagonal
        agreement = (1 - same).square().sum()
        with torch.autocast(a.device.type, enabled=False):  # which would round the products to eight bits
            redundancy = product_size(a, b) - same.square().sum()
        return {
            "loss": agreement + self.config.redundancy_weight * redundancy,
            "agreement": agreement.detach(),
            "redundancy": redundancy.detach(),
        }

    def chance(self) -> Chance:
        """P + (P + λ P (P − 1)) / (B − 1): what has nothing to do with each other correlates by 1/√(B − 1).

        Of B numbers whose mean was removed B − 1 are free, so that E C² = 1/(B − 1), E C = 0 and E (1 − C)² = 1 + E C².
        """
        width, weight, free = self.config.projection_width, self.config.redundancy_weight, self.batch_size - 1
        return Chance(
            width + (width + weight * width * (width - 1)) / free,
            f"{width} + ({width} + λ·{width}·{width - 1}) / {free}: no output has to do with any other",
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The correlation of the first outputs, over all clips."""
        return {"cross_correlation": cross_correlation(*self.projected(views))[:SHOWN_WIDTH, :SHOWN_WIDTH]}


def cross_correlation(z1: Tensor, z2: Tensor) -> Tensor:
    """C (P, P) of equation 2 over the batch, of z (B, P) after centring; outputs that never vary correlate by 0."""
    with torch.autocast(z1.device.type, enabled=False):  # which would round the product to eight bits
        return unit_columns(z1).T @ unit_columns(z2)


def unit_columns(z: Tensor) -> Tensor:
    """(B, P), each column centred and divided by the root of the sum of its squares, in float32."""
    centred = z.float() - z.float().mean(0)
    return functional.normalize(centred, dim=0)
