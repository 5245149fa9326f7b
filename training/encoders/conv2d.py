"""Small 2-D convolutions over log-mel, after the encoder of BYOL-A (Niizumi et al. 2021, arXiv 2103.06695).

Differs: 1. A strided 5x5 stem and narrow blocks, so that two CPU cores see thousands of clips a second.
         2. Pooling stands before BatchNorm and ReLU: ReLU commutes with it, and both then see a quarter of the values.
         3. Half of each band's mean over time is taken away first, as cepstral mean subtraction does: what is left
            depends less on the microphone, the room and the voice (docs/experiments.md has the trials).
         4. BatchNorm, over the frames of all clips, stands between the dense layers in the place of dropout: contrastive
            and Siamese methods learn clearly more with it (same document).
Shapes:  B clips, F mel bands, T frames, U = T / 8 output frames, D width.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.encoders.encoder import Encoder, Size

MEAN_REMOVED = 0.5
"""The part of each band's mean over time that is subtracted."""


class Conv2d(Encoder):
    """A strided stem and two blocks of 3x3 convolution, then two dense layers on every frame."""

    domain = "mel"
    title = "2-D convolutions"
    summary = "Three small convolutions over the mel spectrogram, in the manner of BYOL-A: the fastest to learn."
    stride = 8
    sizes: ClassVar = {
        "S": Size(172_000),
        "M": Size(964_000, {"channels": (48, 96, 192), "width": 512}),
        "L": Size(5_150_000, {"channels": (128, 256, 512), "width": 1024}),
        "XL": Size(20_600_000, {"channels": (256, 512, 1024), "width": 2048}),
    }

    def __init__(self, mels: int, channels: tuple[int, int, int] = (16, 32, 64), width: int = 256) -> None:
        super().__init__(mels)
        first, second, third = channels
        self.blocks = nn.Sequential(
            nn.Conv2d(1, first, 5, stride=2, padding=2, bias=False),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            nn.Conv2d(first, second, 3, padding=1, bias=False),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(second),
            nn.ReLU(),
            nn.Conv2d(second, third, 3, padding=1, bias=False),
            nn.BatchNorm2d(third),
            nn.ReLU(),
        )
        with torch.no_grad():
            bands = self.blocks(torch.zeros(1, 1, mels, 16)).shape[2]
        self.dense = nn.Sequential(
            nn.Linear(third * bands, width, bias=False),
            nn.BatchNorm1d(width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
        )
        self.width = width

    def standardised(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        """(x − half of its band's mean over the clip's frames), to mean 0 and standard deviation 1 over the data."""
        if lengths is None:
            mean = x.mean(2)
        else:
            inside = torch.arange(x.shape[2], device=x.device) < lengths[:, None]
            mean = (x * inside[:, None]).sum(2) / lengths[:, None]
        shifted = x - MEAN_REMOVED * mean[:, :, None]
        return (shifted - (1 - MEAN_REMOVED) * self.input_mean) / self.input_std

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        x = self.blocks(x[:, None])  # (B, C, F/8, U)
        if x.requires_grad and x.is_contiguous(memory_format=torch.channels_last):
            # Its gradient comes in the order of `columns`, in which each of its values would be read from afar.
            x.register_hook(lambda gradient: gradient.contiguous(memory_format=torch.channels_last))
        columns = x.permute(0, 3, 1, 2).flatten(2)  # (B, U, C · F/8)
        return self.dense(columns.flatten(0, 1)).unflatten(0, columns.shape[:2])
