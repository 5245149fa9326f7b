"""Online deep clustering (ODC): k-means that never stops for an epoch; labels move a little with every batch.

Paper:   Zhan et al. 2020, arXiv 2006.10645, section 3
Differs: 1. Centroids are means of the memory after every step, not every ten. 2. At most one small cluster is
         dissolved after a step. 3. A cluster is small below a quarter of the mean size instead of below twenty clips.
         4. Memory and clusters begin at the untrained network's own embeddings and plain k-means. 5. AdamW instead of
         SGD. 6. A clip's memory keeps .8 of itself at every step instead of .5. 7. The projection ends in BatchNorm
         without scale and offset, where the authors' code drops out in the middle and ends in a ReLU; so the memory
         spreads over the whole sphere.
Shapes:  B clips, n clips of the data, K clusters, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, in_use
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews
from training.parts.bank import Bank
from training.parts.heads import projector
from training.parts.kmeans import Clustering, clusters_for, means, nearest, sizes_of
from training.run.schema import Picture
from training.settings import setting

HALVING_ROUNDS = 5
"""Rounds of the 2-means that halves the largest cluster."""


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of online deep clustering."""

    clusters: int = setting(
        256, "Clusters, many more than kinds of sound; at most one for four clips.", low=2, high=2048, scale="log"
    )
    bank_momentum: float = setting(
        0.8, "Share of a clip's memory that stays when the clip is heard again.", low=0.0, high=0.99, unit="share"
    )
    small_part: float = setting(
        0.25,
        "A cluster below this share of the mean size is dissolved, and the largest one is halved.",
        low=0.0,
        high=1.0,
        unit="share",
    )


class OnlineKMeans(Method):
    """A classifier learns labels that follow the memory of each clip: after each step it goes to the nearest centroid."""

    Config = Settings
    remembers_clips = True
    encoders = TwoViews.encoders
    card = Card(
        title="Online k-means",
        family="clustering",
        year=2020,
        paper="Zhan et al., Online Deep Clustering for Unsupervised Representation Learning, arXiv 2006.10645",
        summary="As in DeepCluster the model learns to name the cluster of each clip, but nobody stops to cluster: one "
        "vector is remembered of each clip and one of each cluster, and after every batch the clips just heard move to "
        "the nearest cluster. Clusters that become too small are dissolved, and the largest is split in two.",
        formula=r"\mathcal{L} = \frac{\sum_b w_{y_b} \ell\big(g_W(f_\theta(x_b)), y_b\big)}{\sum_b w_{y_b}}, \quad "
        r"w_c = N_c^{-1/2}, \qquad F_b \leftarrow \frac{m F_b + (1 - m) f_\theta(x_b)}{\lVert \cdot \rVert}, \quad "
        r"y_b \leftarrow \arg\min_c \lVert F_b - C_c \rVert_2^2",
        symbols={
            "x_b": "a view of clip b",
            r"f_\theta": "encoder and projector",
            "g_W": "the classifier",
            "y_b": "the cluster of clip b",
            r"\ell": "the cross-entropy of the classifier's answer",
            "w_c": "the weight of cluster c",
            "N_c": "how many clips it has",
            "F_b": "the memory of clip b",
            "C_c": "the centre of cluster c",
            "m": "how much of a memory stays when its clip is heard",
        },
        negatives=False,
        prevents_collapse="Small clusters are dissolved and large ones halved, and clips of small clusters weigh more in "
        "the loss.",
        breaks="With few clusters, or where labels move faster than they are learned, all clips run together into a few "
        "clusters: watch their sizes.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "classifier"),
                ("memory bank", "k-means", "stop-gradient"),
            ),
            loss="which cluster",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "assignments",
            "Guessed clusters",
            "Each row is a view of a clip, each column a cluster: how probable the classifier finds it.",
            "matrix",
            rows="clips",
            columns="clusters",
            low=0.0,
            high=1.0,
        ),
        Picture("sizes", "Sizes of the clusters", "How many clips each cluster has.", "bars", rows="clusters", low=0.0),
    )
    parts = (
        accuracy("How often the classifier names the cluster in which the clip is."),
        in_use("clusters", "the clips really fall into"),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.project = nn.Sequential(
            *projector(encoder.width, config.hidden_width, config.projection_width),
            nn.BatchNorm1d(config.projection_width, affine=False),
        )
        self.bank = Bank(task.clips, config.projection_width, config.bank_momentum)
        self.clustering = Clustering(task.clips, clusters_for(task.clips, config.clusters))
        self.head = nn.Linear(config.projection_width, self.clustering.clusters)
        self.smallest = math.ceil(config.small_part * task.clips / self.clustering.clusters)
        self._heard: tuple[Tensor, Tensor] | None = None

    @torch.no_grad()
    def before_epoch(self, embed: Callable[[], Tensor]) -> None:
        """Once, at the very start: the memory is filled and clustered."""
        if int(self.clustering.times) == 0:
            self.bank.entries.copy_(functional.normalize(self.project(embed()).float(), dim=1))
            self.clustering.find(self.bank.entries)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """One view of each clip (B, F, V), its number and its cluster (B,)."""
        view = self.augment.one(batch.audio, batch.lengths, generator)
        return {"view": view, "clips": batch.clips, "cluster": self.clustering.labels[0][batch.clips]}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The cluster's negative log-likelihood, clips of small clusters weighing more."""
        z = self.project(self.encoder(views["view"]))  # (B, P)
        self._heard = views["clips"], z.detach()
        scores = self.head(z).float()  # (B, K)
        weights = self.clustering.sizes.clamp(min=1).rsqrt()
        right = (scores.argmax(1) == views["cluster"]).float().mean()
        return {
            "loss": functional.cross_entropy(scores, views["cluster"], weights),
            "accuracy": right.detach(),
            "clusters_used": self.clustering.used,
        }

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        """Memories, labels and centroids move; then a cluster that became too small is dissolved."""
        if self._heard is None:
            return
        clips, z = self._heard
        entries, labels = self.bank.entries, self.clustering.labels[0]
        centres, empty = means(entries, labels, self.clustering.clusters), self.clustering.sizes == 0
        self.bank.renew(clips, z)
        labels[clips] = nearest(entries[clips], centres[None], empty[None])[0][0]
        labels.copy_(without_smallest(entries, labels, centres, self.smallest))

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """All clusters equally likely: ln K."""
        k = self.clustering.clusters
        return Chance(math.log(k), f"ln {k}: all clusters are found equally likely")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Probabilities of the clusters, and their sizes."""
        scores = self.head(self.project(self.encoder(views["view"][:SHOWN]))).float()
        return {"assignments": scores.softmax(1), "sizes": self.clustering.sizes}


def without_smallest(x: Tensor, labels: Tensor, centres: Tensor, smallest: int) -> Tensor:
    """Labels (n,), where the smallest cluster, if it has less than `smallest` of the points x (n, P), got a new life.

    Its points go to the nearest of the clusters that are large enough, and it takes over one half of the largest.
    """
    sizes = sizes_of(labels, len(centres))
    small, large = sizes.argmin(), sizes.argmax()
    dissolved = sizes.amin() < smallest
    members = labels == small  # fewer than `smallest`, if it is dissolved at all
    moved = members.int().topk(min(max(smallest, 1), len(x))).indices
    near = torch.cdist(x[moved], centres).masked_fill(sizes < smallest, torch.inf).argmin(1)
    found = labels.clone()
    found[moved] = torch.where(dissolved & members[moved], near, labels[moved])
    return torch.where(dissolved & second_half(x, labels == large), small, found)


def second_half(x: Tensor, inside: Tensor) -> Tensor:
    """Which points (n,) belong to the second of the two clusters of those `inside` (n,): 2-means of x (n, P)."""
    first = farthest(x, mean_of(x, inside), inside)
    second = farthest(x, first, inside)
    for _ in range(HALVING_ROUNDS):
        half = inside & (x @ (second - first) > (second.square().sum() - first.square().sum()) / 2)
        first, second = mean_of(x, inside & ~half), mean_of(x, half)
    return half


def farthest(x: Tensor, point: Tensor, inside: Tensor) -> Tensor:
    """The one (P,) of those inside that is farthest from a point (P,)."""
    return x[(x - point).square().sum(1).masked_fill(~inside, -1).argmax(0, keepdim=True)][0]


def mean_of(x: Tensor, chosen: Tensor) -> Tensor:
    """The mean (P,) of the chosen (n,) rows of x (n, P)."""
    return chosen.to(x.dtype) @ x / chosen.sum().clamp(min=1)
