"""From a vector back to a spectrogram, and how far what comes back is from what was meant.

Shapes:  B clips, C numbers of a code, F mel bands, V frames.
"""

import math

from torch import Tensor, nn

from training.parts.heads import projector
from training.parts.mean_over import loss_over


class SpectrogramDecoder(nn.Module):
    """Two dense layers: a code (B, C) → spectrograms (B, *shape), such as (F, V), or (N, F, V) for N at once."""

    def __init__(self, width: int, hidden: int, *shape: int) -> None:
        super().__init__()
        self.layers = projector(width, hidden, math.prod(shape))
        self.shape = shape

    def forward(self, code: Tensor) -> Tensor:
        """(B, C) → (B, *shape), float32 also where half of the precision is enough for the layers."""
        rebuilt: Tensor = self.layers(code).float()
        return rebuilt.unflatten(1, self.shape)


def squared_error(rebuilt: Tensor, target: Tensor, counted: Tensor) -> dict[str, Tensor]:
    """Mean of (rebuilt − target)² over the frames that are counted: (B, …, F, V) twice, counted (B, …, V); see `loss_over`.

    Frames that show no sound of the clip are left out by `counted`; 0 where none is counted at all.
    """
    wrong = (rebuilt.float() - target.float()).square().mean(-2)  # (…, V)
    return loss_over(wrong, counted)


class RecurrentDecoder(nn.Module):
    """A GRU that says one frame after the other: a code (B, C) → (B, F, V). It hears the code at every step."""

    def __init__(self, width: int, hidden: int, bands: int, frames: int) -> None:
        super().__init__()
        self.recurrent = nn.GRU(width, hidden, batch_first=True)
        self.say = nn.Linear(hidden, bands)
        self.frames = frames

    def forward(self, code: Tensor) -> Tensor:
        """(B, C) → (B, F, V), float32 also where half of the precision is enough for the layers."""
        states = self.recurrent(code[:, None].expand(-1, self.frames, -1))[0]  # (B, V, H)
        said: Tensor = self.say(states).float()
        return said.transpose(1, 2)
