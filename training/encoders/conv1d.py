"""1-D convolutions on the waveform itself, in the manner of wav2vec (Schneider et al. 2019, arXiv 1904.05862).

Differs: 1. narrower and fewer layers; as wide as the paper's 512 at size L. 2. BatchNorm instead of group norm.
Shapes:  B clips, S samples, U = S / 320 output frames (20 ms), D width.
"""

from typing import ClassVar

from torch import Tensor, nn

from training.encoders.encoder import Encoder, Size


class Conv1d(Encoder):
    """Four strided convolutions, 20 ms a frame, then one that looks at its neighbours."""

    domain = "waveform"
    title = "1-D convolutions"
    summary = (
        "Strided convolutions on the samples themselves, without a spectrogram: slower to learn, free of its choices."
    )
    stride = 320
    sizes: ClassVar = {
        "S": Size(542_000),
        "M": Size(1_560_000, {"channels": (64, 128, 256), "width": 384}),
        "L": Size(5_170_000, {"channels": (128, 256, 512), "width": 640}),
        "XL": Size(20_700_000, {"channels": (256, 512, 1024), "width": 1280}),
    }

    def __init__(self, mels: int, channels: tuple[int, int, int] = (32, 64, 128), width: int = 256) -> None:
        super().__init__(mels)
        first, second, third = channels
        layers: list[nn.Module] = []
        shape = [
            (1, first, 10, 5),
            (first, second, 8, 4),
            (second, third, 8, 4),
            (third, width, 8, 4),
            (width, width, 3, 1),
        ]
        for c_in, c_out, kernel, step in shape:
            # In two dimensions, of which one is 1: only there may the channels lie innermost, which takes two thirds of the time.
            shape_2d = (1, kernel), (1, step), (0, (kernel - step + 1) // 2)
            layers += [nn.Conv2d(c_in, c_out, *shape_2d, bias=False), nn.BatchNorm2d(c_out), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.width = width

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, S) → (B, U, D)."""
        return self.layers(x[:, None, None]).flatten(2).transpose(1, 2)
