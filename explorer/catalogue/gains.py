"""Whether training gained anything: each method is judged on what its card named beforehand, beside what needs no training.

A method beats a rival where it lies above it by more than two standard errors of their difference. The error is that of two
shares of right answers among all clips, over the root of the number of seeds; where the seeds differ by more than that, it
is theirs.
"""

import math
import statistics
from dataclasses import dataclass

from explorer.catalogue.comparison import Results, measured_seeds
from training.config import RunConfig
from training.methods import METHODS

RIVALS = {
    "own": "its own random initialisation",
    "default": "the default encoder's random initialisation",
    "log-mel": "log-mel statistics",
}
"""What a method should beat: the word in a table, and what it means."""

DEFAULT_ENCODER = (RunConfig.method, "supervised")
"""Rows of the results that begin at the default encoder's random initialisation: the default method's, else the ceiling's."""


@dataclass(frozen=True)
class Gain:
    """What a method's own measure was before and after training: means over its seeds."""

    facet: str
    measure: str
    before: float
    after: float
    error: float
    """The standard error of after − before."""
    beaten: tuple[str, ...]
    """Those of RIVALS that it beats."""

    @property
    def words(self) -> str:
        """Whom it beats, for a table."""
        return ", ".join(self.beaten) or "none yet"


def gain(found: Results, data: str, name: str) -> Gain | None:
    """How far the method `name` came on `data`; None where it wasn't measured."""
    seeds = measured_seeds(found, data, name)
    about = found.get(data, {}).get("baselines", {})
    if not seeds or not about:
        return None
    facet, measure = suited(name, about["main_facet"], about["group"])
    before = [float(seed["random_init"][facet][measure]) for seed in seeds]
    after = [float(seed["trained"][facet][measure]) for seed in seeds]
    untrained = next((rows for row in DEFAULT_ENCODER if (rows := measured_seeds(found, data, row))), [])
    default = [seed["random_init"][facet][measure] for seed in untrained]
    rivals = {"own": before, "default": default, "log-mel": [about["log_mel"][facet][measure]]}
    beaten = tuple(word for word in RIVALS if rivals[word] and beats(after, rivals[word], about["clips"]))
    error = standard_error(before, after, about["clips"])
    return Gain(facet, measure, statistics.fmean(before), statistics.fmean(after), error, beaten)


def suited(name: str, main_facet: str, group: str) -> tuple[str, str]:
    """The facet and the measure that a method's card names, in the words of a data set."""
    suits = METHODS[name].card.suits
    facet = main_facet if suits.facet == "content" else group
    # Neighbours and probes across groups mean nothing for the facet that is the group itself.
    return facet, "knn" if facet == group else suits.measure


def beats(after: list[float], rival: list[float], clips: int) -> bool:
    """Whether the seeds' values lie above the rival's by more than two standard errors; both are shares of `clips`."""
    paired = rival if len(rival) == len(after) else [statistics.fmean(rival)] * len(after)
    difference = statistics.fmean(after) - statistics.fmean(paired)
    return difference > 2 * standard_error(paired, after, clips)


def standard_error(before: list[float], after: list[float], clips: int) -> float:
    """That of the mean of after − before, seed by seed."""
    b, a = statistics.fmean(before), statistics.fmean(after)
    error = math.sqrt((b * (1 - b) + a * (1 - a)) / clips)
    if len(after) > 1:
        error = max(error, statistics.stdev([y - x for x, y in zip(before, after, strict=True)]))
    return error / math.sqrt(len(after))
