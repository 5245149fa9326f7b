"""SimSiam: predict the other view, and let no gradient through what is predicted. No slow copy, no negatives.

Paper:   Chen and He 2020, arXiv 2011.10566, equations 1 to 4
Differs: 1. AdamW instead of SGD, and small batches, so that a minute has many steps. 2. Projector and predictor
         are narrower than 2048 and 512: the encoder gives 256 numbers, not 2048. 3. Both views take one pass, so that
         BatchNorm sees them together.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.symbols import STOP_GRADIENT
from training.methods.two_views import SHOWN, SIMILARITY, ProjectionSettings, TwoViews, cosines
from training.parts.heads import deep_projector, projector
from training.parts.stop_gradient import StopGradient
from training.settings import setting


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of SimSiam."""

    bottleneck_width: int = setting(64, "Width inside the predictor.", low=4, high=1024, scale="log")
    predictor_rate: float = setting(
        1.0, "The predictor's learning rate, as a multiple of the peak of the others.",
        low=0.01, high=100.0, scale="log", before=1.0,
    )  # fmt: skip


class SimSiam(TwoViews):
    """Each view's prediction is drawn to the other view's projection, which stands still meanwhile."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {"batch_size": 64, "learning_rate": 1e-3}
    constant_rate = ("predict",)
    """So that it follows the newest projections (section 4.2 of the paper)."""
    card = Card(
        title="SimSiam",
        family="Siamese, no negatives",
        year=2020,
        paper="Chen and He, Exploring Simple Siamese Representation Learning, arXiv 2011.10566",
        summary="One network hears two views of the same clip. From the one it predicts what it says itself of the other. "
        "Only the predicting side learns; what is predicted counts as given. It is BYOL without the slow copy, and shows "
        "that the stopped gradient alone, together with the predictor, keeps the embeddings apart.",
        formula=r"\mathcal{L} = -\tfrac{1}{2}\cos\!\big(p_1, \mathrm{sg}(z_2)\big) - \tfrac{1}{2}\cos\!\big(p_2, \mathrm{sg}(z_1)\big), "
        r"\quad p = q(z)",
        symbols={
            "z_1, z_2": "the projections of the two views",
            "q": "the predictor",
            "p_1, p_2": "what it says of each",
            **STOP_GRADIENT,
        },
        negatives=False,
        prevents_collapse="The stopped gradient and the predictor; the projector's last BatchNorm helps.",
        breaks="Without the stopped gradient or the predictor the loss nears −1 at once and the embeddings say nothing. It has no "
        "slow copy to steady it. On data of your own watch the effective rank: the projector's last norm layer keeps each output "
        "spread, so that the normalised standard deviation tells little.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "predictor"),
                ("clip", "view", "encoder", "projector", "stop-gradient"),
            ),
            loss="cosine similarity",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Predictions against projections",
            meaning="Each row is what is predicted from a clip's first view, each column the projection of a clip's second "
            "view: the diagonal shows whether the prediction fits its own clip better than the others.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        width, narrow = config.projection_width, config.bottleneck_width
        deep = deep_projector(encoder.width, config.hidden_width, width)
        super().__init__(encoder, config, task, project=nn.Sequential(deep, nn.BatchNorm1d(width, affine=False)))
        self.rate_factors = {"predict": config.predictor_rate}
        self.predict = projector(width, narrow, width)
        self.stop_gradient = StopGradient()

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 4: D(p₁, sg z₂) / 2 + D(p₂, sg z₁) / 2."""
        z1, z2 = self.projected(views)  # (B, P)
        p1, p2 = self.predict(z1), self.predict(z2)
        return {
            "loss": negative_cosine(p1, self.stop_gradient(z2)) / 2 + negative_cosine(p2, self.stop_gradient(z1)) / 2
        }

    def after_projection(self, z: Tensor) -> Tensor:
        """q (B, P)."""
        predicted: Tensor = self.predict(z)
        return predicted

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each prediction with each projection."""
        z1, z2 = (self.project(self.encoder(views[name][:SHOWN])) for name in ("first", "second"))
        return {"similarity": cosines(self.predict(z1), z2)}


def negative_cosine(p: Tensor, z: Tensor) -> Tensor:
    """D(p, z) of equation 1: the negative cosine, averaged over the batch."""
    return -functional.cosine_similarity(p.float(), z.float(), dim=1).mean()
