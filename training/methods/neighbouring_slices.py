"""What methods have in common that know a slice of a sound by the slices around it, or those around it by the slice.

word2vec's two tasks (Mikolov et al. 2013, arXiv 1301.3781): skip-gram hears the middle slice and says its neighbours,
the continuous bag of words (CBoW) hears the neighbours and says the middle one. Methods differ in how codes become slices.

A view is as long as the slices and the gaps between them, whatever length the views say. A longer clip shows any stretch
of that length; a shorter one lies anywhere in it, so that some slices hold silence in part or altogether: it can be heard
as context, and is never counted where it should be rebuilt.

Shapes:  B clips, F mel bands, P neighbours a side, N = 2P + 1 slices, n of them heard and m predicted, W frames of a slice,
         D encoder width, C numbers of a code.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Chance, Method, Task
from training.parts.decoders import squared_error
from training.parts.encode_independently import encode_independently
from training.run.schema import Picture
from training.settings import setting
from training.views.plain import UNMIXED, WHOLE_FRAMES
from training.views.slices import sliced, span

SHOWN = 8
"""Clips whose slices are shown."""


@dataclass(frozen=True)
class SliceSettings:
    """How a view is cut into slices."""

    slice_seconds: float = setting(
        0.16,
        "Length of a slice; slices and gaps make up a view, whatever length the views say.",
        low=0.04,
        high=1.0,
        unit="s",
    )
    gap_seconds: float = setting(
        0.04, "Time left out between two slices: without a gap they share samples.", low=0.0, high=0.5, unit="s"
    )
    neighbours: int = setting(1, "Slices before and after the middle one.", low=1, high=4)
    code_width: int = setting(128, "Numbers that the encoder gives for a slice.", low=4, high=1024, scale="log")
    decoder_width: int = setting(512, "Width inside the decoder.", low=16, high=4096, scale="log")


class NeighbouringSlices(Method):
    """Slices of every clip in a row, each encoded for itself; of those that aren't heard, what they hold is predicted."""

    judges_clips = True
    hears_middle: ClassVar[bool]
    """Whether the middle slice says its neighbours, or these say it."""
    encoders: ClassVar[tuple[str, ...]] = ("conv_gru", "bi_gru", "conv2d", "resnet")
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64,
        "views": {**UNMIXED, **WHOLE_FRAMES},
    }

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        hop_seconds, stride = task.augment.front_end.hop_seconds, encoder.stride
        self.slice_frames = max(1, round(config.slice_seconds / hop_seconds / stride)) * stride
        self.gap_frames = round(config.gap_seconds / hop_seconds)
        self.middle = config.neighbours
        self.slices = 2 * config.neighbours + 1
        self.mels = task.augment.front_end.mels
        self.augment = replace(task.augment, own_frames=span(self.slices, self.slice_frames, self.gap_frames))
        self.squeeze = nn.Linear(encoder.width, config.code_width)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Slices (B, N, F, W), and which of their frames (B, N, W) show the clip."""
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        return {
            "slices": sliced(x, self.slice_frames, self.gap_frames),
            "inside": sliced(inside, self.slice_frames, self.gap_frames),
        }

    @abstractmethod
    def predicted(self, codes: Tensor) -> Tensor:
        """What the slices that weren't heard hold, standardised, by the codes of those that were: (B, n, C) → (B, m, F, W)."""

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean squared difference over the clips' own frames of the slices that weren't heard."""
        slices, (_, inside) = views["slices"], self.parted(views["inside"])
        return squared_error(self.rebuilt(slices), self.encoder.standard(self.parted(slices)[1]), inside)

    def rebuilt(self, slices: Tensor) -> Tensor:
        """The slices (B, m, F, W) that aren't heard, standardised, from those of all N that are."""
        return self.predicted(self.codes(self.parted(slices)[0]))

    def codes(self, slices: Tensor) -> Tensor:
        """(B, n, F, W) → (B, n, C), each slice heard alone."""
        code: Tensor = self.squeeze(encode_independently(self.encoder, slices))
        return code

    def parted(self, slices: Tensor) -> tuple[Tensor, Tensor]:
        """Of N slices on the second axis those that are heard, n, and those that are predicted, m."""
        middle = slices[:, self.middle : self.middle + 1]
        around = torch.cat([slices[:, : self.middle], slices[:, self.middle + 1 :]], dim=1)
        return (middle, around) if self.hears_middle else (around, middle)

    def joined(self, heard: Tensor, predicted: Tensor) -> Tensor:
        """`parted`, undone."""
        middle, around = (heard, predicted) if self.hears_middle else (predicted, heard)
        return torch.cat([around[:, : self.middle], middle, around[:, self.middle :]], dim=1)

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def chance(self) -> Chance:
        """The variance of the standardised data."""
        return Chance(1.0, "1: every frame is rebuilt as the mean of all data")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' slices, and the same with those that weren't heard as they were predicted."""
        slices = views["slices"][:SHOWN]
        original = self.encoder.standard(slices)
        filled = self.joined(self.parted(original)[0], self.rebuilt(slices))
        return {"original": self.in_a_row(original), "rebuilt": self.in_a_row(filled)}

    def in_a_row(self, slices: Tensor) -> Tensor:
        """(B, N, F, W) → (B, F, N · (W + gap)) as one picture, the gaps at the mean."""
        return functional.pad(slices, (0, self.gap_frames)).transpose(1, 2).flatten(2)


def slice_pictures(rebuilt: str) -> tuple[Picture, ...]:
    """The slices as they were, and with those in their place that the model made; `rebuilt` says which."""
    return (
        Picture(
            "original", "Slices", "Slices of a clip with gaps between them.", "spectrograms", rows="clips",
            low=-2.0, high=2.0,
        ),
        Picture("rebuilt", "Rebuilt slices", rebuilt, "spectrograms", rows="clips", low=-2.0, high=2.0),
    )  # fmt: skip
