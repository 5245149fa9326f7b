"""Max-margin contrastive loss: pull the views of a clip together, push those of different clips a margin apart.

Paper:   Hadsell, Chopra and LeCun 2006, Dimensionality Reduction by Learning an Invariant Mapping, equation 4;
         for audio in the survey by Liu et al., arXiv 2203.01205
Differs: 1. Pairs are two views of a clip (y = 1) and views of different clips of the batch (y = 0), not labelled
         pictures. 2. Of B² pairs only B are alike, so alike and different pairs are averaged apart, each counting as
         much in all. 3. No factor ½, as in the survey. 4. Projections are normalised, so that the margin has a fixed
         scale: distances run from 0 to 2. 5. AdamW and a cosine schedule instead of SGD.
         6. Other windows of a clip's own recording make no pairs (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from dataclasses import dataclass

import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, part
from training.methods.two_views import DISTANCES, ProjectionSettings, distance_shares
from training.methods.wrong_answers import AgainstOthers, WrongAnswers
from training.parts.contrast import fellows, off_diagonal, squared_distances
from training.parts.mean_over import mean_over
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of the max-margin loss."""

    margin: float = setting(1.4, "Different clips farther apart than this are left alone.", low=0.1, high=2.0)


class MaxMargin(AgainstOthers):
    """A spring between the views of a clip; others repel each other up to the margin, and no further."""

    Config = Settings
    card = Card(
        title="Max-margin",
        family="contrastive",
        year=2006,
        paper="Hadsell, Chopra and LeCun, Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006; in the survey "
        "by Liu et al., arXiv 2203.01205",
        summary="The oldest contrastive loss. Two views of a clip are drawn together by their squared distance. Two different "
        "clips are pushed apart, but only while they are nearer than a margin: what is far enough needs no more work.",
        formula=r"\mathcal{L} = y\, d^2 + (1 - y)\, \max(0,\; m - d)^2, \qquad d = \lVert z - z' \rVert",
        symbols={
            "z, z'": "two projections, of length 1",
            "d": "their distance",
            "y": "1 where they are of the same clip, else 0",
            "m": "the margin",
        },
        negatives=True,
        prevents_collapse="Different clips nearer than the margin repel each other: if all embeddings were equal, each pair "
        "would cost m².",
        breaks="With a small margin hardly any pair repels any more and learning stands still; the hinge is squared, so the push "
        "fades before the margin is reached.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="near, or a margin apart",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (DISTANCES,)
    parts = (
        part("pull", "Pull", "How far apart two views of one clip lie, squared."),
        part("push", "Push", "How far other clips reach into the margin, squared."),
        part(
            "inside_margin",
            "Inside the margin",
            "How many pairs of different clips lie nearer than the margin, so that they are pushed.",
            "share of the pairs",
            chart="",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.margin = config.margin

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 4, its two parts, and how many different pairs are nearer than the margin."""
        d = self._distances(views)  # (B, B)
        different, counted = off_diagonal(d), off_diagonal(~fellows(views, d))  # (B, B − 1)
        pull = d.diagonal().square().mean()  # y = 1
        push = mean_over((self.margin - different).clamp(min=0).square(), counted)  # y = 0
        return {
            "loss": pull + push,
            "pull": pull.detach(),
            "push": push.detach(),
            "inside_margin": mean_over(different < self.margin, counted),
        }

    def chance(self) -> Chance:
        """All distances 0: m²."""
        return Chance(self.margin**2, f"{self.margin:g}²: all projections are one point")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How far apart the views of a clip lie, and those of different clips."""
        return {"distances": distance_shares(self._distances(views))}

    def _distances(self, views: dict[str, Tensor]) -> Tensor:
        """d (B, B) of first views from second ones; the root has no slope at 0, so it is taken a hair above."""
        z1, z2 = (functional.normalize(z, dim=1) for z in self.projected(views))
        return squared_distances(z1, z2).clamp(min=1e-10).sqrt()
