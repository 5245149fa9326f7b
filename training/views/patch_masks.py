"""Which patches of a spectrogram a model sees, and which it must fill in.

Pure and batched; the random numbers are handed in.

Shapes:  B clips, N patches, n of them seen.
"""

import torch
from torch import Tensor


def parted(uniforms: Tensor, own: Tensor, dropped: float) -> tuple[Tensor, Tensor]:
    """The seen patches of every clip, drawn without repetition, and the hidden ones: (B, n) and (B, N − n) int64.

    Of each clip's own patches (B, N) the share `dropped` is hidden, to the nearest number; one at least is seen, and one
    at least is hidden where it has two. What is missing to n, which all clips share, is taken of the padding. Of equal
    kind those with the smallest of uniforms (B, N) are seen. Both lists ascend, so that patches stay in their order.
    """
    count, owned = own.shape[1], own.sum(1, keepdim=True)
    total = min(max(1, round(count * (1 - dropped))), count - 1)
    of_own = torch.minimum((owned * (1 - dropped)).round(), owned - 1).clamp(min=1).minimum(owned)
    ranked = uniforms + ~own  # a clip's own patches come first
    rank = ranked.argsort(1).argsort(1)
    seen = torch.where(own, rank < of_own, rank - owned < total - of_own)
    order = (~seen).to(torch.uint8).argsort(dim=1, stable=True)
    return order[:, :total], order[:, total:]


def gathered(tokens: Tensor, chosen: Tensor) -> Tensor:
    """The chosen (B, n) of tokens (B, N, D): (B, n, D)."""
    return tokens.gather(1, chosen[:, :, None].expand(-1, -1, tokens.shape[2]))


def scattered(tokens: Tensor, chosen: Tensor, into: Tensor) -> Tensor:
    """`into` (B, N, D) with tokens (B, n, D) put at the chosen places (B, n); a new tensor."""
    return into.scatter(1, chosen[:, :, None].expand(-1, -1, into.shape[2]), tokens)
