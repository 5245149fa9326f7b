"""Finding what belongs together among everything in the batch, from both sides: the loss across modalities."""

import torch.nn.functional as functional
from torch import Tensor

from training.parts.contrast import products


def matching(a: Tensor, b: Tensor, meaning: Tensor, temperature: float, left_out: Tensor) -> dict[str, Tensor]:
    """InfoNCE both ways between a (B, P) and b (B, P), rows of the same index belonging together.

    Rows whose `meaning` (B,) is equal belong together too (two clips with the same words), and share the target equally
    as in UniCL (Yang et al. 2022, arXiv 2204.03610); those below 0 have no counterpart and are left out. Pairs
    `left_out` (B, B) that don't belong together are no wrong answers either. Returns the loss, ln B where nothing is
    learned, and how often the nearest b belongs to the a.
    """
    a, b = functional.normalize(a.float(), dim=1), functional.normalize(b.float(), dim=1)
    scores = products(a, b) / temperature  # (B, B)
    there = meaning >= 0
    right = (meaning[:, None] == meaning) & there[:, None]
    scores = scores.masked_fill(~(there[:, None] & there) | (left_out & ~right), NEVER)
    found = right.gather(1, scores.argmax(1, keepdim=True))[:, 0]
    asked = there & ((scores > NEVER).sum(1) > 1)  # whoever has one answer alone is not asked
    pairs = asked.sum().clamp(min=1)
    loss = (_surprise(scores, right).sum() + _surprise(scores.T, right.T).sum()) / (2 * pairs)
    return {"loss": loss, "accuracy": (found & asked).sum() / pairs}


NEVER = -1e9
"""A score that no softmax sees; not −∞, since a row may hold nothing else."""


def _surprise(scores: Tensor, right: Tensor) -> Tensor:
    """Mean of −log softmax over each row's right answers: (B,), 0 where there is none."""
    return -(scores.log_softmax(1) * right).sum(1) / right.sum(1).clamp(min=1)
