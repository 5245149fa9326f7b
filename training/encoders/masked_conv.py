"""Convolutions that look at what surrounds a frame, but never at the frame: the encoder of NPC.

Paper:   Liu et al. 2021, arXiv 2011.00406, section 2.2 and figure 1
Differs: 1. Three blocks, of width 128 at size S, instead of four of 512, so that two CPU cores see hundreds of clips a second.
         2. By default kernels of 11 and a hidden middle of 3 instead of 15 and 5, since a frame is 20 ms instead of 10.
         3. The middle of a masked convolution is left out instead of multiplied by zero: the same, with less work. 4. No
         dropout. 5. A block is one convolution over three frames with BatchNorm; the authors' code follows it with a
         second one over one frame. Both reach as far.
Shapes:  B clips, F mel bands, T frames, D width.
"""

from typing import ClassVar

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder, Size
from training.errors import UserError

KERNEL = 11
"""Frames under each masked convolution."""
HIDDEN = 3
"""Frames around t, itself in their middle, that what is said of t never depends on."""
REACH = 1
"""Frames that an unmasked block looks to each side."""


class MaskedConv(Encoder):
    """A stack of convolutions, and at each height one whose middle is hidden; the sum of the latter is the output.

    After i blocks a feature knows i frames to each side. To keep the same frames hidden the mask grows by 2 a block.
    """

    domain = "mel"
    title = "Convolutions around a gap"
    summary = "Convolutions that describe each moment by what surrounds it and never by itself, as NPC needs them."
    by_rows = (*Encoder.by_rows, "heard")
    stride = 1
    sizes: ClassVar = {
        "S": Size(311_000),
        "M": Size(1_210_000, {"width": 256}),
        "L": Size(4_780_000, {"width": 512}),
        "XL": Size(19_000_000, {"width": 1024}),
    }
    blocks = 3

    def __init__(self, mels: int, width: int = 128, kernel: int = KERNEL, hidden: int = HIDDEN) -> None:
        """Raises UserError where `kernel` frames leave none around the gap at every height; both must be odd."""
        super().__init__(mels)
        least = hidden + 2 * REACH * self.blocks + 2
        if kernel % 2 == 0 or hidden % 2 == 0 or kernel < least:
            raise UserError(
                f"Convolutions over {kernel} frames that hide {hidden} were asked for, but odd numbers were expected, and "
                f"at least {hidden} + {least - hidden} frames."
            )
        self.width, self.kernel, self.hidden = width, kernel, hidden
        self.margin = kernel // 2 + self.blocks * REACH
        self.seen = nn.ModuleList(block(width if i else mels, width) for i in range(self.blocks))
        self.around = nn.ModuleList(AroundConv(width, kernel, hidden + 2 * REACH * (i + 1)) for i in range(self.blocks))

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, T, D), frame t of the frames t ± margin (8) without the hidden ones around it (t ± 1)."""
        total = x.new_zeros(())
        for around, features in zip(self.around, self.heard(x), strict=True):
            total = total + around(features)
        return total.transpose(1, 2)

    def heard(self, x: Tensor) -> list[Tensor]:
        """What each block makes of (B, F, T) with nothing hidden: (B, D, T), frame t of the frames t ± i after i blocks."""
        outputs: list[Tensor] = []
        for seen in self.seen:
            outputs.append(seen(outputs[-1]) + outputs[-1] if outputs else seen(x))
        return outputs


class AroundConv(nn.Module):
    """A convolution over the `kernel` frames around each, without the `hidden` middle ones, then tanh: (B, D, T)."""

    def __init__(self, width: int, kernel: int, hidden: int) -> None:
        super().__init__()
        self.side = (kernel - hidden) // 2
        self.gap = (hidden - 1) // 2 + 1
        self.conv = nn.Conv1d(2 * width, width, self.side)

    def forward(self, x: Tensor) -> Tensor:
        """(B, D, T) → (B, D, T)."""
        frames, reach = x.shape[2], self.gap + self.side - 1
        padded = functional.pad(x, (reach, reach))
        before = padded[:, :, : frames + self.side - 1]  # of frame t: t − reach to t − gap
        after = padded[:, :, reach + self.gap :]  # of frame t: t + gap to t + reach
        heard: Tensor = self.conv(torch.cat([before, after], dim=1))
        return heard.tanh()


def block(width_in: int, width_out: int) -> nn.Sequential:
    """Convolution over three frames, BatchNorm, ReLU."""
    return nn.Sequential(
        nn.Conv1d(width_in, width_out, 2 * REACH + 1, padding=REACH, bias=False), nn.BatchNorm1d(width_out), nn.ReLU()
    )
