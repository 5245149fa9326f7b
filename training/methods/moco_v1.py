"""MoCo v1: find a clip's other view among thousands of projections remembered from earlier batches.

Paper:   He et al. 2020, arXiv 1911.05722, section 3, equations 1 and 2
Differs: 1. Shuffling BN needs several devices; here groups of the batch stand for them. Each network hears one group after
            the other, so that BatchNorm knows a group alone, and keys are grouped in another order than queries.
         2. The queue is short (2,048 instead of 65,536), and never longer than the data.
         3. Since that is nearly all of the data, entries of a query's own clip are left out of its negatives, and those of
            other windows of its recording too (`same_recording`).
         4. The slow network follows faster (.99 instead of .999), since runs here are short.
         5. AdamW and a cosine schedule instead of SGD and steps.
         6. Weak views, as in the paper, are those without mixtures and with weak filters.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width, K entries of the queue.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.errors import UserError
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, accuracy
from training.methods.symbols import TEMPERATURE
from training.methods.two_views import SHOWN, SIMILARITY, TwoViews, cosines
from training.methods.wrong_answers import LOW_TEMPERATURE, WrongAnswers
from training.parts.contrast import positive_picked, products
from training.parts.memory import Queue
from training.parts.slow_copy import follow, slow_copy
from training.run.schema import Picture
from training.settings import setting

QUEUE_AGE = Picture(
    "queue_age",
    "Age of the queue",
    "How many steps ago each part of the queue came in, from the newest entries to the oldest: a staircase, and −1 for what "
    "is still random.",
    "bars",
    rows="places in the queue, newest first",
)


@dataclass(frozen=True)
class Settings(WrongAnswers):
    """Settings of MoCo v1."""

    projection_width: int = setting(128, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    temperature: float = setting(
        0.07, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )
    queue_length: int = setting(
        2048, "Remembered projections to tell a view from; at most as many as there are clips.",
        low=16, high=65_536, scale="log",
    )  # fmt: skip
    momentum: float = setting(
        0.99, "Over how many steps the network that makes the keys averages.", low=0.0, high=0.9999, unit="memory"
    )
    groups: int = setting(2, "Parts of the batch that BatchNorm keeps apart, shuffled for the keys.", low=1, high=16)


class MoCoV1(TwoViews):
    """A query is compared with the slow network's key of the same clip, and with a queue of older keys."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {"learning_rate": 1e-3, "views": {"mixup": 0.0, "equalizer": 0.5}}
    card = Card(
        title="MoCo v1",
        family="contrastive",
        year=2020,
        paper="He et al., Momentum Contrast for Unsupervised Visual Representation Learning, arXiv 1911.05722",
        summary="Contrastive learning wants many wrong answers, and a batch holds few. So the answers of earlier batches are kept "
        "in a queue: the newest go in, the oldest fall out. That the answers in the queue still fit together, the network "
        "that makes them changes slowly: it follows the one that learns as a moving average.",
        formula=r"\mathcal{L}_q = -\log \frac{\exp(q \cdot k_{+} / \tau)}"
        r"{\exp(q \cdot k_{+} / \tau) + \sum_{i=1}^{K} \exp(q \cdot k_i / \tau)}, \qquad "
        r"\theta_k \leftarrow m\, \theta_k + (1 - m)\, \theta_q",
        symbols={
            "q": "the query: the projection of one view, of length 1",
            "k_{+}": "its key: what the slow network makes of the other view, of length 1",
            "k_i": "the K keys of the queue",
            r"\theta_q, \theta_k": "the weights of the network that learns and of the slow one",
            "m": "the momentum: how much of the slow one stays at each step",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The keys of other clips in the queue: if all were equal, no query could find its own.",
        breaks="If the slow network follows too fast, the newest keys lie elsewhere than the old ones in the queue: to be found "
        "it is enough to be new, and the projections turn in a circle, two directions wide, instead of telling clips apart. The "
        "queue begins with random vectors, so for the first steps everything is found and the loss is near 0."
        + LOW_TEMPERATURE,
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector"),
                ("clip", "view", "slow encoder", "slow projector", "stop-gradient"),
                ("queue",),
            ),
            loss="which key is its own",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (SIMILARITY, QUEUE_AGE)
    parts = (accuracy("How often the key of the same clip lies nearer than every key in the queue."),)

    def __init__(self, encoder: Encoder, config: Any, task: Task, project: nn.Module | None = None) -> None:
        super().__init__(encoder, config, task, project or nn.Linear(encoder.width, config.projection_width))
        if 2 * config.groups > task.batch_size:
            raise UserError(
                f"Batches of {task.batch_size} clips in {config.groups} groups leave some clips alone in theirs; at most "
                f"{task.batch_size // 2} groups were expected."
            )
        self.temperature, self.momentum, self.groups = config.temperature, config.momentum, config.groups
        self.slow = slow_copy(nn.Sequential(self.encoder, self.project))
        self.queue = Queue(min(config.queue_length, task.clips), config.projection_width)
        self.remark = config.remark(task)
        self._newest: tuple[Tensor, Tensor] | None = None

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two random views of each clip (B, F, V), what it counts as (B,), and the order (B,) in which keys are grouped."""
        order = torch.randperm(len(batch.clips), generator=generator, device=batch.clips.device)
        return {**super().views(batch, generator), "clips": self.config.counted(batch), "order": order}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 1; the keys of this batch enter the queue only after the step."""
        order = views["order"]
        q = self._grouped(lambda x: self.project(self.encoder(x)), views["first"])  # (B, P)
        with torch.no_grad():
            k = self._grouped(self.slow, views["second"][order])[order.argsort()]  # (B, P)
        own_recording = self.queue.alike(views["clips"])  # (B, K)
        positives = (q * k).sum(1) / self.temperature
        negatives = (products(q, self.queue.entries) / self.temperature).masked_fill(own_recording, -torch.inf)
        loss, found = positive_picked(positives, negatives)
        self._newest = k, views["clips"]
        return {"loss": loss, "accuracy": found}

    def after_step(self, progress: float) -> None:
        """Equation 2; then the batch's keys take the place of the oldest."""
        follow(self.slow, nn.Sequential(self.encoder, self.project), self.momentum)
        if self._newest is not None:
            self.queue.push(*self._newest)

    def chance(self) -> Chance:
        """All keys equally near: ln(K + 1)."""
        length = len(self.queue.entries)
        return Chance(math.log(length + 1), f"ln({length} + 1): all keys look alike{self.remark}")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each query with the batch's keys, and how old the queue is."""
        q = self.project(self.encoder(views["first"][:SHOWN]))
        k = self.slow(views["second"][:SHOWN])
        return {"similarity": cosines(q, k), "queue_age": self.queue.ages(SHOWN).float()}

    def _grouped(self, network: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """What the network makes of x, one group after the other: normalised (B, P)."""
        return functional.normalize(torch.cat([network(group) for group in x.tensor_split(self.groups)]).float(), dim=1)
