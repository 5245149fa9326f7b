"""Masked prediction of names: each moment of a sound has one of K names, and the model says it where the moment is hidden.

Shapes:  B clips, U moments of a view, K names.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.parts.mean_over import loss_over, mean_over
from training.parts.quantiser import perplexity


def masked_prediction(scores: Tensor, names: Tensor, hidden: Tensor) -> dict[str, Tensor]:
    """What `Method.loss` gives of it: "loss" and "clips", the negative log-likelihood of the names, and "accuracy".

    scores (B, U, K) float32, names (B, U) int64, hidden (B, U).
    """
    wrong = functional.cross_entropy(scores.transpose(1, 2), names, reduction="none")  # (B, U)
    return {**loss_over(wrong, hidden), "accuracy": mean_over(scores.argmax(2) == names, hidden).detach()}


def names_in_use(names: Tensor, count: int, inside: Tensor) -> Tensor:
    """How many of `count` names the clips' own moments `inside` (B, U) have: e to the entropy of their shares, a scalar."""
    return perplexity(_shares(names, count, inside)[None])[0]


def shares_of_names(scores: Tensor, names: Tensor, hidden: Tensor) -> Tensor:
    """(2, K): how often each name is that of a hidden moment, and how often the model says it."""
    return torch.stack([_shares(each, scores.shape[2], hidden) for each in (names, scores.argmax(2))])


def _shares(names: Tensor, count: int, counted: Tensor) -> Tensor:
    return mean_over(functional.one_hot(names, count).float(), counted)  # (K,)
