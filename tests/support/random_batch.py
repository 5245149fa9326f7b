"""A batch of random clips, for methods that hear mel power."""

import torch
from torch import Generator, Tensor

from training.batch import Batch


def random_batch(
    clips: int, mels: int, frames: int, *, lengths: Tensor | None = None, groups: Tensor | None = None, seed: int = 0
) -> Batch:
    """Mel power (clips, mels, frames) from 0 to 3, silent past the `lengths` (clips,); all of it sounds where there are none."""
    lengths = torch.full((clips,), frames) if lengths is None else lengths
    groups = torch.zeros(clips, dtype=torch.int64) if groups is None else groups
    power = torch.rand(clips, mels, frames, generator=Generator().manual_seed(seed)) * 3
    power = power * (torch.arange(frames) < lengths[:, None])[:, None]
    return Batch(torch.arange(clips), power, lengths, groups, torch.arange(clips))
