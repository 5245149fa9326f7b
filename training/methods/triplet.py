"""Triplet loss: a clip's other view must be nearer than another clip, by a margin.

Paper:   Jansen et al. 2018, Unsupervised Learning of Semantic Audio Representations, arXiv 1711.02209, section 2.1
Differs: 1. Positives are augmented views (noise, shifts, mixtures in one), where the paper trains on one kind of
         triplet after the other; neighbours in time, one of its kinds, are a choice (`positives`). 2. The mean over anchors
         instead of the sum. 3. The margin is tuned for short runs. 4. AdamW and a cosine schedule instead of Adam. 5. Other
         windows of a clip's own recording are no negatives (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, part
from training.methods.neighbours import Neighbours, NeighbourSettings
from training.methods.two_views import DISTANCES, ProjectionSettings, distance_shares
from training.parts.contrast import fellows, off_diagonal, squared_distances
from training.parts.mean_over import loss_over, mean_over
from training.settings import setting


@dataclass(frozen=True)
class Settings(NeighbourSettings, ProjectionSettings):
    """Settings of the triplet loss."""

    margin: float = setting(0.5, "How much nearer the right clip must be, in squared distance.", low=0.01, high=4.0)
    mining: str = setting(
        "semi-hard", "Which wrong clip is taken: the nearest that is farther than the right one, or all.",
        choices=("semi-hard", "all"),
    )  # fmt: skip


class Triplet(Neighbours):
    """Anchors are first views, positives the second views of the same clips, negatives those of others."""

    Config = Settings
    judges_clips = True
    card = Card(
        title="Triplet loss",
        family="contrastive",
        year=2018,
        paper="Jansen et al., Unsupervised Learning of Semantic Audio Representations, arXiv 1711.02209",
        summary="Three sounds at a time: an anchor, another view of the same clip, and a different clip. The second must be "
        "nearer to the anchor than the third, by a margin. Which third one is taken matters: most are far away already and "
        "teach nothing, so the nearest that is still farther than the positive is used (semi-hard).",
        formula=r"\mathcal{L} = \frac{1}{N} \sum_{i} \max\!\big(0,\; \lVert z_i - z^{+}_i \rVert^2 - "
        r"\lVert z_i - z^{-}_i \rVert^2 + \delta\big)",
        symbols={
            "z_i": "the anchor: the projection of a view of clip i, of length 1",
            "z^{+}_i": "that of its other view",
            "z^{-}_i": "that of a wrong clip",
            r"\delta": "the margin",
            "N": "how many triplets there are",
        },
        negatives=True,
        prevents_collapse="The margin: if all embeddings were equal, every triplet would cost δ.",
        breaks="With the hardest wrong clip of each batch instead of the semi-hard one, all embeddings may become one point and "
        "the loss rests at δ. A small margin is soon kept by all, and learning stops.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="nearer by a margin",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (DISTANCES,)
    parts = (
        part(
            "kept",
            "Margin kept",
            "How often the negative lies farther away than the positive by the whole margin, so that nothing is learned of it.",
            "share of the triplets",
            chart="",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.margin, self.mining = config.margin, config.mining

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The hinge of each triplet, and how many triplets keep the margin."""
        names = [name for name in ("first", "second", "far") if name in views]
        z = self.project(self.encoder(torch.cat([views[name] for name in names])))
        anchors, positives, *far = functional.normalize(z.float(), dim=1).chunk(len(names))  # (B, P)
        squared = squared_distances(anchors, positives)  # (B, B)
        positive, negative = squared.diagonal()[:, None], off_diagonal(squared)  # (B, 1), (B, B − 1)
        counted = off_diagonal(~fellows(views, squared))  # (B, B − 1)
        if far:
            negative = torch.cat([negative, (anchors - far[0]).square().sum(1, keepdim=True)], dim=1)  # (B, B)
            counted = torch.cat([counted, views["there"][:, None]], dim=1)
        if self.mining == "semi-hard":
            negative, counted = semi_hard(positive, negative, counted), counted.any(1, keepdim=True)  # (B, 1)
        hinge = (positive - negative + self.margin).clamp(min=0)
        return {**loss_over(hinge, counted), "kept": mean_over(hinge == 0, counted)}

    def chance(self) -> Chance:
        """All distances 0: δ."""
        return Chance(self.margin, f"{self.margin:g}, the margin: all projections are one point")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How far from the anchors their positives lie, and all negatives."""
        z1, z2 = (functional.normalize(z, dim=1) for z in self.projected(views))
        return {"distances": distance_shares(squared_distances(z1, z2).sqrt())}


def semi_hard(positive: Tensor, negatives: Tensor, counted: Tensor) -> Tensor:
    """Of each anchor's negatives the nearest that lies farther than its positive: (B, 1), (B, M) → (B, 1).

    counted (B, M) says which are negatives at all. Where none lies farther, the farthest one, as in FaceNet's public
    implementations; where there is none, 0.
    """
    farther = counted & (negatives > positive)
    nearest = negatives.masked_fill(~farther, torch.inf).amin(1, keepdim=True)
    farthest = negatives.masked_fill(~counted, 0).amax(1, keepdim=True)
    return torch.where(farther.any(1, keepdim=True), nearest, farthest)
