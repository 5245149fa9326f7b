"""HuBERT: cluster the moments of all sounds, hide stretches, and name the cluster of each hidden moment.

Paper:   Hsu et al. 2021, arXiv 2106.07447, section II, equations 1 to 3, with α = 1
Differs: 1. Moments of two mel frames (40 ms), and one linear layer instead of seven convolutions on samples. 2. Three
         narrow Transformer layers. 3. Both iterations are done within one run: at a share of it the network is copied, the
         features of the copy's middle layer are clustered, and the same network goes on with new names instead of
         beginning anew. 4. As many clusters in the second iteration as in the first, instead of 500 after 100. 5. Cepstra
         are taken of the front end's mel bands, averaged over a moment; these, and the features, are brought to mean 0
         and standard deviation 1 over each clip's own moments, which takes the voice out of them. 6. The features
         clustered are those of the last views heard, instead of a tenth of the data, and what they say of the place in the
         view is taken out first, since positions here are absolute (docs/experiments.md). 7. Spans of 3 moments, 120 ms,
         begin at 20 % of a clip's own moments instead of 200 ms at 8 %: words here last half a second. 8. No dropout,
         AdamW and a cosine schedule.
         The original's convolutions, spans and the tenth of the data are those of the authors' code (fairseq); its numbers of
         clusters couldn't be checked against the paper's text.
Shapes:  B clips, F mel bands, V view frames, U = V / 2 moments, D encoder width, P target width, K clusters, R views kept.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
import torchaudio
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.data.dataset import Dataset
from training.data.mel_cache import clip_power
from training.encoders.transformers import FrameTransformer
from training.evenly import evenly_spaced
from training.methods.data2vec import normalised_over_time
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, in_use
from training.parts.kmeans import kmeans, nearest
from training.parts.masked_prediction import masked_prediction, names_in_use, shares_of_names
from training.parts.memory import Memory
from training.parts.slow_copy import slow_copy
from training.run.schema import Picture
from training.settings import setting
from training.spectrogram import log_mel
from training.views.masks import own_steps, span_mask
from training.views.plain import PLAIN

CEPSTRA = 13
"""Cepstral coefficients of a frame; with what they change by, and what that changes by, 39 numbers (section III-B)."""
CLUSTERED_CLIPS, KEPT_VIEWS = 1024, 512
"""Clips of the data of which cepstra are clustered, and views of which the second iteration clusters features."""


@dataclass(frozen=True)
class Settings:
    """Settings of HuBERT."""

    clusters: int = setting(100, "How many clusters moments are put in.", low=2, high=2000, scale="log")
    second_part: float = setting(
        0.4,
        "Share of the run after which what is named are clusters of its own features; 1 stays with those of cepstra.",
        low=0.01,
        high=1.0,
        unit="share",
    )
    span_part: float = setting(
        0.2, "Share of a clip's moments at which a hidden span begins.", low=0.01, high=1.0, unit="share"
    )
    span_moments: int = setting(3, "Moments of two frames (40 ms by default) that a span hides.", low=1, high=20)
    target_width: int = setting(
        64, "Numbers in which a moment and the names of clusters are compared.", low=4, high=1024, scale="log"
    )
    temperature: float = setting(0.1, "Divides the cosines.", low=0.01, high=1.0, scale="log")


class Units(Memory):
    """What names moments: cluster centres, of cepstra at first and then of the features of a network that was copied."""

    cosines: Tensor
    cepstral_centres: Tensor
    feature_centres: Tensor
    of_place: Tensor
    second: Tensor
    views: Tensor
    inside: Tensor
    at: Tensor

    def __init__(self, encoder: FrameTransformer, clusters: int, mels: int, frames: int) -> None:
        super().__init__()
        self.network = slow_copy(encoder)
        self.layer = (len(encoder.blocks) + 1) // 2
        """Which layer is clustered: the 6th of 12, as in the paper, and the 2nd of 3."""
        self.in_second = False
        """What the buffer `second` says, known without asking the device."""
        moments = frames // encoder.stride
        self.register_buffer("cosines", torchaudio.functional.create_dct(CEPSTRA, mels, "ortho"))  # (F, 13)
        self.register_buffer("cepstral_centres", torch.randn(clusters, 3 * CEPSTRA))
        self.register_buffer("feature_centres", torch.zeros(clusters, encoder.width))
        self.register_buffer("of_place", torch.zeros(moments, encoder.width))
        self.register_buffer("second", torch.zeros((), dtype=torch.bool))
        self.register_buffer("views", torch.zeros(KEPT_VIEWS, mels, frames))
        self.register_buffer("inside", torch.zeros(KEPT_VIEWS, moments, dtype=torch.bool))
        self.register_buffer("at", torch.zeros((), dtype=torch.int64))
        self.register_load_state_dict_post_hook(lambda units, _: setattr(units, "in_second", bool(units.second)))

    def forward(self, x: Tensor, inside: Tensor) -> Tensor:
        """The cluster (B, U) int64 of every moment of standardised x (B, F, V); inside (B, U)."""
        found = self.features(x, inside) if self.in_second else self.cepstra(x, inside)
        centres = self.feature_centres if self.in_second else self.cepstral_centres
        return nearest(found.flatten(0, 1), centres[None])[0][0].view(inside.shape)

    def cepstra(self, x: Tensor, inside: Tensor) -> Tensor:
        """13 coefficients, their change and its change, averaged over a moment and normalised as features are: (B, U, 39)."""
        coefficients = (x.transpose(1, 2) @ self.cosines).transpose(1, 2)  # (B, 13, V)
        deltas = torchaudio.functional.compute_deltas
        change = deltas(coefficients)
        whole = torch.cat([coefficients, change, deltas(change)], dim=1)
        return normalised_over_time(functional.avg_pool1d(whole, self.network.stride).transpose(1, 2), inside)

    def features(self, x: Tensor, inside: Tensor) -> Tensor:
        """The middle layer of the copied network, without what it says of the place, normalised over a clip's own moments.

        (B, F, V), (B, U) → (B, U, D).
        """
        return normalised_over_time(self.middle(x) - self.of_place, inside)

    def middle(self, x: Tensor) -> Tensor:
        """The middle layer of the copied network: (B, F, V) → (B, U, D)."""
        return self.network.layers(self.network.embedded(self.network.patches(x)))[self.layer - 1]

    def keep(self, x: Tensor, inside: Tensor) -> None:
        """Replace the oldest of the views kept by these."""
        x, inside = x[-KEPT_VIEWS:], inside[-KEPT_VIEWS:]
        slots = (self.at + torch.arange(len(x), device=x.device)) % KEPT_VIEWS
        self.views[slots], self.inside[slots] = x, inside
        self.at.copy_((self.at + len(x)) % KEPT_VIEWS)

    def begin_second(self, network: FrameTransformer) -> None:
        """From now on moments are named by clusters of what `network` makes of the views kept."""
        self.network.load_state_dict(network.state_dict())
        counted = self.inside[:, :, None].float()
        self.of_place.copy_((self.middle(self.views) * counted).sum(0) / counted.sum(0).clamp(min=1))
        points = self.features(self.views, self.inside)[self.inside]
        self.feature_centres.copy_(clustered(points, len(self.feature_centres)))
        self.second.fill_(True)
        self.in_second = True


class HuBERT(Method):
    """A Transformer hears a view with holes, and names the cluster of each hidden moment."""

    Config = Settings
    judges_clips = True
    encoders = ("frame_transformer",)
    encoder: FrameTransformer
    unaveraged = ("names",)
    card = Card(
        title="HuBERT",
        family="predictive coding",
        year=2021,
        paper="Hsu et al., HuBERT: Self-Supervised Speech Representation Learning by Masked Prediction of Hidden Units, "
        "arXiv 2106.07447",
        summary="Moments of all sounds are put into a hundred clusters by a classical description, their cepstra. Stretches "
        "of a sound are then hidden, and the model names the clusters of what was there. The clusters need not be good "
        "ones, only the same for the same sound. After a while the model's own features describe moments better than "
        "cepstra do: these are clustered in turn, and the model goes on with the new names.",
        formula=r"\mathcal{L} = -\frac{1}{|M|} \sum_{t \in M} \log \frac{\exp(\cos(A\,o_t, e_{z_t}) / \tau)}"
        r"{\sum_{c=1}^{K} \exp(\cos(A\,o_t, e_c) / \tau)}",
        symbols={
            "o_t": "the encoder's output at hidden moment t",
            "A": "a learned matrix",
            "z_t": "the true cluster of that moment",
            "e_c": "the learned vector that stands for cluster c, of K clusters",
            "M": "the hidden moments, and |M| how many they are",
            r"\tau": "the temperature: it divides the cosines, so that a lower one makes the answer surer",
        },
        negatives=False,
        prevents_collapse="The clusters are found beforehand, and stay what they are while they are named.",
        breaks="If the second iteration begins before anything was learned, clusters of random features are named, which "
        "tell less than cepstra. With few clusters the names say little, with very many each is rare. Watch the clusters in use.",
        flow=Flow(
            (
                ("clip", "view", "masked", "encoder", "projector"),
                ("clip", "view", "frames", "k-means", "stop-gradient"),
            ),
            loss="which cluster was hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "To name what is hidden is to know how sounds go on; what the voice keeps is normalised away.",
        ),
    )
    pictures = (
        Picture(
            "cluster_use",
            "Use of the clusters",
            "How often each cluster is what was hidden, and how often the model says so.",
            "bars",
            rows="clusters",
            series=("hidden", "guessed"),
            low=0.0,
        ),
    )
    parts = (
        accuracy("How often the cluster of a hidden moment is named; it falls where the second iteration begins."),
        in_use("clusters", "the moments of a batch really fall into"),
    )
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 2e-3, "batch_size": 64, "warmup_steps": 100, "views": {**PLAIN, "crop_seconds": 0.48},
    }  # fmt: skip

    def __init__(self, encoder: FrameTransformer, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.missing = nn.Parameter(torch.randn(encoder.width) * 0.02)
        self.project = nn.Linear(encoder.width, config.target_width)
        self.names = nn.Linear(config.target_width, config.clusters, bias=False)
        self.units = Units(encoder, config.clusters, task.augment.front_end.mels, task.augment.view_frames)
        self._heard: tuple[Tensor, Tensor] | None = None

    @torch.no_grad()
    def prepare(self, dataset: Dataset) -> None:
        """The cepstra of some of the clips are clustered, always alike."""
        some = evenly_spaced(len(dataset), CLUSTERED_CLIPS)
        device = self.units.cepstral_centres.device
        power, lengths = clip_power([dataset.waveform(int(c)) for c in some], self.augment.front_end, device)
        frames = torch.arange(power.shape[2] // self.encoder.stride * self.encoder.stride, device=device)
        inside = own_steps(frames < lengths[:, None], self.encoder.stride)
        x = self.encoder.standardised(log_mel(power[:, :, : len(frames)]), None)
        self.units.cepstral_centres.copy_(clustered(self.units.cepstra(x, inside)[inside], self.config.clusters))

    @torch.no_grad()
    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V); of its moments (B, U) the cluster, which are hidden, and which are the clip's own."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        x, inside = self.encoder.standardised(raw, None), own_steps(shown, self.encoder.stride)
        uniforms = torch.rand(inside.shape, device=x.device, generator=generator)
        hidden = span_mask(uniforms, inside, self.config.span_part, self.config.span_moments)
        return {"x": x, "unit": self.units(x, inside), "hidden": hidden, "inside": inside}

    def scores(self, x: Tensor, hidden: Tensor) -> Tensor:
        """cos(A o, e) / τ of every moment with every cluster's name, from the moments that aren't hidden: (B, U, K)."""
        context = self.encoder.context(self.encoder.with_holes(x, hidden, self.missing))
        moments = functional.normalize(self.project(context).float(), dim=2)
        with torch.autocast(x.device.type, enabled=False):  # cosines that are divided by a small temperature
            return moments @ functional.normalize(self.names.weight, dim=1).T / self.config.temperature

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean negative log-likelihood of the clusters of the hidden moments."""
        unit, hidden, inside = views["unit"], views["hidden"], views["inside"]
        self._heard = views["x"], inside
        found = masked_prediction(self.scores(views["x"], hidden), unit, hidden)
        return {**found, "clusters_used": names_in_use(unit, self.config.clusters, inside)}

    @torch.no_grad()
    def after_step(self, progress: float) -> None:
        """The views just heard are kept; once, the second iteration begins."""
        if self._heard is not None:
            self.units.keep(*self._heard)
        if self.config.second_part <= progress < 1 and not self.units.in_second:
            self.units.begin_second(self.encoder)
            names = torch.randn(self.names.weight.shape, generator=Generator().manual_seed(0))
            self.names.weight.copy_(names)

    def chance(self) -> Chance:
        """All clusters equally likely: ln K."""
        return Chance(
            math.log(self.config.clusters), f"ln {self.config.clusters}: all clusters are found equally likely"
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Shares of the clusters among the hidden moments, true and guessed."""
        scores = self.scores(views["x"], views["hidden"])
        return {"cluster_use": shares_of_names(scores, views["unit"], views["hidden"])}


def clustered(points: Tensor, clusters: int) -> Tensor:
    """Centres (K, …) of points (n, …) by k-means, begun alike each time; of fewer points than clusters, some are the same."""
    repeated = points.repeat(-(-clusters // len(points)), 1)
    return kmeans(repeated.float(), clusters, Generator().manual_seed(0))[0][0]
