"""Strided convolutions on the samples themselves: the lower half of CPC's and of wav2vec 2.0's encoder.

Each layer is computed as two linear ones, on blocks of samples that don't overlap: a kernel of at most two strides lies on
its own block and on the end of the one before. On a CPU that takes half the time of a convolution, and features lie last.

Shapes:  B clips, S samples, T and T / s moments before and after a layer of stride s, C channels.
"""

from collections.abc import Iterable

from torch import Tensor, nn

LEVEL = 0.05
"""Samples are divided by it: an ordinary recording's root mean square, beside which the norm's epsilon is nothing."""


class Strided(nn.Module):
    """Layer upon layer from samples (B, S) to features (B, S / (product of the strides), C of the last layer)."""

    def __init__(self, layers: Iterable[tuple[int, int, int]], activation: type[nn.Module]) -> None:
        """`layers` are (channels, kernel, stride), from the samples on."""
        super().__init__()
        self.layers = nn.ModuleList()
        width = 1
        for channels, kernel, stride in layers:
            self.layers.append(StridedLayer(width, channels, kernel, stride, activation))
            width = channels

    def forward(self, samples: Tensor) -> Tensor:
        """(B, S) → (B, U, C): moment u hears nothing behind its own last sample, and what the kernels reach before it."""
        x = samples[:, :, None] / LEVEL
        for layer in self.layers:
            x = layer(x)
        return x


class StridedLayer(nn.Module):
    """A convolution from the left, a norm over the channels of each moment, and the activation.

    Norms over time, as group normalisation's, would tell each moment of what comes after it, and of the padding.
    """

    def __init__(self, width: int, channels: int, kernel: int, stride: int, activation: type[nn.Module]) -> None:
        super().__init__()
        assert stride <= kernel <= 2 * stride, "a kernel lies on two blocks at most"
        self.stride = stride
        self.reach = (kernel - stride) * width
        """Numbers of the block before that the kernel covers."""
        # Without a bias, beside which the samples of a quiet recording would be nothing.
        self.own = nn.Linear(stride * width, channels, bias=False)
        self.before = nn.Linear(self.reach, channels, bias=False) if self.reach else None
        self.norm = nn.LayerNorm(channels)
        self.activation = activation()

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, C) → (B, T / stride, C')."""
        moments = x.shape[1] // self.stride
        blocks = x[:, : moments * self.stride].reshape(x.shape[0], moments, self.own.in_features)
        heard: Tensor = self.own(blocks)
        if self.before is not None:
            heard[:, 1:] += self.before(blocks[:, :-1, -self.reach :])
        found: Tensor = self.activation(self.norm(heard))
        return found
