"""Continuous features to the nearest of a few learned codes, chosen by Gumbel softmax so that the choice can be learned.

Source:  Jang et al. 2017, arXiv 1611.01144 (Gumbel softmax); its use here as in vq-wav2vec, 1910.05453, and wav2vec 2.0.
Shapes:  B clips, U frames, D width of what is quantised, G groups (codebooks), V codes of each, C code width.
"""

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

LOGITS_STD = 4.0
"""Standard deviation of the codes' logits at the start."""


class GumbelQuantiser(nn.Module):
    """One of V codes from each of G groups, side by side: (B, U, D) → (B, U, G · C)."""

    def __init__(self, width_in: int, groups: int, codes: int, width_code: int) -> None:
        super().__init__()
        self.groups, self.codes, self.width = groups, codes, groups * width_code
        self.norm = nn.LayerNorm(width_in)
        self.logits = nn.Linear(width_in, groups * codes)
        # As wide as the noise or wider, so that from the start it is the sound that chooses.
        nn.init.normal_(self.logits.weight, std=LOGITS_STD / width_in**0.5)
        nn.init.zeros_(self.logits.bias)
        self.entries = nn.Parameter(torch.randn(groups, codes, width_code) / width_code**0.5)

    def forward(
        self, h: Tensor, noise: Tensor | None = None, temperature: float = 1.0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """q (B, U, G · C), the choice (B, U, G) int64, and the probabilities (B, U, G, V) before the noise.

        With Gumbel `noise` (B, U, G, V) a code is drawn: the forward pass takes the drawn code alone, the gradient is
        that of the softmax at `temperature`. Without it the likeliest code is taken.
        """
        logits = self.logits(self.norm(h)).float().unflatten(2, (self.groups, self.codes))
        probability = logits.softmax(3)
        soft = probability if noise is None else ((logits + noise) / temperature).softmax(3)
        choice = soft.argmax(3)
        hard = functional.one_hot(choice, self.codes).to(soft.dtype)
        straight_through = hard - soft.detach() + soft
        q = torch.einsum("bugv,gvc->bugc", straight_through, self.entries)
        return q.flatten(2), choice, probability


def gumbel_noise(shape: tuple[int, ...], like: Tensor, generator: Generator) -> Tensor:
    """−log(−log u), the noise with which the likeliest entry is a draw from the softmax. On the device of `like`."""
    exponential = torch.empty(shape, device=like.device).exponential_(generator=generator)
    return -exponential.clamp(min=1e-20).log()


def perplexity(mean_probability: Tensor) -> Tensor:
    """(G, V), each row summing to 1 → (G,): how many codes are in use, from 1 to V, e to the entropy."""
    return torch.exp(-torch.xlogy(mean_probability, mean_probability).sum(1))
