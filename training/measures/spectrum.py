"""How many directions the embeddings use.

Every function takes σ of the centred embeddings, descending, or embeddings (n, D) where they are not centred. The convention
(σ or λ = σ²) stands beside each, since papers differ.
"""

import torch
from torch import Tensor

from training.measures.measure import Measure
from training.measures.stage import StageMeasure, of_stage
from training.run.schema import Curve

FIT = (10, 100)
"""Ranks of the first and last eigenvalue to which the power law is fitted: the largest few follow none."""
FEWEST = 5
"""Eigenvalues that make a slope."""


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


def stable_rank(sigma: Tensor) -> float:
    """Σλ / λ₁, λ = σ²: ‖X‖²_F / ‖X‖²₂ of the centred embeddings, see arXiv 2305.16562.

    NESum (He and Ozay, ICML 2022), the sum of the covariance's eigenvalues by its largest, is this very number.
    """
    power = sigma.square()
    return float(power.sum() / power.max()) if power.sum() > 1e-24 else 0.0


def alpha_req(sigma: Tensor, fit: tuple[int, int] = FIT) -> float:
    """α of λ_i ∝ i^−α, λ = σ², by least squares of log λ on log i over ranks `fit`, both included: α-ReQ, NeurIPS 2022.

    Where there are fewer directions the fit ends with them; NaN where fewer than FEWEST are left.
    """
    power = sigma.square()
    power = power[power > 1e-12 * power.max()]
    first, last = fit[0], min(fit[1], len(power))
    if last - first + 1 < FEWEST:
        return float("nan")
    x, y = torch.arange(first, last + 1).double().log(), power[first - 1 : last].double().log()
    x, y = x - x.mean(), y - y.mean()
    return -float((x * y).sum() / x.square().sum())


EFFECTIVE_RANK = Measure(
    Curve(
        "measure/effective_rank",
        "Effective rank",
        "dimensions",
        digits=1,
        meaning="How many directions the projections really use; when it falls to a few, dimensions have collapsed.",
        convention="projector output, exp entropy of σ/Σσ, centred",
        source="Roy and Vetterli 2007",
        collapse="lower",
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
        collapse="lower",
    ),
    lambda embedded: effective_rank(embedded.sigma_h),
)

STAGE_EFFECTIVE_RANK = of_stage(EFFECTIVE_RANK, lambda stage: effective_rank(stage.sigma))

RANK_ME = StageMeasure(
    Curve(
        "stage/rank_me",
        "RankMe",
        "dimensions",
        digits=1,
        meaning="The effective rank with the mean left in: a mean far from zero counts as one large direction.",
        convention="exp entropy of σ/Σσ + 1e-7, not centred",
        source="arXiv 2210.02885",
    ),
    lambda stage: rank_me(stage.x),
)

PARTICIPATION_RATIO = Measure(
    Curve(
        "measure/participation_ratio",
        "Participation ratio",
        "dimensions",
        digits=1,
        meaning="How many directions carry the variance of the projections; small ones count less than for the effective rank.",
        convention="projector output, (Σλ)²/Σλ², λ = σ², centred",
        source="closed form",
        collapse="lower",
    ),
    lambda embedded: participation_ratio(embedded.sigma_z),
)
"""Of all measures without labels the one that goes along best with what labels say: docs/verdicts.md."""

STAGE_PARTICIPATION_RATIO = of_stage(PARTICIPATION_RATIO, lambda stage: participation_ratio(stage.sigma))

STABLE_RANK = StageMeasure(
    Curve(
        "stage/stable_rank",
        "Stable rank (NESum)",
        "dimensions",
        digits=1,
        meaning="The variance of all directions, divided by that of the largest one.",
        convention="Σλ/λ₁, λ = σ², centred",
        source="arXiv 2305.16562; NESum: He and Ozay, ICML 2022",
    ),
    lambda stage: stable_rank(stage.sigma),
)

ALPHA_REQ = StageMeasure(
    Curve(
        "stage/alpha_req",
        f"α-ReQ, {FIT[0]} to {FIT[1]}",
        "exponent",
        digits=2,
        meaning="How fast the variance falls from direction to direction: 0 is alike in all, large is a few directions.",
        convention=f"slope of −log λ on log i, i = {FIT[0]} to {FIT[1]}, λ = σ², centred",
        source="Agrawal et al., NeurIPS 2022",
    ),
    lambda stage: alpha_req(stage.sigma),
)

OF_STAGES: tuple[StageMeasure, ...] = (
    STAGE_EFFECTIVE_RANK, RANK_ME, STAGE_PARTICIPATION_RATIO, STABLE_RANK, ALPHA_REQ,
)  # fmt: skip
