"""InfoNCE: of all second views of a batch, pick the one that was made from the same clip as a first view.

Paper:   van den Oord et al. 2018, arXiv 1807.03748, section 2.3 and appendix A.1, equation 4
Differs: 1. The positive is another view of the clip, not a later moment of it (that is the method cpc). 2. The score
         is a cosine over a temperature instead of exp(zᵀ W c). 3. Both ways: second views pick among first views too,
         and the two losses are averaged. 4. AdamW and a cosine schedule instead of Adam. 5. Other
         windows of a clip's own recording are no wrong answers (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, accuracy, part
from training.methods.symbols import TEMPERATURE
from training.methods.two_views import ProjectionSettings
from training.methods.wrong_answers import LOW_TEMPERATURE, AgainstOthers, WrongAnswers
from training.parts.contrast import fellows, own_picked, products
from training.parts.mean_over import mean_over
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of InfoNCE."""

    temperature: float = setting(
        0.1, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )


class InfoNCE(AgainstOthers):
    """One query, one positive and B − 1 negatives: the second views of the other clips."""

    Config = Settings
    card = Card(
        title="InfoNCE",
        family="contrastive",
        year=2018,
        paper="van den Oord et al., Representation Learning with Contrastive Predictive Coding, arXiv 1807.03748",
        summary="A question with as many answers as there are clips in the batch: here is one view of a clip, which of these "
        "views is its twin? The better the model answers, the more it must know of what the two views share. This can be "
        "put into a number: ln N minus the loss is the least information, in nats, that the two embeddings have in common.",
        formula=r"\mathcal{L} = -\frac{1}{2N} \sum_{i} \left( \log \frac{e^{z_i \cdot z'_i / \tau}}"
        r"{\sum_{j} e^{z_i \cdot z'_j / \tau}} + \log \frac{e^{z_i \cdot z'_i / \tau}}"
        r"{\sum_{j} e^{z_j \cdot z'_i / \tau}} \right), \qquad I(z; z') \geq \ln N - \mathcal{L}",
        symbols={
            "z_i, z'_i": "the projections of the two views of clip i, of length 1",
            "N": "how many clips the batch has",
            "I(z; z')": "the mutual information: how much the one says of the other, in nats",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other clips of the batch: if all embeddings were equal, no view could find its twin.",
        breaks="The bound can never say more than ln N: small batches learn little, however much the views share. With a high "
        "temperature (10) all answers count alike." + LOW_TEMPERATURE,
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="which twin is its own",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    parts = (
        accuracy("How often a view's nearest partner in the batch is the other view of its clip."),
        part(
            "bound",
            "Mutual information",
            "How much the two views are shown to tell of each other at least; more than ln N, of N clips in the batch, cannot be shown.",
            "nats",
            2,
            chart="",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.batch_size = task.batch_size

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 4 both ways, how often the twin is found, and the bound on the information in nats."""
        z1, z2 = (functional.normalize(z, dim=1) for z in self.projected(views))  # (B, P)
        left_out = fellows(views, z1)  # (B, B)
        scores = products(z1 / self.temperature, z2).masked_fill_(left_out, -torch.inf)
        answers = (~left_out).sum(1)  # (B,) for each question, the right one among them
        (forth, found_forth), (back, found_back) = own_picked(scores), own_picked(scores.T)
        loss = (forth + back) / 2
        return {
            "loss": loss,
            "accuracy": (found_forth + found_back) / 2,
            "bound": mean_over(answers.log(), answers > 1) - loss.detach(),
        }

    def chance(self) -> Chance:
        """All twins equally near: ln B."""
        return Chance(
            math.log(self.batch_size), f"ln {self.batch_size}: all second views of the batch look alike{self.remark}"
        )
