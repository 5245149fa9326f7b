"""Which patches of a spectrogram a model sees, and which it must fill in.

Pure and batched; the random numbers are handed in.

Shapes:  B clips, N patches, n of them seen.
"""

from torch import Tensor


def parted(uniforms: Tensor, seen: int) -> tuple[Tensor, Tensor]:
    """Exactly `seen` patches of every clip, drawn without repetition, and all the others: (B, n) and (B, N − n) int64.

    uniforms (B, N); those with the smallest are seen. Both lists ascend, so that patches stay in their order.
    """
    order = uniforms.argsort(dim=1)
    return order[:, :seen].sort(dim=1).values, order[:, seen:].sort(dim=1).values


def gathered(tokens: Tensor, chosen: Tensor) -> Tensor:
    """The chosen (B, n) of tokens (B, N, D): (B, n, D)."""
    return tokens.gather(1, chosen[:, :, None].expand(-1, -1, tokens.shape[2]))


def scattered(tokens: Tensor, chosen: Tensor, into: Tensor) -> Tensor:
    """`into` (B, N, D) with tokens (B, n, D) put at the chosen places (B, n); a new tensor."""
    return into.scatter(1, chosen[:, :, None].expand(-1, -1, into.shape[2]), tokens)
