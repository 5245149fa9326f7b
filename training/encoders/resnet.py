"""A small ResNet over log-mel (He et al. 2015, arXiv 1512.03385).

Differs: 1. Three stages of one basic block each, 32 to 128 channels at size S, so that a CPU core sees hundreds of clips a second.
         2. The last stage halves the bands alone, and a dense layer takes the place of the average over the bands: in
            a spectrogram, unlike in a photo, the height of a thing is what it is.
Shapes:  B clips, F mel bands, T frames, U = T / 8 output frames, D width.
"""

from typing import ClassVar

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder, Size


class ResNet(Encoder):
    """A strided stem, three residual blocks and a dense layer on every frame."""

    domain = "mel"
    title = "ResNet"
    summary = "Residual blocks over the mel spectrogram: deeper than the plain convolutions, and a few times slower."
    stride = 8
    sizes: ClassVar = {
        "S": Size(406_000),
        "M": Size(985_000, {"channels": (48, 96, 192), "width": 512}),
        "L": Size(4_740_000, {"channels": (64, 128, 256), "width": 1024, "blocks": (2, 2, 3)}),
        "XL": Size(19_000_000, {"channels": (128, 256, 512), "width": 2048, "blocks": (2, 2, 3)}),
    }

    def __init__(
        self,
        mels: int,
        channels: tuple[int, int, int] = (32, 64, 128),
        width: int = 256,
        blocks: tuple[int, int, int] = (1, 1, 1),
    ) -> None:
        super().__init__(mels)
        first, second, third = channels
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, 5, stride=2, padding=2, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(first), nn.ReLU()
        )
        self.stages = nn.Sequential(
            *stage(first, first, (1, 1), blocks[0]),
            *stage(first, second, (2, 2), blocks[1]),
            *stage(second, third, (2, 1), blocks[2]),
        )
        self.margin = 1 + blocks[0] + 2 * blocks[1] + 2 * blocks[2]  # a block looks at two of its frames to each side
        with torch.no_grad():
            bands = self.stages(self.stem(torch.zeros(1, 1, mels, 16))).shape[2]
        self.dense = nn.Sequential(nn.Linear(third * bands, width), nn.ReLU())
        self.width = width

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        maps = self.stages(self.stem(x[:, None]))  # (B, C, F/16, U)
        return self.dense(maps.permute(0, 3, 1, 2).flatten(2))


def stage(c_in: int, c_out: int, stride: tuple[int, int], blocks: int) -> list["Block"]:
    """So many blocks, of which the first changes the shape."""
    return [Block(c_in, c_out, stride), *(Block(c_out, c_out, (1, 1)) for _ in range(blocks - 1))]


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes."""

    def __init__(self, c_in: int, c_out: int, stride: tuple[int, int]) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False), nn.BatchNorm2d(c_out), nn.ReLU(),
            nn.Conv2d(c_out, c_out, 3, 1, 1, bias=False), nn.BatchNorm2d(c_out),
        )  # fmt: skip
        self.shortcut: nn.Module = nn.Identity()
        if c_in != c_out:
            self.shortcut = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, F, T) → (B, C', F / stride, T / stride)."""
        return functional.relu(self.layers(x) + self.shortcut(x))
