"""The rules, from readings to the kind of a judgement and its evidence. docs/verdicts.md gives each its reason.

A reading is held against healthy runs of the same method, or against the run's own start where none are known, since widths,
norms and data decide where a measure lies. Two snapshots in a row are asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from training.run.verdict import Evidence
from training.verdicts.bounds import Bound
from training.verdicts.neighbours import (
    ALIKE,
    KNN,
    above_random,
    knn_at,
    knn_of,
    latest_knn,
    not_above_random,
    surely_above,
)
from training.verdicts.readings import LOSS, Readings

ROW = 2
"""So many snapshots must agree."""
OF_HEALTHY = 0.4
"""Less than this share of the least that healthy runs of the method had is lost. A collapse is under a quarter of a healthy
twin's, and one healthy run may have half as much again as another.
"""
SPREAD_OF_START = 0.25
"""Where no healthy run of the method is known: a spread below this share of the run's own start is lost."""
RANK_OF_START = 0.12
"""The same of the projections' rank, which healthy methods were seen to lower to a fifth of its start."""
ENCODER_RANK_OF_START = 0.2
"""The same of the encoder's rank; healthy methods were seen to lower it to .28 of its start."""
RANK_BELOW = 3.0
"""So few directions are lost in any case."""
ONE_WAY = 0.25
"""Projections with a smaller normalised std all point nearly the same way. That alone is none: SimCLR learns so at τ = .005."""
AT_CHANCE = 0.005
"""A loss within this share of its chance line has learned nothing, where it stays there: DINO's passes through it."""
FLAT = 0.02
"""A loss that fell by less than this share of its whole fall has stopped."""
EXPLODED = 20.0
"""So many times the highest loss of the first tenth."""
UNSETTLED_STEPS = 40
"""Before, nothing is a collapse: encoders that hear samples were seen to point one way until step 20, and to spread again."""
EARLY_STEPS = 200
"""Before, a method may still lie below its random initialisation: most two-view methods first do."""


@dataclass(frozen=True)
class Finding:
    """A rule that holds, since which step, and what says so."""

    since: int
    evidence: tuple[Evidence, ...]


ONE_POINT = (
    Bound("centred_std", "centred std", OF_HEALTHY, SPREAD_OF_START, compared_only=True),
    Bound("encoder_normalised_std", "normalised std of the encoder", OF_HEALTHY, SPREAD_OF_START),
)
SMALL = (Bound("encoder_centred_std", "centred std of the encoder", OF_HEALTHY),)
"""Encoders and data differ in how long embeddings are, so that is no collapse alone: neighbours must have been lost, too."""
FEW_DIRECTIONS = (
    Bound("effective_rank", "effective rank", OF_HEALTHY, RANK_OF_START, RANK_BELOW, compared_only=True),
    Bound("encoder_effective_rank", "effective rank of the encoder", OF_HEALTHY, ENCODER_RANK_OF_START, RANK_BELOW),
)
SAME_WAY = (Bound("normalised_std", "normalised std", absolute=ONE_WAY, compared_only=True),)


def diverging(readings: Readings) -> Finding | None:
    """The loss is no number, or far above all that the first steps had."""
    losses = readings.losses
    if not losses or (len(losses) < 10 and readings.lost is None):
        return None
    latest = losses[-1][1]
    bound = EXPLODED * max(abs(value) for _, value in losses[: max(2, len(losses) // 10)])
    if readings.lost is not None:
        return Finding(readings.lost, (Evidence(LOSS, latest, bound, "the loss is no number"),))
    if latest <= bound:
        return None
    since = next(step for step, value in losses if value > bound)
    return Finding(since, (Evidence(LOSS, latest, bound, f"loss {latest:.3g}, above {bound:.3g}"),))


def complete_collapse(readings: Readings) -> Finding | None:
    """All clips lie at nearly one point, or point one way with few directions left around it, or close together and no
    longer beside what they resemble.
    """
    one_way, few = _lasting(readings, SAME_WAY), _lasting(readings, FEW_DIRECTIONS)
    if one_way is not None and few is not None:
        return Finding(max(one_way.since, few.since), one_way.evidence + few.evidence)
    return _lasting(readings, ONE_POINT) or (_lasting(readings, SMALL) if not_above_random(readings) else None)


def dimensional_collapse(readings: Readings) -> Finding | None:
    """Clips lie in a few directions."""
    return _lasting(readings, FEW_DIRECTIONS)


def trivial_solution(readings: Readings) -> Finding | None:
    """The loss stays where a model that has learned nothing scores."""
    chance, trained = readings.chance_loss, readings.trained
    if chance is None or len(trained) < ROW + 1 or readings.step < EARLY_STEPS or above_random(readings):
        return None
    reach = AT_CHANCE * abs(chance)
    since = readings.steps[trained[-ROW]]
    late = [value for step, value in readings.losses if step >= min(since, readings.step / 2)]
    if not late or any(abs(value - chance) > reach for value in late):
        return None
    before = [step for step, value in readings.losses if abs(value - chance) > reach]
    words = f"loss {late[-1]:.3f}, chance is {chance:.3f}"
    return Finding(max([0, *before]), (Evidence(LOSS, late[-1], chance, words),))


def plateau(readings: Readings) -> Finding | None:
    """Over the last half of the steps neither the loss nor the neighbours got better."""
    trained = readings.trained
    half = readings.step / 2
    late = [i for i in trained if readings.steps[i] >= half]
    early = [i for i in trained if readings.steps[i] < half]
    if len(late) < ROW + 1 or len(early) < ROW or readings.step < EARLY_STEPS:
        return None
    before = [loss for step, loss in readings.losses if step < half]
    since = [loss for step, loss in readings.losses if step >= half]
    if not before or not since:
        return None
    fallen = _mean(before[-5:]) - _mean(since[-5:])
    if fallen > FLAT * max(readings.losses[0][1] - min(since), 1e-9):
        return None
    knn_before, knn_since = knn_at(readings, early), knn_at(readings, late)
    if knn_before and knn_since and max(knn_since) > max(knn_before) + ALIKE:
        return None
    words = f"loss lower by {fallen:.3f} over the last half of the steps"
    return Finding(int(half), (Evidence(LOSS, since[-1], before[-1], words),))


def learning(readings: Readings) -> Finding | None:
    """Neighbours are better than at random initialisation, or, without labels, the loss has fallen."""
    latest, trained = latest_knn(readings), readings.trained
    if not trained:
        return None
    random = readings.line("random_init")
    if latest is not None and random is not None:
        if not surely_above(latest, random, readings):
            return None
        above = {i for i in trained if surely_above(knn_of(readings, i) or 0.0, random, readings)}
        words = f"kNN {latest:.2f}, above random initialisation {random:.2f}"
        return Finding(readings.steps[_begins(trained, above)], (Evidence(KNN, latest, random, words),))
    if len(readings.losses) < 4:
        return None
    first, last = readings.losses[0][1], _mean([value for _, value in readings.losses[-3:]])
    if first - last <= FLAT * abs(first):
        return None
    return Finding(0, (Evidence(LOSS, last, first, f"loss {last:.3f}, {first:.3f} at the start"),))


def too_early(readings: Readings) -> bool:
    """Whether too little was trained for a judgement."""
    return bool(missing(readings))


def alone(readings: Readings) -> bool:
    """Whether there is one snapshot, of after the first step, and nothing to hold it against, as of an import."""
    return len(readings.steps) == len(readings.trained) == 1


def missing(readings: Readings) -> str:
    """What a judgement needs and this run has not; empty where it has enough."""
    snapshots = len(readings.trained)
    if snapshots >= ROW and readings.step >= EARLY_STEPS:
        return ""
    return (
        f"Train longer: a judgement needs {EARLY_STEPS} steps and {ROW} snapshots after the first step, "
        f"and this run has {readings.step} and {snapshots}."
    )


RULES: tuple[tuple[str, Callable[[Readings], Finding | None]], ...] = (
    ("diverging", diverging),
    ("complete_collapse", complete_collapse),
    ("dimensional_collapse", dimensional_collapse),
    ("trivial_solution", trivial_solution),
    ("plateau", plateau),
    ("learning", learning),
)
"""The first that holds is the judgement: a collapse outranks a trivial solution."""


def _lasting(readings: Readings, bounds: tuple[Bound, ...]) -> Finding | None:
    """What lies below a bound in the last snapshots, since the first of them in a row."""
    trained = readings.trained
    if len(trained) < ROW or readings.step < UNSETTLED_STEPS:
        return None
    for bound in bounds:
        below = {i for i in trained if bound.below(readings, i) is not None}
        if below.issuperset(trained[-ROW:]):
            told = [other.below(readings, trained[-1]) for other in bounds]
            return Finding(readings.steps[_begins(trained, below)], tuple(each for each in told if each is not None))
    return None


def _begins(trained: list[int], holds: set[int]) -> int:
    """The first of the snapshots since which all hold."""
    first = trained[-1]
    for place in reversed(trained):
        if place not in holds:
            break
        first = place
    return first


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
