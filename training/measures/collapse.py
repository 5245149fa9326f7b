"""Why a run goes wrong, told from its projections: the two ways in which embeddings collapse.

The thresholds were found on forced collapses and on healthy runs (docs/measures.md): complete collapse shows in the
normalised standard deviation, dimensional collapse in the centred effective rank. Both are read on the projector's
output; the encoder's embeddings of healthy models have a cosine near .9 and would alarm for nothing. Two readings in a
row make an alarm.
"""

from collections.abc import Sequence

COMPLETE_BELOW = 0.25
DIMENSIONAL_BELOW = 3.0


def collapse_warning(normalised_stds: Sequence[float], effective_ranks: Sequence[float]) -> str:
    """One sentence about the latest two readings, empty when all is well."""
    if len(normalised_stds) < 2:
        return ""
    if max(normalised_stds[-2:]) < COMPLETE_BELOW:
        return (
            f"Collapse: all clips get nearly the same projection (normalised standard deviation {normalised_stds[-1]:.2f}, "
            "1 is healthy), so a small loss means nothing here."
        )
    if max(effective_ranks[-2:]) < DIMENSIONAL_BELOW:
        return (
            f"Dimensional collapse: the projections use only about {effective_ranks[-1]:.1f} directions, so that most of "
            "what tells sounds apart is lost."
        )
    return ""
