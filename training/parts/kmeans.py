"""k-means in batches on the device, several runs at once, repeatable to the bit.

Sums over clusters are matrix products with one-hot labels: unlike additions at an index, these have one order only.

Shapes:  n points, P width, K clusters, R runs.
"""

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.parts.memory import Memory
from training.parts.quantiser import perplexity

CHUNK = 4096
"""Points whose distances to all centres are held at once."""


def kmeans(
    x: Tensor, clusters: int, generator: Generator, runs: int = 1, iterations: int = 20
) -> tuple[Tensor, Tensor]:
    """Centres (R, K, P) and labels (R, n) of points x (n, P), by Lloyd's algorithm.

    Each run begins at `clusters` different points, drawn from `generator` (on the CPU); n must be at least K.
    """
    n = len(x)
    first = torch.stack([torch.randperm(n, generator=generator)[:clusters] for _ in range(runs)])
    centres = x[first.to(x.device)]
    for _ in range(iterations):
        labels, distances = nearest(x, centres)
        centres = refilled(*sums(x, labels, clusters), x, distances)
    return centres, nearest(x, centres)[0]


def nearest(x: Tensor, centres: Tensor, empty: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The nearest centre of each point and its squared distance: x (n, P), centres (R, K, P) → (R, n) twice.

    Centres that are `empty` (R, K) are nowhere, and so no point's nearest.
    """
    labels, distances = [], []
    lengths = centres.square().sum(2)  # (R, K)
    if empty is not None:
        lengths = lengths.masked_fill(empty, torch.inf)
    for chunk in x.split(CHUNK):
        squared = lengths[:, None] - 2 * chunk @ centres.transpose(1, 2)  # (R, chunk, K), less ‖x‖²
        smallest, label = squared.min(2)
        labels.append(label)
        distances.append((smallest + chunk.square().sum(1)).clamp(min=0))
    return torch.cat(labels, 1), torch.cat(distances, 1)


def sums(x: Tensor, labels: Tensor, clusters: int) -> tuple[Tensor, Tensor]:
    """Sum (R, K, P) and number (R, K) of the points of each cluster: x (n, P), labels (R, n)."""
    total = x.new_zeros(len(labels), clusters, x.shape[1])
    sizes = x.new_zeros(len(labels), clusters)
    for chunk, label in zip(x.split(CHUNK), labels.split(CHUNK, dim=1), strict=True):
        belongs = functional.one_hot(label, clusters).to(x.dtype)  # (R, chunk, K)
        total += belongs.transpose(1, 2) @ chunk
        sizes += belongs.sum(1)
    return total, sizes


def means(x: Tensor, labels: Tensor, clusters: int) -> Tensor:
    """Mean (K, P) of the points of each cluster, 0 where there are none: x (n, P), labels (n,)."""
    total, sizes = sums(x, labels[None], clusters)
    return total[0] / sizes[0].clamp(min=1)[:, None]


def sizes_of(labels: Tensor, clusters: int) -> Tensor:
    """Points of each cluster, (K,) int64: labels (n,)."""
    return torch.zeros(clusters, dtype=torch.int64, device=labels.device).scatter_add_(
        0, labels, torch.ones_like(labels)
    )


def refilled(total: Tensor, sizes: Tensor, x: Tensor, distances: Tensor) -> Tensor:
    """The means (R, K, P), where a cluster without points begins anew at a point that lies far from its own centre.

    The first empty cluster of a run takes the farthest point, the second the next, and so on; distances (R, n).
    """
    farthest = distances.topk(sizes.shape[1], dim=1).indices  # (R, K)
    empty = sizes == 0
    turn = (empty.cumsum(1) - 1).clamp(min=0)
    return torch.where(empty[:, :, None], x[farthest.gather(1, turn)], total / sizes.clamp(min=1)[:, :, None])


class Clustering(Memory):
    """Which cluster each clip is in, by each of R runs of k-means: `labels` (R, n) int64.

    Before they are found, the clips are dealt out in turn. `times` counts how often they were found; each time the
    runs begin elsewhere, and a resumed run begins where an uninterrupted one would.
    """

    labels: Tensor
    times: Tensor

    def __init__(self, clips: int, clusters: int, runs: int = 1) -> None:
        super().__init__()
        self.clusters = clusters
        self.register_buffer("labels", (torch.arange(clips) % clusters).repeat(runs, 1))
        self.register_buffer("times", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def find(self, x: Tensor) -> Tensor:
        """Cluster x (n, P); returns the centres (R, K, P)."""
        generator = Generator().manual_seed(int(self.times))
        centres, labels = kmeans(x.float(), self.clusters, generator, len(self.labels))
        self.labels.copy_(labels)
        self.times += 1
        return centres

    @property
    def sizes(self) -> Tensor:
        """Clips in each cluster of the first run, (K,) int64."""
        return sizes_of(self.labels[0], self.clusters)

    @property
    def used(self) -> Tensor:
        """How many clusters of the first run are really used, a scalar: e to the entropy of their sizes."""
        return perplexity((self.sizes / self.labels.shape[1])[None])[0]


def clusters_for(clips: int, wanted: int) -> int:
    """`wanted` clusters, or fewer where the data has less than four clips for each."""
    return max(2, min(wanted, clips // 4))
