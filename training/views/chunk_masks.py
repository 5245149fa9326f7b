"""Which stretches of time are hidden, and what a model is given in their place.

Pure and batched; the random numbers are handed in. A view of V frames falls into C chunks of equal length (the last
one may be shorter).

Shapes:  B clips, F mel bands, V view frames, C chunks.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor

SILENCED, REPLACED = 0.8, 0.1
"""BERT's shares (arXiv 1810.04805): hidden stretches become zero or other frames; the rest of them is left as it was."""


def own_chunks(shown: Tensor, chunk_frames: int) -> Tensor:
    """(B, C): which chunks have at least one frame that shows the clip itself, of which frames do (B, V)."""
    padded = functional.pad(shown, (0, -shown.shape[1] % chunk_frames))
    return padded.unflatten(1, (-1, chunk_frames)).any(2)


def hidden_chunks(uniforms: Tensor, own: Tensor, part: float) -> Tensor:
    """(B, C): `part` of each clip's own chunks, to the nearest number and at least one, without repetition.

    uniforms and own (B, C); those with the smallest of the uniforms are hidden.
    """
    rank = uniforms.masked_fill(~own, 2.0).argsort(dim=1).argsort(dim=1)
    return rank < (part * own.sum(1)).round().clamp(min=1)[:, None]


def over_frames(chunks: Tensor, chunk_frames: int, frames: int) -> Tensor:
    """What is said of chunks (B, C), said of each of their frames: (B, V)."""
    return chunks.repeat_interleave(chunk_frames, dim=1)[:, :frames]


def drawn_frames(uniforms: Tensor, shown: Tensor) -> Tensor:
    """(B, A) int64: frames of which the clip is shown (B, V), one stretch of them, drawn evenly by uniforms (B, A)."""
    return shown.int().argmax(1, keepdim=True) + (uniforms * shown.sum(1, keepdim=True)).long()


def spoiled(
    x: Tensor, hidden: Tensor, kinds: Tensor, others: Tensor, shares: tuple[float, float] = (SILENCED, REPLACED)
) -> Tensor:
    """x (B, F, V) in which most of the hidden frames (B, V) are zero, some are another frame, some as they were.

    Hidden frames whose uniform `kinds` (B, V) lies below the first of the `shares` become zero; in the next share, frame
    v becomes frame others[v] of the same clip.
    """
    silenced = hidden & (kinds < shares[0])
    replaced = hidden & (kinds >= shares[0]) & (kinds < sum(shares))
    other = x.gather(2, others[:, None].expand_as(x))
    return torch.where(replaced[:, None], other, x).masked_fill(silenced[:, None], 0.0)
