"""BYOL: from one view of a clip, predict what a slow copy of yourself says of another view.

Paper:   Grill et al. 2020, arXiv 2006.07733, section 3.1, equation 2
Differs: 1. AdamW instead of LARS. 2. Batches of hundreds of clips, not thousands. 3. Projector and predictor are 256 → 128
         by default instead of 4096 → 256. 4. The slow copy starts at .98 and not .996, since runs here are short.
         5. Without batch statistics (arXiv 2010.10241) groups hold 4 channels at least, so that layers of fewer than 64
         channels have fewer than 16 groups.
         6. The projector ends with a norm layer without parameters, as SimSiam's does: without it all clips are one point
         after 40 steps, whatever the learning rate, since this encoder's outputs are positive and nearly parallel.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
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
from training.parts.group_norm import leave_batch_statistics
from training.parts.heads import projector
from training.parts.slow_copy import follow, slow_copy
from training.parts.stop_gradient import StopGradient
from training.settings import setting


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of BYOL."""

    momentum: float = setting(
        0.98,
        "Over how many steps the target averages, at the start; it ends standing still.",
        low=0.0,
        high=0.9999,
        unit="memory",
    )
    normalisation: str = setting(
        "batch",
        "Over the clips of the batch, or within each clip: group normalisation and standardised weights.",
        choices=("batch", "group"),
    )


class BYOL(TwoViews):
    """An online network learns to predict the projection of a target that is its own moving average."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {"batch_size": 128, "learning_rate": 1e-3}
    card = Card(
        title="BYOL",
        family="Siamese, no negatives",
        year=2020,
        paper="Grill et al., Bootstrap Your Own Latent, arXiv 2006.07733",
        summary="Two networks hear two views of the same clip. The online one predicts what the other, the target, says; the "
        "target is not trained but follows the online network slowly. There are no wrong answers to push away from: "
        "it works because only one side learns, through a predictor, while the other one lags behind.",
        formula=r"\mathcal{L} = 2 - 2\cos\!\big(q(z_1), \mathrm{sg}(z'_2)\big) + 2 - 2\cos\!\big(q(z_2), \mathrm{sg}(z'_1)\big)",
        symbols={
            "z_1, z_2": "the online network's projections of the two views",
            "z'_1, z'_2": "the target's",
            "q": "the predictor",
            **STOP_GRADIENT,
        },
        negatives=False,
        prevents_collapse="The predictor on one side only, the stopped gradient, and the target's slowness.",
        breaks="Without the stopped gradient or the predictor the projections fall into a few directions within seconds, while the "
        "loss looks better than ever. Watch the effective rank: with a last norm layer that has no scale each output stays "
        "spread, and a collapsing run looks better by the normalised standard deviation.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "predictor"),
                ("clip", "view", "slow encoder", "slow projector", "stop-gradient"),
            ),
            loss="cosine distance",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Predictions against targets",
            meaning="Each row is what the online network predicts of a clip, each column what the target says of one: the "
            "diagonal shows whether the prediction fits its own clip better than the others.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        last = nn.BatchNorm1d(config.projection_width, affine=False)
        super().__init__(
            encoder, config, task,
            nn.Sequential(*projector(encoder.width, config.hidden_width, config.projection_width), last),
        )  # fmt: skip
        self.momentum = config.momentum
        self.predict = projector(config.projection_width, config.hidden_width, config.projection_width)
        if config.normalisation == "group":
            leave_batch_statistics(self)
        self.target = slow_copy(nn.Sequential(self.encoder, self.project))
        self.stop_gradient = StopGradient()

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 2, both ways."""
        x1, x2 = views["first"], views["second"]
        p1 = self.predict(self.project(self.encoder(x1)))  # (B, P)
        p2 = self.predict(self.project(self.encoder(x2)))
        z1, z2 = (self.stop_gradient(self.target(x)) for x in (x1, x2))  # (B, P)
        return {"loss": distance(p1, z2) + distance(p2, z1)}

    def after_projection(self, z: Tensor) -> Tensor:
        """q (B, P)."""
        predicted: Tensor = self.predict(z)
        return predicted

    def after_step(self, progress: float) -> None:
        """The target follows, ever more slowly: the paper's cosine from `momentum` to 1."""
        momentum = 1 - (1 - self.momentum) * (math.cos(math.pi * progress) + 1) / 2
        follow(self.target, nn.Sequential(self.encoder, self.project), momentum)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each online prediction with each target projection."""
        p1 = self.predict(self.project(self.encoder(views["first"][:SHOWN])))
        return {"similarity": cosines(p1, self.target(views["second"][:SHOWN]))}


def distance(prediction: Tensor, target: Tensor) -> Tensor:
    """2 − 2 cos, averaged over the batch: the squared distance of the normalised vectors."""
    return 2 - 2 * functional.cosine_similarity(prediction.float(), target.float(), dim=1).mean()
