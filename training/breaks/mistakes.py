"""Settings with which a method goes wrong although none of its parts is missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from training.config import RunConfig
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method
from training.settings import describe
from training.views import VIEWS

RATE_FACTOR = 30
COMPARING = ("Siamese, no negatives", "clustering", "contrastive")
"""Families that learn from what views of a clip have in common."""
PLACES = ("time_shift",)
"""Settings of the views that say where in its view a clip lies: they alone change nothing of what it is like."""
STAY = ("crop_seconds",)
"""Settings of the views that change how much is seen of a clip, and not what it is like."""


@dataclass(frozen=True)
class Mistake:
    """One way to go wrong."""

    title: str
    does: str
    """What is done, in one sentence that doesn't give away what comes of it."""
    expected: str
    """What should happen, in one sentence."""
    overrides: Callable[[type[Method]], dict[str, Any]]
    """Settings by name, as `training run --set` takes them; empty for a method that can't make this mistake."""


def _setting(name: str, value: float) -> Callable[[type[Method]], dict[str, Any]]:
    """A setting of the method's own, where it has one of this name that may be so."""

    def overrides(method: type[Method]) -> dict[str, Any]:
        ranges = {s.name: (s.low, s.high) for s in describe(method.Config)}
        low, high = ranges.get(name, (None, None))
        return {} if low is None or high is None or not low <= value <= high else {f"method.{name}": value}

    return overrides


def _learning_rate(method: type[Method]) -> dict[str, Any]:
    usual = method.run_defaults.get("learning_rate", RunConfig.learning_rate)
    highest = next(s.high for s in describe(RunConfig) if s.name == "learning_rate")
    return {"learning_rate": min(RATE_FACTOR * usual, highest)}


def _no_augmentation(method: type[Method]) -> dict[str, Any]:
    """Nothing for methods that compare a single view with itself, as those with holes do, and where views are plain anyway."""
    if method.card.family not in COMPARING or (method.one_view and not method.remembers_clips):
        return {}
    settings = [s for s in describe(VIEWS[ENCODERS[method.encoders[0]].domain]) if s.name not in STAY]
    usual = {s.name: s.default for s in settings} | dict(method.run_defaults.get("views", {}))
    if not any(usual[s.name] for s in settings if s.name not in PLACES):
        return {}
    return {f"views.{s.name}": 0.0 for s in settings}


MISTAKES: Mapping[str, Mistake] = {
    "high_temperature": Mistake(
        "temperature 10",
        "Similarities are divided by 10 before the softmax, so that all of them look nearly alike to the loss.",
        "Near and far wrong answers weigh the same: the spread stays, the rank falls to a handful of directions.",
        _setting("temperature", 10.0),
    ),
    "low_temperature": Mistake(
        "temperature .005",
        "Similarities are divided by .005 before the softmax, so that tiny differences become huge ones.",
        "Only the very nearest wrong answer counts: clips are spread evenly, and less of what they share is learned.",
        _setting("temperature", 0.005),
    ),
    "one_negative": Mistake(
        "one negative",
        "Each clip is told apart from one other clip alone.",
        "A single wrong answer is soon told apart, and there is little left to learn.",
        _setting("negatives", 1),
    ),
    "no_augmentation": Mistake(
        "no augmentation",
        "Views are of the clip as it is: nothing is changed but which part of it is seen.",
        "Views of a clip are nearly the same, so that any feature tells them from others: the loss falls at once, less is learned.",
        _no_augmentation,
    ),
    "large_learning_rate": Mistake(
        f"learning rate × {RATE_FACTOR}",
        f"Each step of the optimiser is {RATE_FACTOR} times as long as the method wants it.",
        "Steps overshoot: the loss jumps, and may never come down.",
        _learning_rate,
    ),
}


def mistakes_of(method: str) -> dict[str, dict[str, Any]]:
    """By name, the settings of each mistake that this method can make."""
    found = {name: mistake.overrides(METHODS[method]) for name, mistake in MISTAKES.items()}
    return {name: overrides for name, overrides in found.items() if overrides}
