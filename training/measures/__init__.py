"""Embeddings to numbers. MEASURES is the list of what is logged and plotted, each with its meaning and convention."""

from dataclasses import dataclass

from torch import Tensor

from training.measures.spectrum import effective_rank, singular_values
from training.measures.spread import alignment, mean_cosine, normalised_std, uniformity


@dataclass(frozen=True)
class Measure:
    """One curve of measure/<name>."""

    name: str
    title: str
    meaning: str
    convention: str
    source: str
    ideal: float | None = None
    """A value worth a line on the plot."""


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure(
            "cross_group_knn", "Cross-group kNN", "How often a clip's nearest neighbours from other sources carry its label.",
            "encoder output, z-scored, cosine, k = 20, weights e^(cos/.07), own source banned", "arXiv 1805.01978",
        ),
        Measure(
            "normalised_std", "Normalised std", "Whether projections point everywhere (1) or all one way (0: collapse).",
            "projector output, √P · mean std(z/‖z‖), centred", "arXiv 2011.10566", ideal=1.0,
        ),
        Measure(
            "effective_rank", "Effective rank", "How many directions the projections use; below 3 they have collapsed.",
            "projector output, exp entropy of σ/Σσ, centred", "Roy and Vetterli 2007",
        ),
        Measure(
            "encoder_effective_rank", "Effective rank of the encoder", "How many directions the embeddings themselves use.",
            "encoder output, exp entropy of σ/Σσ, centred", "Roy and Vetterli 2007",
        ),
        Measure(
            "alignment", "Alignment", "How far two views of one clip lie apart; lower means that the changes are ignored.",
            "projector output, mean ‖x − y‖² of normalised pairs", "arXiv 2005.10242", ideal=0.0,
        ),
        Measure(
            "uniformity", "Uniformity", "How evenly clips fill the sphere; lower is more even, 0 is one point.",
            "projector output, log mean e^(−2‖x − x'‖²), normalised", "arXiv 2005.10242",
        ),
        Measure(
            "mean_cosine", "Mean cosine", "How much any two clips point the same way; 1 is collapse.",
            "projector output, all pairs of different clips", "arXiv 2011.10566", ideal=0.0,
        ),
    )
}  # fmt: skip


def geometry(h: Tensor, z: Tensor, pairs: tuple[Tensor, Tensor]) -> tuple[dict[str, float], Tensor]:
    """All measures but kNN, of encoder outputs h (n, D), projections z (n, P) and projected views of the same clips.

    Also σ of the centred encoder outputs.
    """
    sigma_h = singular_values(h)
    found = {
        "normalised_std": normalised_std(z),
        "effective_rank": effective_rank(singular_values(z)),
        "encoder_effective_rank": effective_rank(sigma_h),
        "alignment": alignment(*pairs),
        "uniformity": uniformity(pairs[0]),
        "mean_cosine": mean_cosine(z),
    }
    return found, sigma_h
