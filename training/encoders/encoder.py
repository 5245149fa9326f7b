"""What every encoder gives: frames of features over time, and one vector for the whole clip."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn

Domain = Literal["mel", "waveform"]


@dataclass(frozen=True)
class Size:
    """One size of an encoder."""

    parameters: int
    """Weights that are learned, at the default number of mel bands and rounded to three figures."""
    widths: Mapping[str, Any] = field(default_factory=dict)
    """What its constructor is given; S is what the constructor's defaults say."""


class Encoder(nn.Module, ABC):
    """Sound to features. `sequence` then `pooled`; calling it does both.

    Shapes: B clips, F mel bands, T input frames (or S samples), U output frames, D width.
    """

    domain: ClassVar[Domain]
    """Whether it hears log-mel frames (B, F, T) or samples (B, S)."""
    title: ClassVar[str]
    summary: ClassVar[str]
    """One sentence for the page."""
    sizes: ClassVar[Mapping[str, Size]]
    """One for each of ENCODER_SIZES (training/config.py): S learns in minutes on two CPU cores, each next one has some four times
    the parameters, and XL has about 20 million."""
    by_rows: ClassVar[tuple[str, ...]] = ("forward", "sequence", "frames")
    """Names of what it computes of each clip for itself (norm layers aside) and that costs: several devices share it out. All
    arguments and all that is given have one row a clip."""
    stride: int
    """Input frames (or samples) for each output frame."""
    width: int
    """D."""
    margin: int = 2
    """Output frames that the last one of a clip looks ahead, at most: so much silence is put behind a sound."""
    input_mean: Tensor
    input_std: Tensor

    def __init__(self, mels: int) -> None:
        """`mels` are the bands F of the input; encoders that hear samples have no use for it."""
        super().__init__()
        self.register_buffer("input_mean", torch.zeros(()))
        self.register_buffer("input_std", torch.ones(()))

    @classmethod
    def of_size(cls, mels: int, size: str, **more: Any) -> Self:
        """A new encoder of one of ENCODER_SIZES for `mels` bands; `more` is what a method's settings say of it."""
        return cls(mels, **cls.sizes[size].widths, **more)

    def set_input_statistics(self, mean: float, std: float) -> None:
        """Mean and standard deviation of the data set's log-mel values, kept with the weights."""
        self.input_mean.fill_(mean)
        self.input_std.fill_(max(std, 1e-3))

    @abstractmethod
    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Standardised (B, F, T) or (B, S) → (B, U, D).

        Encoders that look further than their margin leave out what lies past the `lengths` (B,), where they are given.
        """

    def standard(self, x: Tensor) -> Tensor:
        """Log-mel at mean 0 and standard deviation 1 over the data set, as targets are, so that losses can be compared."""
        return (x - self.input_mean) / self.input_std

    def standardised(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        """What it hears of raw input: the same, unless an encoder takes more away."""
        return self.standard(x)

    def sequence(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Features over time of raw input: (B, F, T) or (B, S) → (B, U, D), for methods that look at single frames."""
        return self.frames(self.standardised(x, lengths), lengths)

    def own_frames(self, lengths: Tensor, count: int) -> Tensor:
        """How many of `count` output frames (B,) are each clip's own, at least one; lengths in frames or samples."""
        return (lengths // self.stride).clamp(1, count)

    def pooled(self, frames: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D) → (B, D): maximum plus mean over time (BYOL-A's pooling).

        With lengths (B,), in frames or samples of the input, of each clip's own output frames alone, at least one.
        """
        if lengths is None:
            return frames.amax(1) + frames.mean(1)
        own = self.own_frames(lengths, frames.shape[1])
        inside = (torch.arange(frames.shape[1], device=frames.device) < own[:, None])[:, :, None]
        mean = (frames * inside).sum(1) / inside.sum(1)
        return frames.masked_fill(~inside, -torch.inf).amax(1) + mean

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) or (B, S), with lengths (B,) in frames or samples if some clips are shorter → (B, D)."""
        return self.pooled(self.sequence(x, lengths), lengths)
