"""Features of every frame or two, then a GRU that sums up what was heard so far: the shape of CPC (arXiv 1807.03748).

Differs: 1. It hears mel frames instead of samples, so that two linear layers do for CPC's five convolutions.
         2. LayerNorm over each frame's features instead of BatchNorm, which would tell a frame of what comes after it.
Shapes:  B clips, F mel bands, T input frames, s frames of a step (2, or 1 in FrameGru), U = T / s output frames, D width.
"""

from typing import ClassVar

from torch import Tensor, nn

from training.encoders.encoder import Domain, Encoder, Size


class ConvGru(Encoder):
    """`local` looks at the frames of one step and at nothing else, `context` at all steps so far and at none to come."""

    domain: ClassVar[Domain] = "mel"
    title = "Frames and a GRU"
    summary = "Features of every 40 ms, then a recurrent network that sums up what was heard so far, as in CPC."
    by_rows = (*Encoder.by_rows, "local", "context")
    stride = 2
    sizes: ClassVar = {
        "S": Size(276_000),
        "M": Size(1_070_000, {"width": 384}),
        "L": Size(5_030_000, {"width": 512, "depth": 3}),
        "XL": Size(20_000_000, {"width": 1024, "depth": 3}),
    }

    def __init__(self, mels: int, width: int = 192, depth: int = 1) -> None:
        super().__init__(mels)
        self.layers = self.of_a_step(mels, width)
        self.recurrent = nn.GRU(width, width, depth, batch_first=True)
        self.width = width

    def of_a_step(self, mels: int, width: int) -> nn.Module:
        """The layers that `local` puts upon each step."""
        return nn.Sequential(
            nn.Linear(self.stride * mels, width), nn.LayerNorm(width), nn.ReLU(),
            nn.Linear(width, width), nn.LayerNorm(width), nn.ReLU(),
        )  # fmt: skip

    def local(self, x: Tensor) -> Tensor:
        """z: standardised (B, F, T) → (B, U, D), frame u of the input frames from s · u on alone."""
        z: Tensor = self.layers(stacked(x, self.stride))
        return z

    def context(self, z: Tensor) -> Tensor:
        """c: (B, U, D) → (B, U, D), frame u of the frames up to u."""
        c: Tensor = self.recurrent(z)[0]
        return c

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        return self.context(self.local(x))


class FrameGru(ConvGru):
    """The same with single frames as steps: of 10 ms at a fine resolution, as in the papers of APC and CPC."""

    title = "Single frames and a GRU"
    summary = "Features of every single frame, of 20 ms or of 10 at a fine resolution, then a recurrent network, as in APC's paper."
    stride = 1
    sizes: ClassVar = {
        "S": Size(268_000),
        "M": Size(1_050_000, {"width": 384}),
        "L": Size(5_010_000, {"width": 512, "depth": 3}),
        "XL": Size(20_000_000, {"width": 1024, "depth": 3}),
    }


def stacked(x: Tensor, stride: int) -> Tensor:
    """(B, F, T) → (B, T / stride, stride · F): a convolution over `stride` frames that don't overlap is linear on it."""
    frames = x.shape[2] // stride
    return x[:, :, : frames * stride].transpose(1, 2).reshape(x.shape[0], frames, -1)
