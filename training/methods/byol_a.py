"""BYOL-A: BYOL for sound. Both views are made of the very same segment: mixed with past sounds, stretched and faded.

Paper:   Niizumi et al. 2021, arXiv 2103.06695, section III; the fader is of the second version, 2022, arXiv 2204.07402
Differs: 1. AdamW and a cosine schedule that peaks at 1e-3 instead of Adam at 3e-4; batches of 64 instead of 256. 2. Projector and
         predictor are 1024 → 256 by default instead of 4096 → 256; segments are of .48 s instead of .95. 3. A small
         encoder instead of 64 channels and 2048 features. 4. Clips are levelled and 50 dB deep before the log. 5. A clip
         shorter than a segment lies anywhere in it, not in its middle. 6. At the edge of a resized crop the interpolation
         sees what lies beyond the edge. 7. Past segments are kept in half precision. 8. Both views go through the networks in
         one pass, so that BatchNorm's statistics are of both; BYOL's views go one after the other.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width, K past segments.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.byol import distance
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.symbols import STOP_GRADIENT
from training.methods.two_views import SHOWN, SIMILARITY, ProjectionSettings, TwoViews, cosines
from training.parts.heads import projector
from training.parts.memory import Memory
from training.parts.slow_copy import follow, slow_copy
from training.parts.stop_gradient import StopGradient
from training.run.schema import Picture
from training.settings import setting
from training.views.plain import PLAIN
from training.views.resize_crop import crop_of, resized_crop

SHOWN_VIEWS = 8
"""Clips whose views are drawn."""


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of BYOL-A."""

    projection_width: int = setting(256, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    hidden_width: int = setting(1024, "Width inside the projector and the predictor.", low=16, high=4096, scale="log")
    momentum: float = setting(0.99, "Over how many steps the target averages.", low=0.0, high=0.9999, unit="memory")
    mixup_alpha: float = setting(
        0.4, "Largest share of a past segment that is mixed in.", low=0.0, high=0.9, unit="share"
    )
    past_segments: int = setting(2048, "How many past segments are kept for mixing.", low=1, high=8192, scale="log")
    smallest_crop: float = setting(
        0.6, "Smallest side of the crop, as a share of the segment's side.", low=0.1, high=1.5, unit="share"
    )
    largest_crop: float = setting(
        1.5, "Largest side of the crop, as a share of the segment's side.", low=0.1, high=1.5, unit="share"
    )
    fader: float = setting(
        1.0,
        "How far the level may rise or fall along a view, in standard deviations of the data's log-mel.",
        low=0.0,
        high=3.0,
    )


class BYOLA(TwoViews):
    """BYOL on two augmented copies of one segment, with statistics of the data before and of the batch after."""

    Config = Settings
    encoders = ("conv2d", "resnet", "patch_transformer")
    card = Card(
        title="BYOL-A",
        family="Siamese, no negatives",
        year=2021,
        paper="Niizumi et al., BYOL for Audio: Self-Supervised Learning for General-Purpose Audio Representation, "
        "arXiv 2103.06695",
        summary="BYOL, made for sound. From one and the same half second of a recording two copies are made: in each, another "
        "sound heard before plays softly in the background, pitch and tempo are shifted, and the level fades up or down. "
        "The online network learns to predict from the one copy what its slow twin says of the other.",
        formula=r"\mathcal{L} = 2 - 2\cos\!\big(q(z_1), \mathrm{sg}(z'_2)\big) + 2 - 2\cos\!\big(q(z_2), \mathrm{sg}(z'_1)\big), "
        r"\quad \tilde{x} = \log\!\big((1 - \lambda)\, e^{x} + \lambda\, e^{x_k}\big),\; \lambda \sim U(0, \alpha)",
        symbols={
            "z_1, z_2": "the online network's projections of the two views",
            "z'_1, z'_2": "the target's",
            "q": "the predictor",
            **STOP_GRADIENT,
            "x": "a log-mel spectrogram",
            "x_k": "that of a past sound",
            r"\tilde{x}": "their mixture",
            r"\lambda": "how much of it is the past sound",
            r"\sim U(0, \alpha)": "drawn at random, any share up to α as likely as any other",
        },
        negatives=False,
        prevents_collapse="As in BYOL: the predictor on one side only, the stopped gradient, and the target's slowness.",
        breaks="With wrong statistics of the data the background drowns the sound or can't be heard. Since both views share "
        "their segment, channel and speaker are not varied much, and stay in the embedding.",
        flow=Flow(
            (
                ("segment", "view", "encoder", "projector", "predictor"),
                ("segment", "view", "slow encoder", "slow projector", "stop-gradient"),
            ),
            loss="cosine distance",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "Its spectrograms are finer than the other methods', so that it sees a third of the clips in the same time; in its "
            "first minute it loses, and needs some five to come out ahead.",
            seconds=300,
        ),
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Predictions against targets",
            meaning="Each row is what the online network predicts of a clip, each column what the target says of one: the "
            "diagonal shows whether the prediction fits its own clip better than the others.",
        ),
        Picture(
            "view",
            "What the online network hears",
            "First views of some clips: mixed with a past sound, cut out and resized, faded, at the batch's own statistics.",
            "spectrograms",
            rows="clips",
        ),
    )
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64, "learning_rate": 1e-3, "warmup_steps": 100,
        "front_end": {"mels": 64, "hop_seconds": 0.01, "analysis_seconds": 0.064},
        "views": {**PLAIN, "crop_seconds": 0.48},
    }  # fmt: skip
    """16 kHz, 64 bands from 60 to 7800 Hz, transforms of 1024 samples every 160, 48 frames of them."""

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.predict = projector(config.projection_width, config.hidden_width, config.projection_width)
        self.slow_encoder, self.slow_project = slow_copy(self.encoder), slow_copy(self.project)
        self.stop_gradient = StopGradient()
        self.past = Past(config.past_segments, task.augment.front_end.mels, task.augment.view_frames)
        self.latest: Tensor | None = None
        """The segments of this step, (B, F, V), on their way into the past."""

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A segment of each clip, and two changed copies of it: (B, F, V) each."""
        segment = self.standardised(self.augment.one(batch.audio, batch.lengths, generator))
        both = torch.cat([self.changed(segment, generator), self.changed(segment, generator)])
        first, second = ((both - both.mean()) / both.std()).chunk(2)  # post-norm, over both views
        return {"first": first, "second": second, "segment": segment}

    def standardised(self, x: Tensor) -> Tensor:
        """Pre-norm: log-mel at mean 0 and standard deviation 1 over the data."""
        return self.encoder.standard(x)

    def changed(self, x: Tensor, generator: Generator) -> Tensor:
        """Log-mixup-exp with the past, random resize crop, random linear fader: (B, F, V) → (B, F, V)."""
        _, bands, frames = x.shape
        uniform = torch.rand(8, len(x), device=x.device, generator=generator)
        past, there = self.past.drawn(uniform[0])
        x = mixed(x, past, self.config.mixup_alpha * uniform[1] * there)
        smallest, largest = self.config.smallest_crop, self.config.largest_crop
        height, width = smallest + (largest - smallest) * uniform[2:4]
        # The paper's rectangles are of whole bands and frames.
        x = resized_crop(x, *(v.floor() for v in crop_of(bands, frames, height, width, uniform[4], uniform[5])))
        return faded(x, *(self.config.fader * (2 * uniform[6:8] - 1)))

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """BYOL's equation 2, both ways."""
        both = torch.cat([views["first"], views["second"]])
        p1, p2 = self.predict(self.project(heard(self.encoder, both))).chunk(2)  # (B, P)
        z1, z2 = self.stop_gradient(self.slow_project(heard(self.slow_encoder, both))).chunk(2)
        self.latest = views["segment"]
        return {"loss": distance(p1, z2) + distance(p2, z1)}

    def after_projection(self, z: Tensor) -> Tensor:
        """q (B, P)."""
        predicted: Tensor = self.predict(z)
        return predicted

    def after_step(self, progress: float) -> None:
        """The target follows at one pace, and the step's segments become past ones."""
        follow(self.slow_encoder, self.encoder, self.config.momentum)
        follow(self.slow_project, self.project, self.config.momentum)
        if self.latest is not None:
            self.past.push(self.latest)
            self.latest = None

    def embed(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """h (B, D) of whole clips, with the statistics of the data."""
        return heard(self.encoder, self.standardised(x), lengths)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D) of whole clips, with the statistics of the data."""
        return self.encoder.frames(self.standardised(x), lengths)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each online prediction with each target projection, and some views."""
        p1 = self.predict(self.project(heard(self.encoder, views["first"][:SHOWN])))
        z2 = self.slow_project(heard(self.slow_encoder, views["second"][:SHOWN]))
        return {"similarity": cosines(p1, z2), "view": views["first"][:SHOWN_VIEWS]}


def heard(encoder: Encoder, x: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Standardised (B, F, V) → (B, D), maximum plus mean over time, past the encoder's own normalisation."""
    return encoder.pooled(encoder.frames(x, lengths), lengths)


def mixed(x: Tensor, other: Tensor, amounts: Tensor) -> Tensor:
    """Log-mixup-exp: log((1 − λ) e^x + λ e^other), amounts λ (B,)."""
    amounts = amounts[:, None, None]
    return torch.logaddexp(x + (1 - amounts).log(), other + amounts.log())


def faded(x: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Random linear fader: what is added runs straight from `start` (B,) to `end` (B,) over the frames."""
    along = torch.linspace(0, 1, x.shape[2], device=x.device)
    return x + torch.lerp(start[:, None], end[:, None], along)[:, None]


class Past(Memory):
    """The latest K segments, first in, first out; empty at first."""

    segments: Tensor
    count: Tensor

    def __init__(self, length: int, bands: int, frames: int) -> None:
        super().__init__()
        self.register_buffer("segments", torch.zeros(length, bands, frames, dtype=torch.float16))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def drawn(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        """Segments (B, F, V) drawn by `uniform` (B,) from 0 to 1, and 1 where there are any, else 0."""
        filled = self.count.clamp(max=len(self.segments))
        return self.segments[(uniform * filled).long()].float(), filled.clamp(max=1)

    @torch.no_grad()
    def push(self, segments: Tensor) -> None:
        """Segments (B, F, V) in the place of the oldest ones; of more than K, the last ones stay."""
        length = len(self.segments)
        segments = segments[-length:]
        slots = (self.count + torch.arange(len(segments), device=segments.device)) % length
        self.segments[slots] = segments.half()
        self.count += len(segments)
