"""MoCo v3: no queue any more; the wrong answers are the batch's own keys, and a predictor stands before the question.

Paper:   Chen, Xie and He 2021, arXiv 2104.02057, section 3, algorithm 1
Differs: 1. Batches of hundreds of clips, not 4096. 2. AdamW instead of LARS, on a small convolutional encoder; the
         paper's ViT has its patch projection frozen, which has no counterpart here. 3. Heads of width 256 instead of
         4096. 4. At the start τ = .1 and m = .95, since runs here are short (the paper: .2 and .99 for Transformers).
         5. Other windows of a clip's own recording are no wrong answers (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, accuracy
from training.methods.symbols import TEMPERATURE
from training.methods.two_views import SHOWN, SIMILARITY, ProjectionSettings, cosines
from training.methods.wrong_answers import LOW_TEMPERATURE, AgainstOthers, WrongAnswers
from training.parts.contrast import fellows, own_picked, products
from training.parts.heads import projector
from training.parts.slow_copy import follow, slow_copy
from training.parts.stop_gradient import StopGradient
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of MoCo v3."""

    temperature: float = setting(
        0.1, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )
    momentum: float = setting(
        0.95, "Over how many steps the network that makes the keys averages, at the start; it ends standing still.",
        low=0.0, high=0.9999, unit="memory",
    )  # fmt: skip


class MoCoV3(AgainstOthers):
    """Each view asks, each view answers: queries through a predictor, keys from the slow network."""

    Config = Settings
    card = Card(
        title="MoCo v3",
        family="contrastive",
        year=2021,
        paper="Chen, Xie and He, An Empirical Study of Training Self-Supervised Vision Transformers, arXiv 2104.02057",
        summary="MoCo simplified. With large batches the queue is not needed: the wrong answers are the other clips of the same "
        "batch, as in SimCLR. What stays is the slow network that makes the keys; what is new is a predictor on the side of "
        "the queries, as in BYOL. Both views ask and both answer.",
        formula=r"\mathcal{L} = \mathrm{ctr}(q_1, k_2) + \mathrm{ctr}(q_2, k_1), \qquad \mathrm{ctr}(q, k) = "
        r"-\frac{2\tau}{N} \sum_i \log \frac{\exp(q_i \cdot k_i / \tau)}{\sum_j \exp(q_i \cdot k_j / \tau)}",
        symbols={
            "q_1, q_2": "the queries: what encoder, projector and predictor make of the two views, of length 1",
            "k_1, k_2": "the keys: what the slow network makes of them, of length 1",
            r"\mathrm{ctr}": "the contrastive loss of queries with keys",
            "N": "how many clips the batch has",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other clips of the batch; predictor and slow network would do it even without them, as in BYOL.",
        breaks="In small batches there are few wrong answers, and no queue to make up for it. The paper reports that large "
        "Transformers become unstable, with dips that the final figures hide." + LOW_TEMPERATURE,
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "predictor"),
                ("clip", "view", "slow encoder", "slow projector", "stop-gradient"),
                ("other clips",),
            ),
            loss="which key is its own",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Queries against keys",
            meaning="Each row is the query of a clip's first view, each column the slow network's key of a clip's second view: "
            "bright on the diagonal means that queries find their own keys.",
        ),
    )
    parts = (accuracy("How often the nearest key of the batch belongs to the same clip."),)

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        width = config.projection_width
        # BatchNorm without scale and offset ends the projector, as in the paper.
        head = projector(encoder.width, config.hidden_width, width).append(nn.BatchNorm1d(width, affine=False))
        super().__init__(encoder, config, task, head)
        self.temperature, self.momentum, self.batch_size = config.temperature, config.momentum, task.batch_size
        self.predict = projector(width, config.hidden_width, width)
        self.slow = slow_copy(nn.Sequential(self.encoder, self.project))
        self.stop_gradient = StopGradient()

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Algorithm 1: ctr(q1, k2) + ctr(q2, k1)."""
        x1, x2 = views["first"], views["second"]
        q1, q2 = self._queries(x1), self._queries(x2)  # (B, P)
        k1, k2 = (self.stop_gradient(self._keys(x)) for x in (x1, x2))  # (B, P)
        left_out = fellows(views, x1)  # (B, B)
        (forth, found_forth), (back, found_back) = self._contrast(q1, k2, left_out), self._contrast(q2, k1, left_out)
        return {"loss": forth + back, "accuracy": (found_forth + found_back) / 2}

    def after_projection(self, z: Tensor) -> Tensor:
        """q (B, P)."""
        predicted: Tensor = self.predict(z)
        return predicted

    def after_step(self, progress: float) -> None:
        """The slow network follows, ever more slowly: a cosine from `momentum` to 1."""
        momentum = 1 - (1 - self.momentum) * (math.cos(math.pi * progress) + 1) / 2
        follow(self.slow, nn.Sequential(self.encoder, self.project), momentum)

    def chance(self) -> Chance:
        """All keys equally near, both ways: 2 · 2τ ln B."""
        return Chance(
            4 * self.temperature * math.log(self.batch_size),
            f"2 · 2τ ln {self.batch_size}: all keys of the batch look alike{self.remark}",
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each query of a first view with each key of a second one."""
        return {"similarity": cosines(self._queries(views["first"][:SHOWN]), self._keys(views["second"][:SHOWN]))}

    def _queries(self, x: Tensor) -> Tensor:
        return functional.normalize(self.predict(self.project(self.encoder(x))).float(), dim=1)

    def _keys(self, x: Tensor) -> Tensor:
        return functional.normalize(self.slow(x).float(), dim=1)

    def _contrast(self, q: Tensor, k: Tensor, left_out: Tensor) -> tuple[Tensor, Tensor]:
        """Cross-entropy times 2τ, as in algorithm 1, and how often the key is found."""
        loss, found = own_picked((products(q, k) / self.temperature).masked_fill(left_out, -torch.inf))
        return 2 * self.temperature * loss, found
