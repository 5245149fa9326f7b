"""Multi-class N-pair loss: a triplet with all other clips of the batch as negatives at once, and no margin.

Paper:   Sohn 2016, Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NeurIPS, equations 5 and 6;
         for audio in the survey by Liu et al., arXiv 2203.01205
Differs: 1. A class is a clip, and its two samples are two views, instead of labelled pictures; nothing is mined.
         2. The penalty on the length of f is a setting (section 3.2.2 of the paper has one, of a weight of its own).
         3. AdamW and a cosine schedule instead of SGD. 4. Other windows of a clip's own recording are no negatives
         (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, accuracy, part
from training.methods.two_views import SHOWN, ProjectionSettings
from training.methods.wrong_answers import AgainstOthers, WrongAnswers
from training.parts.contrast import fellows, own_picked, products
from training.run.schema import Picture
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of the N-pair loss."""

    length_weight: float = setting(
        0.002, "How much it costs that projections are long; 0 lets them grow.", low=0.0, high=1.0
    )


class NPair(AgainstOthers):
    """f of a first view must have a larger product with f⁺ of its clip than with that of any other clip."""

    Config = Settings
    card = Card(
        title="Multi-class N-pair",
        family="contrastive",
        year=2016,
        paper="Sohn, Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NeurIPS 2016; in the survey by "
        "Liu et al., arXiv 2203.01205",
        summary="A triplet looks at one wrong clip at a time; this looks at all of the batch at once, and every wrong clip "
        "that comes too near counts, the nearest most. Projections aren't normalised: how long a projection is says how "
        "sure the model is. With one wrong clip it is a triplet loss with a soft edge instead of a margin.",
        formula=r"\mathcal{L} = \frac{1}{N} \sum_i \log\Big(1 + \sum_{j \neq i} \exp\big(f_i^\top f^{+}_j - "
        r"f_i^\top f^{+}_i\big)\Big) + \frac{\lambda}{2N} \sum_i \big(\lVert f_i \rVert^2 + \lVert f^{+}_i \rVert^2\big)",
        symbols={
            "f_i, f^{+}_i": "the projections of the two views of clip i",
            "N": "how many clips the batch has",
            r"\lambda": "how much the length of projections costs",
        },
        negatives=True,
        prevents_collapse="The other clips of the batch: if all projections were equal, the loss would be ln N.",
        breaks="Without the penalty on their length projections grow, and the loss falls without anything being told better "
        "apart; with much of it they shrink to nothing.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="larger product than others",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "products",
            "Products of the views",
            "Each row is a clip's first view, each column a clip's second view, each cell their product: the diagonal must be "
            "the largest of its row.",
            "matrix",
            rows="clips",
            columns="clips",
            shows="diagonal",
        ),
    )
    parts = (
        accuracy("How often a view's largest product is the one with the other view of its clip."),
        part(
            "squared_length",
            "Squared length",
            "The mean squared length of the projections, which the loss keeps small.",
            "squared length",
            chart="",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.length_weight = config.length_weight
        self.batch_size = task.batch_size

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 6, how often the clip's own product is the largest, and the mean squared length."""
        f, positive = self.projected(views)  # (B, P)
        # log(1 + Σ_{j≠i} e^{f·f⁻ − f·f⁺}) is the cross-entropy of picking f⁺ by its product, without a temperature.
        contrast, found = own_picked(products(f, positive).masked_fill(fellows(views, f), -torch.inf))
        squared_length = (f.square().sum(1) + positive.square().sum(1)).mean() / 2
        return {
            "loss": contrast + self.length_weight * squared_length,
            "accuracy": found,
            "squared_length": squared_length.detach(),
        }

    def chance(self) -> Chance:
        """All products equal: ln B."""
        return Chance(
            math.log(self.batch_size), f"ln {self.batch_size}: all products of the batch are equal{self.remark}"
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Product of each first view with each second view."""
        f, positive = self.projected({name: views[name][:SHOWN] for name in ("first", "second")})
        return {"products": products(f, positive)}
