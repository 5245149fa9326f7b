"""What methods have in common that compare two changed copies of every clip.

Shapes:  B clips, F mel bands, V view frames (or samples: views are (B, V) then), D encoder width, P projection width.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Method, Task
from training.parts.contrast import off_diagonal
from training.parts.heads import projector
from training.parts.kmeans import sizes_of
from training.run.schema import Picture
from training.settings import setting

SHOWN = 32
"""Clips of the batch that a picture shows."""


@dataclass(frozen=True)
class ProjectionSettings:
    """Settings of the projector, the small network between the encoder and the loss."""

    projection_width: int = setting(128, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    hidden_width: int = setting(256, "Width inside the projector.", low=16, high=4096, scale="log")


SIMILARITY = Picture(
    "similarity",
    "Similarity of the views",
    "Each row is a clip's first view, each column a clip's second view: bright on the diagonal means that the two views of "
    "a clip found each other.",
    "matrix",
    rows="clips",
    columns="clips",
    low=-1.0,
    high=1.0,
    shows="diagonal",
)
"""For methods that compare first views with second views."""

DISTANCES = Picture(
    "distances",
    "Distances of the views",
    "How many pairs of views lie how far apart: those of one clip should move to the left, those of different clips to the "
    "right.",
    "bars",
    rows="distances from 0 to 2",
    series=("same clip", "different clips"),
    low=0.0,
)
"""For methods that compare distances of normalised projections; drawn by `distance_shares`."""


class TwoViews(Method):
    """Two random views of every clip, and a projector `project` behind the encoder: SimCLR's, or one that is given."""

    encoders: ClassVar[tuple[str, ...]] = ("conv2d", "resnet", "patch_transformer", "conv_gru", "conv1d")
    one_view = False
    pictures: ClassVar[tuple[Picture, ...]] = (SIMILARITY,)
    project: nn.Module

    def __init__(self, encoder: Encoder, config: Any, task: Task, project: nn.Module | None = None) -> None:
        super().__init__(encoder, config, task)
        self.project = project or projector(encoder.width, config.hidden_width, config.projection_width)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two random views of each clip, (B, F, V) each."""
        first, second = self.augment.pair(batch.audio, batch.lengths, generator)
        return {"first": first, "second": second}

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def projected(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """z (B, P) of the first views and of the second ones, in one pass and in float32, before normalisation."""
        z1, z2 = self.project(self.encoder(torch.cat([views["first"], views["second"]]))).float().chunk(2)
        return z1, z2

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each first view with each second view."""
        z1, z2 = (self.project(self.encoder(views[name][:SHOWN])) for name in ("first", "second"))
        return {"similarity": cosines(z1, z2)}


def cosines(a: Tensor, b: Tensor) -> Tensor:
    """Cosine of each of the first SHOWN rows of a (B, P) with each of those of b: (SHOWN, SHOWN)."""
    return functional.normalize(a[:SHOWN].float(), dim=1) @ functional.normalize(b[:SHOWN].float(), dim=1).T


def distance_shares(d: Tensor) -> Tensor:
    """What part of the distances d (B, B) of first views from second ones lies in each of SHOWN steps from 0 to 2.

    (2, SHOWN): of the diagonal (same clip), then of all others.
    """
    step = (d / 2 * SHOWN).long().clamp(0, SHOWN - 1)
    counts = torch.stack([sizes_of(chosen, SHOWN) for chosen in (step.diagonal(), off_diagonal(step).flatten())])
    return counts / counts.sum(1, keepdim=True)
