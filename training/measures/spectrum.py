"""How many directions the embeddings use.

Every function takes embeddings (n, D). The convention (σ or σ², centred or not) stands beside each, since papers differ.
"""

import torch
from torch import Tensor

from training.measures.measure import Measure
from training.run.schema import Curve


def effective_rank(sigma: Tensor) -> float:
    """exp of the entropy of σ / Σσ, centred: Roy and Vetterli 2007. 1 for a line, D when all directions count alike."""
    total = sigma.sum()
    if total <= 1e-12:
        return 0.0
    p = sigma / total
    return float(torch.special.entr(p).sum().exp())


def participation_ratio(sigma: Tensor) -> float:
    """(Σλ)² / Σλ² with λ = σ², centred."""
    power = sigma.square()
    return float(power.sum().square() / power.square().sum()) if power.sum() > 1e-24 else 0.0


def rank_me(x: Tensor) -> float:
    """exp(−Σ p log p), p = σ/Σσ + 1e-7, of the uncentred embeddings: Garrido et al. 2023, arXiv 2210.02885."""
    sigma = torch.linalg.svdvals(x.double())
    p = sigma / sigma.sum().clamp(min=1e-12) + 1e-7
    return float((-(p * p.log()).sum()).exp())


EFFECTIVE_RANK = Measure(
    Curve(
        "measure/effective_rank",
        "Effective rank",
        "dimensions",
        digits=1,
        meaning="How many directions the projections really use; when it falls to a few, dimensions have collapsed.",
        convention="projector output, exp entropy of σ/Σσ, centred",
        source="Roy and Vetterli 2007",
    ),
    lambda embedded: effective_rank(embedded.sigma_z),
)

ENCODER_EFFECTIVE_RANK = Measure(
    Curve(
        "measure/encoder_effective_rank",
        "Effective rank of the encoder",
        "dimensions",
        digits=1,
        meaning="How many directions the embeddings themselves use, before the projector.",
        convention="encoder output, exp entropy of σ/Σσ, centred",
        source="Roy and Vetterli 2007",
    ),
    lambda embedded: effective_rank(embedded.sigma_h),
)
