"""DeepCluster: cluster all clips, learn to name each clip's cluster from changed copies, and cluster again.

Paper:   Caron et al. 2018, arXiv 1807.05520, section 3, equations 1 and 2
Differs: 1. Clusters are found every few epochs, not at each: an epoch of a small data set is a few steps. 2. Clusters
         are of whole clips, the classifier hears views. 3. A small projector with BatchNorm instead of AlexNet's
         dense layers with dropout; no Sobel filter. 4. An empty cluster begins anew at a far point instead of beside
         another centre. 5. AdamW, whose momenta outlive a new classifier, instead of SGD. 6. The first 64 principal
         components instead of 256, since projections have 128 numbers.
Shapes:  B clips, n clips of the data, K clusters, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, in_use
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews
from training.parts.heads import projector
from training.parts.kmeans import Clustering, clusters_for
from training.run.schema import Picture
from training.settings import setting


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of DeepCluster."""

    clusters: int = setting(
        256, "Clusters, many more than kinds of sound; at most one for four clips.", low=2, high=2048, scale="log"
    )
    recluster_epochs: int = setting(5, "Epochs from one clustering to the next.", low=1, high=1000)
    components: int = setting(
        64, "Principal components that are clustered, all at the same scale.", low=2, high=1024, scale="log"
    )


class DeepCluster(Method):
    """A classifier learns the labels that k-means gives, and k-means clusters what the classifier has learned."""

    Config = Settings
    remembers_clips = True
    encoders = TwoViews.encoders
    card = Card(
        title="DeepCluster",
        family="clustering",
        year=2018,
        paper="Caron et al., Deep Clustering for Unsupervised Learning of Visual Features, arXiv 1807.05520",
        summary="All clips are grouped by what the model makes of them so far, and the groups are taken for true classes: "
        "from changed copies the model learns to name each clip's group. Then the clips are grouped again, by the better "
        "model, and a new classifier begins. Even a random network groups better than chance, and that is enough to start.",
        formula=r"\min_{\theta, W} \frac{1}{N} \sum_{n} \ell\big(g_W(f_\theta(x_n)), y_n\big), \qquad "
        r"\min_{C} \frac{1}{N} \sum_{n} \min_{y_n} \lVert f_\theta(x_n) - C y_n \rVert_2^2",
        symbols={
            "x_n": "clip n",
            "N": "how many clips there are",
            r"f_\theta": "encoder and projector",
            "g_W": "the classifier",
            "y_n": "the clip's cluster, as a vector with a single 1",
            r"\ell": "the cross-entropy of the classifier's answer",
            "C": "the centres of the clusters, found by k-means",
        },
        negatives=False,
        prevents_collapse="Empty clusters are refilled, clips are drawn evenly over the clusters, and the features are "
        "whitened before k-means, so that no cluster and no direction takes all.",
        breaks="With about as many clusters as true classes, mistakes of the first clustering are learned by heart. Found "
        "anew too often, the labels change before they are learned.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "classifier"),
                ("clip", "encoder", "projector", "k-means", "stop-gradient"),
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

    unaveraged: ClassVar[tuple[str, ...]] = ("head",)
    epochs: Tensor
    parts = (
        accuracy("How often the classifier names the cluster in which the clip was put."),
        in_use("clusters", "the clips really fall into"),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.clustering = Clustering(task.clips, clusters_for(task.clips, config.clusters))
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)
        self.head = nn.Linear(config.projection_width, self.clustering.clusters)
        self.register_buffer("epochs", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def before_epoch(self, embed: Callable[[], Tensor]) -> Tensor:
        """Every few epochs clusters and classifier are new. Each cluster is drawn as often as any other."""
        if int(self.epochs) % self.config.recluster_epochs == 0:
            self.project.eval()
            self.clustering.find(whitened(self.project(embed()), self.config.components))
            self.project.train()
            self._begin_head()
        self.epochs += 1
        return 1 / self.clustering.sizes[self.clustering.labels[0]]

    def _begin_head(self) -> None:
        generator = Generator().manual_seed(int(self.clustering.times))
        self.head.weight.copy_(0.01 * torch.randn(self.head.weight.shape, generator=generator))
        nn.init.zeros_(self.head.bias)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """One view of each clip (B, F, V), and its cluster (B,)."""
        view = self.augment.one(batch.audio, batch.lengths, generator)
        return {"view": view, "cluster": self.clustering.labels[0][batch.clips]}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 1: the cluster's negative log-likelihood."""
        scores = self.head(self.project(self.encoder(views["view"]))).float()  # (B, K)
        right = (scores.argmax(1) == views["cluster"]).float().mean()
        return {
            "loss": functional.cross_entropy(scores, views["cluster"]),
            "accuracy": right.detach(),
            "clusters_used": self.clustering.used,
        }

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P): what is clustered, before whitening."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """All clusters equally likely: ln K."""
        k = self.clustering.clusters
        return Chance(math.log(k), f"ln {k}: a new classifier, which finds all clusters equally likely")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Probabilities of the clusters, and their sizes."""
        scores = self.head(self.project(self.encoder(views["view"][:SHOWN]))).float()
        return {"assignments": scores.softmax(1), "sizes": self.clustering.sizes}


def whitened(z: Tensor, components: int) -> Tensor:
    """The first principal components of z (n, P), each at variance 1, then each row at length 1: (n, ≤ components)."""
    centred = z.float() - z.float().mean(0)
    variance, axes = torch.linalg.eigh(centred.T @ centred / len(z))  # ascending
    variance, axes = variance[-components:], axes[:, -components:]
    return functional.normalize(centred @ axes / (variance + 1e-6 * variance[-1]).clamp(min=1e-12).sqrt(), dim=1)
