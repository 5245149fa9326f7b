"""BYOL: from one view of a clip, predict what a slow copy of yourself says of another view.

Paper:   Grill et al. 2020, arXiv 2006.07733, section 3.1, equation 2
Differs: 1. AdamW instead of LARS. 2. Batches of hundreds of clips, not thousands. 3. Projector and predictor are 256 → 128
         by default instead of 4096 → 256. 4. The slow copy starts at .99 and not .996, since runs here are short.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Card, Method, Task
from training.parts.heads import projector
from training.parts.slow_copy import follow, slow_copy
from training.settings import setting


@dataclass(frozen=True)
class Settings:
    """Settings of BYOL."""

    momentum: float = setting(
        0.99, "How slowly the target follows, at the start; it ends standing still.", low=0.0, high=0.9999
    )
    projection_width: int = setting(128, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    hidden_width: int = setting(256, "Width inside the projector and the predictor.", low=16, high=4096, scale="log")


class BYOL(Method):
    """An online network learns to predict the projection of a target that is its own moving average."""

    Config = Settings
    encoders = ("conv2d", "conv1d")
    card = Card(
        title="BYOL",
        family="Siamese, no negatives",
        year=2020,
        paper="Grill et al., Bootstrap Your Own Latent, arXiv 2006.07733",
        summary="Two networks hear two views of the same clip. The online one predicts what the other, the target, says; the "
        "target is not trained but follows the online network slowly. There are no wrong answers to push away from: "
        "it works because only one side learns, through a predictor, while the other one lags behind.",
        formula=r"\mathcal{L} = 2 - 2\cos\!\big(q(z_1), \mathrm{sg}(z'_2)\big) + 2 - 2\cos\!\big(q(z_2), \mathrm{sg}(z'_1)\big)",
        negatives=False,
        prevents_collapse="The predictor on one side only, the stopped gradient, and the target's slowness.",
        breaks="Without the predictor or the stopped gradient all embeddings become one point within seconds, while the loss "
        "looks better than ever: watch the normalised standard deviation.",
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.momentum = config.momentum
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)
        self.predict = projector(config.projection_width, config.hidden_width, config.projection_width)
        self.target = slow_copy(nn.Sequential(self.encoder, self.project))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two random views of each clip, (B, F, V) each."""
        first, second = self.augment.pair(batch.audio, batch.lengths, generator)
        return {"first": first, "second": second}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 2, both ways."""
        x1, x2 = views["first"], views["second"]
        p1 = self.predict(self.project(self.encoder(x1)))  # (B, P)
        p2 = self.predict(self.project(self.encoder(x2)))
        with torch.no_grad():
            z1, z2 = self.target(x1), self.target(x2)  # (B, P)
        return {"loss": distance(p1, z2) + distance(p2, z1)}

    def after_step(self, progress: float) -> None:
        """The target follows, ever more slowly: the paper's cosine from `momentum` to 1."""
        momentum = 1 - (1 - self.momentum) * (math.cos(math.pi * progress) + 1) / 2
        follow(self.target, nn.Sequential(self.encoder, self.project), momentum)

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P) of the online network, before normalisation."""
        return self.project(h)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each online prediction with each target projection, for the batch's first clips."""
        p1 = functional.normalize(self.predict(self.project(self.encoder(views["first"][:32]))).float(), dim=1)
        z2 = functional.normalize(self.target(views["second"][:32]).float(), dim=1)
        return {"similarity": p1 @ z2.T}


def distance(prediction: Tensor, target: Tensor) -> Tensor:
    """2 − 2 cos, averaged over the batch: the squared distance of the normalised vectors."""
    return 2 - 2 * functional.cosine_similarity(prediction.float(), target.float(), dim=1).mean()
