"""wav2vec 2.0's encoder as in its paper: seven strided convolutions on the samples, then attention between moments of 20 ms.

Paper:   Baevski et al. 2020, arXiv 2006.11477, sections 2 and 4.2
Differs: 1. 32 to 128 channels at size S instead of 512, and three narrow layers of attention instead of twelve, so that
         two CPU cores can train it. 2. The features of every moment are normalised over their channels alone. 3. All
         padding lies at the left, so that moment u is of the samples up to the end of its own 320. 4. Samples are divided
         by one number instead of being brought to mean 0 and variance 1 in each clip. 5. Positions are fixed waves.
Shapes:  B clips, S samples, U = S / 320 moments (20 ms), C channels of the last convolution, D width.
"""

from typing import ClassVar

from torch import Tensor, nn

from training.encoders.encoder import Domain, Size
from training.encoders.strided import Strided
from training.encoders.transformers import VIT_SMALL, VIT_TINY, Transformer


class WaveTransformer(Transformer):
    """A Transformer whose patches are what the convolutions make of the samples."""

    domain: ClassVar[Domain] = "waveform"
    title = "Samples and a Transformer"
    summary = "wav2vec 2.0's own encoder: strided convolutions on the samples, then attention between moments of 20 ms."
    by_rows = (*Transformer.by_rows, "patches")
    sizes: ClassVar = {
        "S": Size(626_000),
        "M": Size(1_920_000, {"width": 192, "depth": 4, "dense": 4}),
        "L": Size(5_630_000, {**VIT_TINY, "channels": 192}),
        "XL": Size(21_600_000, {**VIT_SMALL, "channels": 192}),
    }

    def __init__(
        self, mels: int, channels: int = 128, width: int = 128, depth: int = 3, heads: int = 4, dense: int = 3
    ) -> None:
        super().__init__(
            channels, patch_bands=channels, patch_frames=1, width=width, depth=depth, heads=heads, dense=dense
        )
        few, some = channels // 4, channels // 2
        self.convolutions = Strided(
            (
                (few, 10, 5),
                (few, 3, 2),
                (some, 3, 2),
                (some, 3, 2),
                (channels, 3, 2),
                (channels, 2, 2),
                (channels, 2, 2),
            ),
            nn.GELU,
        )
        self.stride = 320

    def patches(self, x: Tensor) -> Tensor:
        """(B, S) → (B, U, C): a moment is of its own 320 samples and of the 80 before them."""
        features: Tensor = self.convolutions(x)
        return features
