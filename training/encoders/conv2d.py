"""Small 2-D convolutions over log-mel, after the encoder of BYOL-A (Niizumi et al. 2021, arXiv 2103.06695).

Differs: 1. narrower blocks, so that two CPU cores see thousands of clips a second.
Shapes:  B clips, F mel bands, T frames, U = T / 8 output frames, D width.
"""

from torch import Tensor, nn

from training.encoders.encoder import Encoder


class Conv2d(Encoder):
    """Three blocks of 3x3 convolution, each halving time and frequency, then two dense layers on every frame."""

    domain = "mel"
    title = "2-D convolutions"
    summary = "Three small convolution blocks over the mel spectrogram, in the manner of BYOL-A: the fastest to learn."
    stride = 8

    def __init__(self, mels: int, channels: tuple[int, int, int] = (16, 32, 64), width: int = 512) -> None:
        super().__init__(mels)
        blocks: list[nn.Module] = []
        for c_in, c_out in zip((1, *channels[:-1]), channels, strict=True):
            blocks += [
                nn.Conv2d(c_in, c_out, 3, padding=1, bias=False),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        self.blocks = nn.Sequential(*blocks)
        self.dense = nn.Sequential(
            nn.Linear(channels[-1] * (mels // 8), width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
        )
        self.width = width

    def frames(self, x: Tensor) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        maps = self.blocks(x[:, None])  # (B, C, F/8, U)
        return self.dense(maps.permute(0, 3, 1, 2).flatten(2))
