"""Picking the right answer among wrong ones: what contrastive methods share.

All of it is computed in float32, under autocast too: a cosine in bfloat16 over a small temperature is off by a tenth.
Scores are similarities over the temperature; a score of −∞ is no answer at all.

Shapes:  N questions, M answers, P width of both.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.parts.mean_over import mean_over


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
    rows = x.flatten(-2)[..., :-1].unflatten(-1, (n - 1, n + 1))  # each begins with an entry of the diagonal
    return rows[..., 1:].flatten(-2).unflatten(-1, (n, n - 1))


def fellows(views: Mapping[str, Tensor], like: Tensor) -> Tensor:
    """(B, B): which pairs of different clips were cut from one recording, and so are no wrong answers.

    By `recordings` (B,) among the views; without it no pairs are. `like` (B, …) says how many clips there are, and where.
    """
    own = torch.eye(len(like), dtype=torch.bool, device=like.device)
    if "recordings" not in views:
        return torch.zeros_like(own)
    recordings = views["recordings"]
    return (recordings[:, None] == recordings) & ~own


def of_one_recording(table: Tensor, clips: Tensor, others: Tensor) -> Tensor:
    """(B, M): which of the clips `others`, (M,) or (B, M), were cut from the same recording as the clips (B,).

    By table (n,); an other clip of −1 is of no recording.
    """
    return (table[clips][:, None] == table[others.clamp(min=0)]) & (others >= 0)


def picked(scores: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy, −mean_i log(e^{s_i,right(i)} / Σ_j e^{s_ij}), and how often the right answer scores highest.

    scores (N, M), right (N,). Questions without a wrong answer have no part in either; both are 0 where there are no
    others.
    """
    found, asked = answered(scores, right)
    return mean_over(surprise(scores, right), asked), mean_over(found, asked)


def surprise(scores: Tensor, right: Tensor) -> Tensor:
    """−log(e^{s_i,right(i)} / Σ_j e^{s_ij}) of each question (N,): scores (N, M), right (N,)."""
    return functional.cross_entropy(scores, right, reduction="none")


def answered(scores: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Which questions (N,) are answered right, and which can be asked, since they have another answer than the right one.

    scores (N, M), −∞ where there is no answer; right (N,). Where another one scores the same as the right one, that wasn't
    found.
    """
    right = right[:, None]
    nearest = scores.detach().scatter(1, right, -torch.inf).amax(1)  # of the wrong ones: faster than argmax over all
    return scores.detach().gather(1, right)[:, 0] > nearest, ~torch.isneginf(nearest)


def own_picked(scores: Tensor) -> tuple[Tensor, Tensor]:
    """`picked` where the right answer to question i is answer i: scores (N, M), N ≤ M."""
    return picked(scores, torch.arange(len(scores), device=scores.device))


def positive_picked(positives: Tensor, negatives: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy, −mean_i log(e^{p_i} / (e^{p_i} + Σ_j e^{n_ij})), and how often the positive scores highest.

    positives (N,), negatives (N, M): as where the wrong answers come from a queue. Where a negative scores the same as
    the positive, the positive wasn't found. Questions without a wrong answer have no part, as in `picked`.
    """
    scores = torch.cat([positives[:, None], negatives], dim=1)  # (N, 1 + M)
    first = torch.zeros(len(scores), dtype=torch.int64, device=scores.device)
    nearest = negatives.detach().amax(1)
    asked = ~torch.isneginf(nearest)
    losses = functional.cross_entropy(scores, first, reduction="none")
    return mean_over(losses, asked), mean_over(positives.detach() > nearest, asked)
