"""Local aggregation: draw a clip to its close neighbours, out of the crowd of all its neighbours.

Paper:   Zhuang et al. 2019, arXiv 1903.12355, section 3, equations 1 to 4
Differs: 1. Background neighbours are looked for around the view, at every step; a clip's own memory always counts
         among both kinds of neighbours, so that the ratio never is zero. 2. Clusters are found anew every few epochs, since
         an epoch of small data is a few steps, and both counts end sooner where an epoch is many steps. 3. Their number is
         scaled to the data: hundreds, not tens of thousands. 4. A projector stands before the comparison. 5. AdamW instead of
         SGD. 6. Five clusterings instead of ten. 7. Other windows of a clip's own recording are no background
         (`same_recording`): they count where they are close neighbours, and else not at all.
Shapes:  B clips, n clips of the data, N background neighbours, H clusterings, F mel bands, V view frames, D encoder
         width, P projection width.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, part
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews
from training.methods.wrong_answers import WrongAnswers
from training.parts.bank import Bank
from training.parts.contrast import products
from training.parts.heads import projector
from training.parts.kmeans import Clustering, clusters_for
from training.run.schema import Picture
from training.settings import setting

NEAREST = 64
"""Memories that a picture shows for each clip."""
NO_LIMIT = 1_000_000
"""Steps, more than a run of this method takes."""


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of local aggregation."""

    temperature: float = setting(
        0.07, "Lower puts more weight on the nearest neighbours.", low=0.005, high=10.0, scale="log"
    )
    bank_momentum: float = setting(
        0.5, "Share of a clip's memory that stays when the clip is heard again.", low=0.0, high=0.99, unit="share"
    )
    background: int = setting(
        4096, "Nearest memories that a clip's close neighbours are drawn out of.", low=2, high=65_536, scale="log"
    )
    clusterings: int = setting(5, "Runs of k-means; who shares a cluster in any of them is close.", low=1, high=20)
    clusters: int = setting(256, "Clusters of each run; at most one for four clips.", low=2, high=4096, scale="log")
    alone_epochs: int = setting(
        10, "Epochs at the start in which a clip is close to itself alone: instance discrimination.", low=0, high=1000
    )
    recluster_epochs: int = setting(5, "Epochs from one clustering to the next.", low=1, high=1000)
    alone_steps: int = setting(
        200, "The epochs at the start end after about so many steps, where epochs are long.",
        low=1, high=NO_LIMIT, scale="log", before=NO_LIMIT,
    )  # fmt: skip
    recluster_steps: int = setting(
        100, "The next clustering comes after about so many steps, where epochs are long.",
        low=1, high=NO_LIMIT, scale="log", before=NO_LIMIT,
    )  # fmt: skip


class LocalAggregation(Method):
    """Close neighbours (who shares a cluster) become closer than background neighbours (who is merely near)."""

    Config = Settings
    remembers_clips = True
    encoders = TwoViews.encoders
    card = Card(
        title="Local aggregation",
        family="clustering",
        year=2019,
        paper="Zhuang et al., Local Aggregation for Unsupervised Learning of Visual Embeddings, arXiv 1903.12355",
        summary="One vector is remembered of each clip. k-means, run several times over, tells which memories are close "
        "neighbours of a clip; the nearest memories of any kind are its background. The model draws a clip towards the "
        "close ones, relative to the background, so that soft clumps form whose number nobody has to choose.",
        formula=r"\ell_i = -\log \frac{P(C_i \cap B_i \mid v_i)}{P(B_i \mid v_i)}, \qquad "
        r"P(A \mid v) = \frac{\sum_{j \in A} \exp(f_j \cdot v / \tau)}{\sum_{j} \exp(f_j \cdot v / \tau)}",
        symbols={
            r"\ell_i": "the loss of clip i",
            "v_i": "the projection of a view of clip i, of length 1",
            "f_j": "the memory of clip j, of length 1",
            "C_i": "the close neighbours of clip i: those that share a cluster with it",
            "B_i": "its background: the nearest memories of any kind",
            r"P(A \mid v)": "how likely v is one of the clips A",
            r"\tau": "the temperature: lower puts more weight on the nearest neighbours",
        },
        negatives=True,
        prevents_collapse="The background: if all were equal, the close neighbours would be as likely as their number says.",
        breaks="With too few clusters nearly everybody is close, and there is nothing to draw apart. Begun without instance "
        "discrimination, it hardens the clumps of a network that knows nothing yet.",
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("memory bank", "k-means")),
            loss="close against background neighbours",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "probability",
            "Close and background neighbours",
            "For each clip, how probable its close neighbours and its whole background are among all memories: the loss "
            "is small where the two are equally high.",
            "bars",
            rows="kinds of neighbours",
            columns="clips",
            series=("close", "background"),
            low=0.0,
            high=1.0,
        ),
        Picture(
            "neighbours",
            "The nearest memories",
            "Each row is a clip, each column one of its nearest memories, the nearest first: the cosine, positive for close "
            "neighbours and negative for those of the background.",
            "matrix",
            rows="clips",
            columns="memories",
            low=-1.0,
            high=1.0,
        ),
    )

    epochs: Tensor
    parts = (
        part(
            "close_neighbours",
            "Close neighbours",
            "How many memories share a cluster with the clip and are drawn towards it.",
            "clips",
            1,
            chart="",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.alone_epochs = min(config.alone_epochs, whole_epochs(config.alone_steps, task))
        self.recluster_epochs = min(config.recluster_epochs, max(1, whole_epochs(config.recluster_steps, task)))
        self.background = min(config.background, task.clips)
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)
        self.bank = Bank(task.clips, config.projection_width, config.bank_momentum, config.table(task))
        self.remark = config.remark(task)
        self.clustering = Clustering(task.clips, clusters_for(task.clips, config.clusters), config.clusterings)
        self.clustering.labels.copy_(torch.arange(task.clips))  # at first every clip is close to itself alone
        self.register_buffer("epochs", torch.zeros((), dtype=torch.int64))
        self._heard: tuple[Tensor, Tensor] | None = None

    def before_epoch(self, embed: Callable[[], Tensor]) -> None:
        """Close neighbours are found anew, by clusters of the memories."""
        since = int(self.epochs) - self.alone_epochs
        if since >= 0 and since % self.recluster_epochs == 0:
            self.clustering.find(self.bank.entries)
        self.epochs += 1

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """One view of each clip (B, F, V), and its number (B,)."""
        return {"view": self.augment.one(batch.audio, batch.lengths, generator), "clips": batch.clips}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 4; the sum over all memories cancels in the ratio."""
        clips = views["clips"]
        v = functional.normalize(self.project(self.encoder(views["view"])).float(), dim=1)  # (B, P)
        self._heard = clips, v.detach()
        scores = products(v, self.bank.entries) / self.temperature  # (B, n)
        near = self.near(scores, clips)  # (B, N)
        close = self.close(near, clips)  # (B, N)
        scores = scores.gather(1, near)
        counted = close | ~self.bank.of_recordings_of(clips, near)  # (B, N)
        chosen, around = (scores.masked_fill(~kept, -torch.inf).logsumexp(1) for kept in (close, counted))
        ratio = chosen - around
        return {"loss": -ratio.mean(), "close_neighbours": close.float().sum(1).mean()}

    def near(self, scores: Tensor, clips: Tensor) -> Tensor:
        """B_i: the nearest memories of each view, its own among them: scores (B, n) → (B, N) numbers of clips."""
        if self.background == scores.shape[1]:
            return torch.arange(self.background, device=clips.device).expand(len(clips), -1)
        own_first = scores.detach().scatter(1, clips[:, None], torch.inf)
        return own_first.topk(self.background, dim=1).indices

    def close(self, near: Tensor, clips: Tensor) -> Tensor:
        """C_i ∩ B_i: which of the near (B, N) share a cluster with the clip in any of the H clusterings."""
        shared = [labels[near] == labels[clips, None] for labels in self.clustering.labels]
        return torch.stack(shared).any(0)

    def after_step(self, progress: float) -> None:
        """The memories of the clips just heard move."""
        if self._heard is not None:
            self.bank.renew(*self._heard)

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """While a clip is close to itself alone and all memories are equally near: ln N."""
        return Chance(
            math.log(self.background),
            f"ln {self.background}: all memories look alike, and a clip's own is its only close one, as at the "
            f"start{self.remark}",
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """P(C ∩ B) and P(B) of each clip, and the cosines of its nearest memories, by kind."""
        clips = views["clips"][:SHOWN]
        v = functional.normalize(self.project(self.encoder(views["view"][:SHOWN])).float(), dim=1)
        cosine = v @ self.bank.entries.T  # (SHOWN, n)
        near = self.near(cosine, clips)
        close = self.close(near, clips)
        probability = (cosine / self.temperature).softmax(1).gather(1, near)
        kinds = torch.stack([(probability * close).sum(1), probability.sum(1)])
        cosine, order = cosine.gather(1, near).topk(min(self.background, NEAREST), dim=1)
        signed = cosine.clamp(min=0) * (close.gather(1, order) * 2 - 1)
        return {"probability": kinds, "neighbours": signed}


def whole_epochs(steps: int, task: Task) -> int:
    """Epochs that take at least so many steps, since clusters are found where an epoch begins."""
    return math.ceil(steps * task.batch_size / task.clips)
