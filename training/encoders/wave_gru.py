"""CPC's encoder as in its paper: five strided convolutions on the samples, then a GRU that sums up what was heard so far.

Paper:   van den Oord et al. 2018, arXiv 1807.03748, section 3.1
Differs: 1. 32 to 192 channels at size S instead of 512, and a GRU of width 192 instead of 256, so that two CPU cores can
         train it. 2. The features of every moment are normalised over their channels, as in Rivière et al. 2020, arXiv
         2002.02848. 3. All padding lies at the left, so that a moment hears nothing of what comes after it.
Shapes:  B clips, S samples, U = S / 160 output frames (10 ms), D width.
"""

from typing import ClassVar

from torch import Tensor, nn

from training.encoders.conv_gru import ConvGru
from training.encoders.encoder import Domain, Size
from training.encoders.strided import Strided


class WaveGru(ConvGru):
    """`local` hears 465 samples up to the end of its own 160, `context` all so far and none to come."""

    domain: ClassVar[Domain] = "waveform"
    title = "Samples and a GRU"
    summary = (
        "CPC's own encoder: strided convolutions on the samples and a recurrent network, slower to learn than on mel."
    )
    stride = 160
    sizes: ClassVar = {
        "S": Size(387_000),
        "M": Size(1_540_000, {"width": 384}),
        "L": Size(5_180_000, {"width": 480, "depth": 3}),
        "XL": Size(20_700_000, {"width": 960, "depth": 3}),
    }

    def of_a_step(self, mels: int, width: int) -> nn.Module:
        """Kernels of twice the stride, without a spectrogram."""
        few, some, many = width // 6, width // 3, 2 * width // 3
        return Strided(((few, 10, 5), (some, 8, 4), (some, 4, 2), (many, 4, 2), (width, 4, 2)), nn.ReLU)

    def local(self, x: Tensor) -> Tensor:
        """z: (B, S) → (B, U, D)."""
        z: Tensor = self.layers(x)
        return z
