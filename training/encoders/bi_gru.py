"""A GRU in each direction over single frames, for methods that hide frames and predict them from both sides.

Paper:   Wang et al. 2020, arXiv 2001.10603 (bi-directional networks that rebuild masked frames)
Differs: 1. One layer of GRU at sizes S and M, two at L and XL, instead of several of LSTM. 2. Two input frames make one,
         which halves its steps.
Shapes:  B clips, F mel bands, T input frames, U = T / 2 output frames (40 ms), D width.
"""

from typing import ClassVar

import torch
from torch import Tensor, nn

from training.encoders.conv_gru import stacked
from training.encoders.encoder import Encoder, Size


class BiGru(Encoder):
    """A linear layer on every two frames, then a GRU that reads forwards and one that reads backwards."""

    domain = "mel"
    title = "GRU in both directions"
    summary = "A recurrent network from the start and one from the end: every frame knows all that lies around it."
    by_rows = (*Encoder.by_rows, "local", "context")
    stride = 2
    sizes: ClassVar = {
        "S": Size(318_000),
        "M": Size(1_230_000, {"width": 512}),
        "L": Size(4_500_000, {"width": 768, "depth": 2}),
        "XL": Size(19_400_000, {"width": 1600, "depth": 2}),
    }

    def __init__(self, mels: int, width: int = 256, depth: int = 1) -> None:
        super().__init__(mels)
        self.layer = nn.Sequential(nn.Linear(self.stride * mels, width), nn.LayerNorm(width), nn.ReLU())
        self.forwards = nn.GRU(width, width // 2, depth, batch_first=True)
        self.backwards = nn.GRU(width, width // 2, depth, batch_first=True)
        self.width = width

    def local(self, x: Tensor) -> Tensor:
        """Standardised (B, F, T) → (B, U, D), frame u of the input frames 2u and 2u + 1 alone."""
        return self.layer(stacked(x, self.stride))

    def context(self, z: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D) → (B, U, D); with lengths (B,) in input frames, what lies past a clip's end is not heard."""
        backwards = self._turned(self.backwards(self._turned(z, lengths))[0], lengths)
        return torch.cat([self.forwards(z)[0], backwards], dim=2)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        return self.context(self.local(x), lengths)

    def _turned(self, z: Tensor, lengths: Tensor | None) -> Tensor:
        """Each clip's own frames in reverse order, the rest where it was: doing it twice changes nothing."""
        if lengths is None:
            return z.flip(1)
        own = self.own_frames(lengths, z.shape[1])[:, None]  # (B, 1)
        at = torch.arange(z.shape[1], device=z.device)
        order = torch.where(at < own, own - 1 - at, at)  # (B, U)
        return z.gather(1, order[:, :, None].expand_as(z))
