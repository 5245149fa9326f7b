"""Features of single frames, then a GRU that sums up what was heard so far: the shape of CPC (arXiv 1807.03748).

Differs: 1. It hears mel frames instead of samples, so that two linear layers do for CPC's five convolutions.
         2. LayerNorm over each frame's features instead of BatchNorm, which would tell a frame of what comes after it.
Shapes:  B clips, F mel bands, T input frames, U = T / 2 output frames (40 ms), D width.
"""

from torch import Tensor, nn

from training.encoders.encoder import Encoder


class ConvGru(Encoder):
    """`local` looks at two input frames and at nothing else, `context` at all frames so far and at none to come."""

    domain = "mel"
    title = "Frames and a GRU"
    summary = "Features of every 40 ms, then a recurrent network that sums up what was heard so far, as in CPC."
    stride = 2

    def __init__(self, mels: int, width: int = 192) -> None:
        super().__init__(mels)
        self.layers = nn.Sequential(
            nn.Linear(self.stride * mels, width), nn.LayerNorm(width), nn.ReLU(),
            nn.Linear(width, width), nn.LayerNorm(width), nn.ReLU(),
        )  # fmt: skip
        self.recurrent = nn.GRU(width, width, batch_first=True)
        self.width = width

    def local(self, x: Tensor) -> Tensor:
        """z: standardised (B, F, T) → (B, U, D), frame u of the input frames 2u and 2u + 1 alone."""
        return self.layers(stacked(x, self.stride))

    def context(self, z: Tensor) -> Tensor:
        """c: (B, U, D) → (B, U, D), frame u of the frames up to u."""
        c: Tensor = self.recurrent(z)[0]
        return c

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        return self.context(self.local(x))


def stacked(x: Tensor, stride: int) -> Tensor:
    """(B, F, T) → (B, T / stride, stride · F): a convolution over `stride` frames that don't overlap is linear on it."""
    frames = x.shape[2] // stride
    return x[:, :, : frames * stride].transpose(1, 2).reshape(len(x), frames, -1)
