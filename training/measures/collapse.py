"""Why a run goes wrong, told from its projections: the two ways in which embeddings collapse.

The thresholds were found on forced collapses and on healthy runs (docs/measures.md): complete collapse shows in the
normalised standard deviation, dimensional collapse in the centred effective rank. Both are read on the projector's
output; the encoder's embeddings of healthy models have a cosine near .9 and would alarm for nothing. Two readings in a
row make an alarm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from training.run.schema import VerdictKind

COMPLETE_BELOW = 0.25
DIMENSIONAL_BELOW = 3.0
COMPLETE = VerdictKind("collapse", "Collapse", "All clips get nearly the same projection.")
DIMENSIONAL = VerdictKind("dimensional_collapse", "Dimensional collapse", "The projections use only a few directions.")
VERDICTS = (COMPLETE, DIMENSIONAL)
"""What may be told of a run; the title begins the sentence."""


@dataclass(frozen=True)
class Alarm:
    """What is wrong."""

    measure: str
    """Name of the measure from which it was read."""
    sentence: str


def collapse_warning(normalised_stds: Sequence[float], effective_ranks: Sequence[float]) -> Alarm | None:
    """What the latest two readings tell, None when all is well."""
    if len(normalised_stds) < 2:
        return None
    if max(normalised_stds[-2:]) < COMPLETE_BELOW:
        return Alarm(
            "normalised_std",
            f"{COMPLETE.title}: all clips get nearly the same projection (normalised standard deviation {normalised_stds[-1]:.2f}, "
            "1 is healthy), so a small loss means nothing here.",
        )
    if max(effective_ranks[-2:]) < DIMENSIONAL_BELOW:
        return Alarm(
            "effective_rank",
            f"{DIMENSIONAL.title}: the projections use only about {effective_ranks[-1]:.1f} directions, so that most of "
            "what tells sounds apart is lost.",
        )
    return None
