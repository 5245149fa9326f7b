"""Slices of a spectrogram: short stretches of time, with gaps between them.

Neighbouring frames of a spectrogram share samples, so that the edge of one slice would give away the edge of the next; a
gap of two frames takes that away where frames overlap by half or less. Pure and batched.

Shapes:  B clips, F mel bands, V frames, N slices, W frames of a slice.
"""

import torch
from torch import Tensor


def span(slices: int, width: int, gap: int) -> int:
    """Frames from the start of the first of so many slices to the end of the last one."""
    return slices * width + (slices - 1) * gap


def sliced(x: Tensor, width: int, gap: int) -> Tensor:
    """(B, F, V) → (B, N, F, W), or (B, V) → (B, N, W): all slices that fit, from the first frame on."""
    parts = x.unfold(-1, width, width + gap)  # (B, [F,] N, W)
    return parts.transpose(1, 2) if x.dim() == 3 else parts


def slices_at(x: Tensor, starts: Tensor, width: int) -> Tensor:
    """(B, F, V) with starts (B, N) in frames → (B, N, F, W)."""
    at = starts[:, :, None] + torch.arange(width, device=x.device)  # (B, N, W)
    bands = x.shape[1]
    found = x.gather(2, at.flatten(1)[:, None].expand(-1, bands, -1))  # (B, F, N · W)
    return found.unflatten(2, at.shape[1:]).transpose(1, 2)
