"""What came of a broken run beside its healthy twin, and of what was foretold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.bands import is_like_healthy
from training.measures.measure import PREFIX
from training.run import RunFolder, State
from training.run.twins import MEASURES, Role, other_of, twin_of
from training.verdicts import COLLAPSES, OPEN, Readings, Verdict, judged
from training.verdicts.rules import EARLY_STEPS

SHARE = 0.15
"""Of the healthy twin's value: twice what healthy runs were seen to differ by where the seed differs (docs/verdicts.md)."""
LAST_SHARE = 0.1
"""Of the steps so far, over which the loss is averaged."""


@dataclass(frozen=True)
class MeasureOfTwins:
    """One measure of both."""

    name: str
    broken: float | None
    healthy: float | None
    happened: str | None
    """Where the broken run's lies beside the healthy one's: lower, same or higher; None where one wasn't measured."""
    predicted: str | None
    right: bool | None


@dataclass(frozen=True)
class Outcome:
    """As of the last snapshot that both have."""

    step: int
    ended: bool
    """Whether both have ended."""
    early: int | None
    """How many steps were planned, where one of them ended before it had taken these: it was stopped, or broke off."""
    measures: tuple[MeasureOfTwins, ...]
    collapsed: bool | None
    """By the broken run's verdict; None where that is open."""
    open: str
    """Why there is no answer on collapse, in words; empty where there is one."""
    predicted: bool | None
    right: bool | None
    verdicts: Mapping[Role, Verdict]
    """On both, as of the same snapshot: each run's newest may be of another."""


def direction(broken: float | None, healthy: float | None) -> str | None:
    """Where one value lies beside the other: within SHARE of it they are the same."""
    if broken is None or healthy is None:
        return None
    away = broken - healthy
    return "same" if abs(away) <= SHARE * abs(healthy) else "higher" if away > 0 else "lower"


def outcome_of(run: RunFolder) -> Outcome | None:
    """Of the two runs of which this is one; None where the other is missing, or while they have no snapshot in common
    after the first step.
    """
    own, other = twin_of(run), other_of(run)
    if own is None or other is None:
        return None
    runs = {own.role: run, own.role.other: other}
    whole = {role: _readings(each) for role, each in runs.items()}
    common = [step for step in whole[Role.BROKEN].steps if step > 0 and step in whole[Role.HEALTHY].steps]
    if not common:
        return None
    step, foretold = common[-1], own.prediction
    readings = {role: _readings(each, step) for role, each in runs.items()}
    measures = tuple(_measured(readings, step, vars(foretold) if foretold else {}))
    stand = [each.status() for each in runs.values()]
    ended = not any(each.active or each.state is State.WAITING for each in stand)
    stopped = ended and any(each.state is not State.FINISHED for each in stand)
    early = max((each.steps or 0 for each in stand), default=0) if stopped else None
    verdicts = {role: judged(readings[role], each.config()) for role, each in runs.items()}
    collapsed = _collapsed(verdicts[Role.BROKEN])
    predicted = foretold.collapses if foretold else None
    unanswered = _unanswered(step) if collapsed is None else ""
    right = _right(collapsed, predicted)
    return Outcome(step, ended, early or None, measures, collapsed, unanswered, predicted, right, verdicts)


def _readings(run: RunFolder, until: int | None = None) -> Readings:
    """Of the whole run, or of its rows up to a step."""
    rows = [row for row in run.metrics() if until is None or row.get("step") in range(until + 1)]
    config = run.config()
    return Readings.of(rows, run.baselines(), config.get("method"), is_like_healthy(config))


def _measured(readings: Mapping[Role, Readings], step: int, foretold: dict[str, Any]) -> Iterator[MeasureOfTwins]:
    for name, curve in MEASURES.items():
        broken, healthy = (_value(readings[role], curve, step) for role in (Role.BROKEN, Role.HEALTHY))
        happened, predicted = direction(broken, healthy), foretold.get(name)
        yield MeasureOfTwins(name, broken, healthy, happened, predicted, _right(happened, predicted))


def _value(readings: Readings, curve: str, step: int) -> float | None:
    if curve.startswith(PREFIX):
        return readings.of_snapshot(readings.steps.index(step), curve.removeprefix(PREFIX))
    late = [loss for at, loss in readings.losses if step * (1 - LAST_SHARE) < at <= step]
    return sum(late) / len(late) if late else None


def _collapsed(broken: Verdict) -> bool | None:
    return None if broken.kind in OPEN else broken.kind in COLLAPSES


def _unanswered(step: int) -> str:
    return f"open: a judgement needs {EARLY_STEPS} steps" if step < EARLY_STEPS else "open: too early to tell"


def _right(happened: Any, predicted: Any) -> bool | None:
    return None if happened is None or predicted is None else happened == predicted
