"""Picking the right answer among wrong ones: what contrastive methods share.

All of it is computed in float32, under autocast too: a cosine in bfloat16 over a small temperature is off by a tenth.
Scores are similarities over the temperature; a score of −∞ is no answer at all.

Shapes:  N questions, M answers, P width of both.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor


def products(a: Tensor, b: Tensor) -> Tensor:
    """a · b of all pairs: a (…, N, P), b (…, M, P) → (…, N, M)."""
    with torch.autocast(a.device.type, enabled=False):
        return a.float() @ b.float().transpose(-1, -2)


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """‖a − b‖² of all pairs of vectors of length 1, from 0 to 4: a (N, P), b (M, P) → (N, M)."""
    return (2 - 2 * products(a, b)).clamp(min=0)


def off_diagonal(x: Tensor) -> Tensor:
    """(…, N, N) → (…, N, N − 1): every row without its own entry. By a mask, the host would have to count for the device."""
    n = x.shape[-1]
    rest = x.flatten(-2)[..., :-1].unflatten(-1, (n - 1, n + 1))[
        ..., 1:
    ]  # each row begins after an entry of the diagonal
    return rest.flatten(-2).unflatten(-1, (n, n - 1))


def own_picked(scores: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy, −mean_i log(e^{s_ii} / Σ_j e^{s_ij}), and how often the right answer scores highest.

    scores (N, M), N ≤ M: the right answer to question i is answer i, as where the other clips of a batch are wrong.
    """
    own = torch.arange(len(scores), device=scores.device)
    found = (scores.argmax(1) == own).float().mean()
    return functional.cross_entropy(scores, own), found.detach()


def positive_picked(positives: Tensor, negatives: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy, −mean_i log(e^{p_i} / (e^{p_i} + Σ_j e^{n_ij})), and how often the positive scores highest.

    positives (N,), negatives (N, M): as where the wrong answers come from a queue. Where a negative scores the same as
    the positive, the positive wasn't found.
    """
    scores = torch.cat([positives[:, None], negatives], dim=1)  # (N, 1 + M)
    found = (positives > negatives.amax(1)).float().mean()
    first = torch.zeros(len(scores), dtype=torch.int64, device=scores.device)
    return functional.cross_entropy(scores, first), found.detach()
