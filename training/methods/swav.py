"""SwAV: two views of a clip must fall into the same cluster, while all clusters are kept equally full.

Paper:   Caron et al. 2020, arXiv 2006.09882, section 3, equations 1 to 5, with multi-crop
Differs: 1. Hundreds of prototypes instead of 3000, and ε .02 instead of .05, with which it rests at ln K on made
         sounds. 2. The projector ends in 16 numbers instead of 128, and in BatchNorm: with many more prototypes than
         numbers no direction is equally far from all prototypes, which makes it harder for the loss to rest at ln K.
         3. Prototypes are normalised where they are used, and are long otherwise, so that AdamW's steps turn them
         slowly. 4. AdamW instead of LARS. 5. Four small crops instead of six. 6. Sinkhorn runs on logarithms: the
         same numbers, and no overflow. 7. One queue, of both large crops, instead of one for each. 8. Prototypes are
         frozen for 20 steps instead of one epoch. 9. No queue by default: hundreds of prototypes are filled by a
         batch; where there is one, it counts as soon as nothing in it is random any more, not after 15 epochs.
Shapes:  B clips, L = 2 large and S small crops, K prototypes, F mel bands, V view frames, D encoder width, P projection
         width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, in_use, part
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews
from training.parts.contrast import products
from training.parts.heads import projector
from training.parts.memory import Queue
from training.parts.quantiser import perplexity
from training.run.schema import Picture
from training.settings import setting

LARGE = 2
"""Large crops of each clip: the two whose clusters are told."""


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of SwAV."""

    projection_width: int = setting(
        16, "Numbers that are compared with the prototypes; fewer than prototypes.", low=8, high=1024, scale="log"
    )
    prototypes: int = setting(256, "Clusters that views can fall into.", low=2, high=2048, scale="log")
    temperature: float = setting(
        0.1, "Lower makes the prediction of a cluster more decided.", low=0.005, high=10.0, scale="log"
    )
    epsilon: float = setting(
        0.02, "Lower makes the assignments to clusters more decided; too high, and every view is assigned to all of them.",
        low=0.005, high=1.0, scale="log",
    )  # fmt: skip
    sinkhorn_rounds: int = setting(3, "Rounds in which the clusters are made equally full.", low=1, high=100)
    small_crops: int = setting(
        4, "Short views of each clip, which must guess the clusters of the long ones.", low=1, high=10
    )
    small_crop_seconds: float = setting(0.32, "Length of a short view.", low=0.16, high=5.0, unit="s")
    frozen_steps: int = setting(20, "Steps at the start in which the prototypes stand still.", low=0, high=100_000)
    queue_length: int = setting(
        0, "Earlier views that help to fill the clusters equally; needed where a batch is much smaller than the prototypes.",
        low=0, high=65_536,
    )  # fmt: skip


class SwAV(Method):
    """Each crop predicts to which prototypes the large crops were assigned, under equal shares for all prototypes."""

    Config = Settings
    one_view = False
    encoders = TwoViews.encoders
    card = Card(
        title="SwAV",
        family="clustering",
        year=2020,
        paper="Caron et al., Unsupervised Learning of Visual Features by Contrasting Cluster Assignments, arXiv 2006.09882",
        summary="A few hundred prototypes stand for kinds of sound. Each long view of a clip is assigned to prototypes, so "
        "that over the batch all of them get the same share; then every other view of the clip, the short ones too, has "
        "to guess that assignment. Views of a clip come to mean the same kind, and no kind can swallow all.",
        formula=r"\mathcal{L} = -\frac{1}{L (L + S - 1)} \sum_{i=1}^{L} \sum_{v \neq i} \sum_{k} q^{(k)}_i "
        r"\log \frac{\exp(z_v \cdot c_k / \tau)}{\sum_{k'} \exp(z_v \cdot c_{k'} / \tau)}, \qquad "
        r"Q = \arg\max_{Q \in \mathcal{Q}} \mathrm{Tr}(Q^\top C^\top Z) + \varepsilon H(Q)",
        symbols={
            "z_v": "the projection of view v, of length 1",
            "c_k": "prototype k, of length 1",
            "q^{(k)}_i": "how much of long view i is assigned to prototype k",
            "L, S": "how many long and short views there are of a clip",
            "Z, C, Q": "all projections, prototypes and assignments of a batch as matrices",
            r"\mathrm{Tr}": "the trace: here the sum of how well views fit what they are assigned to",
            r"\mathcal{Q}": "the assignments that give each prototype the same share",
            "H": "the entropy of an assignment",
            r"\varepsilon": "how soft assignments are",
            r"\tau": "the temperature: lower makes the guess surer",
        },
        negatives=False,
        prevents_collapse="The equal shares: no prototype may take more than its part of a batch.",
        breaks="With a high ε every view belongs to every prototype alike, and the loss stays at ln K. With far more "
        "prototypes than clips in the batch the equal shares are arbitrary.",
        flow=Flow(
            (
                ("clip", "large crop", "encoder", "projector", "prototypes", "equal shares", "stop-gradient"),
                ("clip", "small crop", "encoder", "projector", "prototypes"),
            ),
            loss="the same prototypes",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "assignments",
            "Assignments",
            "Each row is a clip, each column a prototype: how much of the clip's first view belongs to it.",
            "matrix",
            rows="clips",
            columns="prototypes",
            low=0.0,
        ),
        Picture(
            "sizes",
            "How full the prototypes are",
            "The share of all views that each prototype gets: by equal shares, which are told, and by the prediction, "
            "which should become as level.",
            "bars",
            rows="ways to assign",
            columns="prototypes",
            series=("equal shares", "predicted"),
            low=0.0,
        ),
    )

    steps: Tensor
    parts = (
        part(
            "code_entropy",
            "Entropy of the codes",
            "How undecided a view's assignment to the prototypes is: 0 is one prototype alone.",
            "nats",
            chart="",
        ),
        in_use("prototypes", "the views of a batch really share out among them"),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.project = nn.Sequential(
            *projector(encoder.width, config.hidden_width, config.projection_width),
            nn.BatchNorm1d(config.projection_width, affine=False),
        )
        self.prototypes = nn.Parameter(torch.randn(config.prototypes, config.projection_width))
        self.queue = Queue(config.queue_length, config.projection_width) if config.queue_length else None
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self._large: Tensor | None = None

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Large crops (L, B, F, V) and small crops (S, B, F, v)."""
        large, small = self.augment.crops(
            batch.audio, batch.lengths, generator,
            large=LARGE, small=self.config.small_crops, small_seconds=self.config.small_crop_seconds,
        )  # fmt: skip
        return {"large": large, "small": small}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 1 over all pairs of a large crop and another crop: the codes of one are predicted by the other."""
        large, small = views["large"], views["small"]
        h = torch.cat([self.encoder(large.flatten(0, 1)), self.encoder(small.flatten(0, 1))])
        z = functional.normalize(self.project(h).float(), dim=1).unflatten(0, (len(large) + len(small), -1))
        scores = products(z, self.directions())  # (L + S, B, K)
        codes = self.codes(scores[:LARGE].detach())  # (L, B, K)
        self._large = z[:LARGE].detach().flatten(0, 1)
        predicted = (scores / self.config.temperature).log_softmax(2)
        with torch.autocast(codes.device.type, enabled=False):  # which would round the sum to eight bits
            agreement = torch.einsum("ibk,vbk->iv", codes, predicted) / codes.shape[1]  # (L, L + S)
        own = torch.eye(*agreement.shape, dtype=torch.bool, device=agreement.device)
        told = codes.clamp(min=1e-12)
        return {
            "loss": -agreement.masked_fill(own, 0).sum() / (agreement.numel() - LARGE),
            "code_entropy": -(told * told.log()).sum(2).mean(),
            "prototypes_used": perplexity(predicted.detach().exp().mean((0, 1))[None])[0],
        }

    def directions(self) -> Tensor:
        """The prototypes (K, P) at length 1; nothing is learned of them at first."""
        unit = functional.normalize(self.prototypes.float(), dim=1)
        return torch.where(self.steps >= self.config.frozen_steps, unit, unit.detach())

    @torch.no_grad()
    def codes(self, scores: Tensor) -> Tensor:
        """Equal shares of each large crop's scores (L, B, K), in the company of the queue once it is full."""
        batch = scores.shape[1]
        counted = torch.ones(batch, dtype=torch.bool, device=scores.device)
        if self.queue is not None:
            earlier = products(self.queue.entries, self.directions())  # (queue, K)
            scores = torch.cat([earlier.expand(len(scores), -1, -1), scores], dim=1)
            counted = torch.cat([(self.queue.age >= 0).all().expand(len(earlier)), counted])
        shares = equal_shares(scores, self.config.epsilon, self.config.sinkhorn_rounds, counted)
        return shares[:, -batch:]

    def after_step(self, progress: float) -> None:
        """The queue takes in the large crops just heard."""
        self.steps += 1
        if self.queue is not None and self._large is not None:
            self.queue.push(self._large)

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """All prototypes equally likely: ln K."""
        k = len(self.prototypes)
        return Chance(math.log(k), f"ln {k}: every view belongs to every prototype alike")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The codes of the first clips, and each prototype's share of the whole batch."""
        z = functional.normalize(self.project(self.encoder(views["large"][0])).float(), dim=1)
        scores = z @ self.directions().T  # (B, K)
        codes = self.codes(scores[None])[0]
        predicted = (scores / self.config.temperature).softmax(1)
        return {"assignments": codes[:SHOWN], "sizes": torch.stack([codes.mean(0), predicted.mean(0)])}


def equal_shares(scores: Tensor, epsilon: float, rounds: int, counted: Tensor) -> Tensor:
    """Sinkhorn: scores (…, N, K) → assignments of the same shape; each view's sum to 1.

    The prototypes' shares of the N views are made equal, then the views' sums 1, `rounds` times over, beginning at
    exp(scores / ε); so with few rounds the shares are only nearly equal. Views that aren't `counted` (N,) get their
    assignments, but take no part of any prototype's share.
    """
    q = scores / epsilon
    for _ in range(rounds):
        q = q - q.masked_fill(~counted[:, None], -torch.inf).logsumexp(-2, keepdim=True)
        q = q - q.logsumexp(-1, keepdim=True)
    return q.exp()
