"""Alignment and uniformity: the two things that contrastive losses want, said straight out.

Paper:   Wang and Isola 2020, arXiv 2005.10242, section 4.1
Differs: 1. AdamW instead of SGD. 2. The two views' uniformities are averaged, as in the authors' examples.
         3. Other windows of a clip's own recording don't repel it (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, part
from training.methods.two_views import DISTANCES, ProjectionSettings, distance_shares
from training.methods.wrong_answers import AgainstOthers, WrongAnswers
from training.parts.contrast import fellows, squared_distances
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of alignment and uniformity."""

    power: float = setting(2.0, "α: the distance of two views of a clip counts to this power.", low=1.0, high=4.0)
    steepness: float = setting(2.0, "t: higher looks at the nearest wrong clips only.", low=0.5, high=10.0)
    uniform_weight: float = setting(1.0, "λ: how much uniformity counts beside alignment.", low=0.0, high=10.0)


class AlignUniform(AgainstOthers):
    """Views of a clip together; all clips spread over the sphere like charges that repel each other."""

    Config = Settings
    card = Card(
        title="Alignment and uniformity",
        family="contrastive",
        year=2020,
        paper="Wang and Isola, Understanding Contrastive Representation Learning through Alignment and Uniformity on the "
        "Hypersphere, arXiv 2005.10242",
        summary="Contrastive losses turn out to want two things: the two views of a clip in the same place, and all clips spread "
        "evenly over a sphere. Here both are written down as they are and added. Nobody has to be picked among others; "
        "the clips just repel each other, the nearer the stronger.",
        formula=r"\mathcal{L} = \mathbb{E}\, \lVert x - y \rVert^{\alpha} + "
        r"\lambda \log \mathbb{E}\, e^{-t \lVert x - x' \rVert^2}, \qquad \lVert x \rVert = \lVert y \rVert = 1",
        symbols={
            "x, y": "the projections of the two views of a clip, of length 1",
            "x'": "the projection of another clip",
            r"\mathbb{E}": "the mean over the batch",
            r"\alpha": "the power of the distance between views",
            "t": "how much faster near clips repel each other than far ones",
            r"\lambda": "how much uniformity counts",
        },
        negatives=True,
        prevents_collapse="Uniformity: different clips repel each other.",
        breaks="Without uniformity (weight 0) all clips become one point, and a loss of 0 looks perfect; with it, a loss that "
        "stays at 0 is that same collapse, and a healthy one is far below.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="together, and spread evenly",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (DISTANCES,)
    parts = (
        part("alignment", "Alignment", "How far apart two views of one clip lie."),
        part(
            "uniformity",
            "Uniformity",
            "How evenly the batch fills the sphere; 0 is one point.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.power, self.steepness, self.weight = config.power, config.steepness, config.uniform_weight

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The two losses of section 4.1."""
        x, y = (functional.normalize(z, dim=1) for z in self.projected(views))  # (B, P)
        alignment = aligned(x, y, self.power)
        left_out = fellows(views, x)  # (B, B)
        uniformity = (uniform(x, self.steepness, left_out) + uniform(y, self.steepness, left_out)) / 2
        return {
            "loss": alignment + self.weight * uniformity,
            "alignment": alignment.detach(),
            "uniformity": uniformity.detach(),
        }

    def chance(self) -> Chance:
        """Nothing is told apart: alignment 0, and the logarithm of a mean of ones."""
        return Chance(0.0, "0: all projections are one point; a loss below 0 tells clips apart")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How far apart the views of a clip lie, and those of different clips."""
        x, y = (functional.normalize(z, dim=1) for z in self.projected(views))
        return {"distances": distance_shares(squared_distances(x, y).sqrt())}


def aligned(x: Tensor, y: Tensor, power: float) -> Tensor:
    """Mean ‖x − y‖^α over the clips, of x, y (B, P) of length 1."""
    return (x - y).square().sum(1).clamp(min=1e-10).pow(power / 2).mean()


def uniform(x: Tensor, steepness: float, left_out: Tensor) -> Tensor:
    """log of the mean of e^{−t‖x − x'‖²} over all pairs of different clips, of x (B, P) of length 1.

    The logarithm of the mean, not the mean of the logarithms: the nearest pairs count most. Without the pairs `left_out`
    (B, B); 0 where there are no others.
    """
    pairs = torch.triu_indices(len(x), len(x), offset=1, device=x.device)
    counted = ~left_out[pairs[0], pairs[1]]  # (B (B − 1) / 2,)
    repulsion = -steepness * squared_distances(x, x)[pairs[0], pairs[1]]
    mean = repulsion.masked_fill(~counted, -torch.inf).logsumexp(0) - counted.sum().clamp(min=1).log()
    return torch.where(counted.any(), mean, 0.0)
