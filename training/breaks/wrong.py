"""What can be done wrong on purpose, under one name each: a part that is taken out, or a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from training.breaks import BREAKS
from training.breaks.mistakes import MISTAKES, mistakes_of
from training.breaks.table import CALLED, DOES
from training.config import RunConfig
from training.errors import UserError

PART, MISTAKE = "part:", "mistake:"
"""Begin the names; assets/js/forms/form_line.js reads them."""


@dataclass(frozen=True)
class Wrong:
    """One thing that can be done wrong with a method."""

    title: str
    """What follows the method's name: "without predictor", "with temperature 10"."""
    does: str
    """What is done, in one sentence."""
    expected: str
    """What should happen, in one sentence."""
    breaks: tuple[str, ...] = ()
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Settings by name, as `training run --set` takes them."""


FAMOUS = (
    ("simclr", f"{MISTAKE}high_temperature"),
    ("byol", f"{PART}predictor"),
    ("byol", f"{PART}stop_gradient"),
    ("byol", f"{PART}ema"),
    ("vicreg", f"{PART}variance"),
)
"""(method, what is done wrong with it) that say most; one of them does no harm, contrary to what most expect."""


def wrongs_of(method: str) -> dict[str, Wrong]:
    """By name, all that can be done wrong with a method: the parts first."""
    parts = {
        f"{PART}{name}": Wrong(
            f"without {CALLED.get(name, name.replace('_', ' '))}", DOES[name], part.expected, breaks=(name,)
        )
        for name, part in BREAKS.get(method, {}).items()
    }
    mistakes = {
        f"{MISTAKE}{name}": Wrong(
            f"with {MISTAKES[name].title}", MISTAKES[name].does, MISTAKES[name].expected, overrides=overrides
        )
        for name, overrides in mistakes_of(method).items()
    }
    return parts | mistakes


def broken(config: RunConfig, wrong: str) -> RunConfig:
    """The run with this done wrong, and nothing else. Raises UserError where the method can't be broken so."""
    found = wrongs_of(config.method).get(wrong)
    if found is None:
        offered = ", ".join(wrongs_of(config.method))
        raise UserError(f"With the method {config.method} {wrong!r} can't be done wrong; what can is: {offered}.")
    changed: dict[str, dict[str, Any]] = {"method": {}, "views": {}, "": {}}
    for name, value in found.overrides.items():
        owner, _, setting = name.rpartition(".")
        changed[owner][setting] = value
    return replace(
        config,
        settings={**config.settings, **changed["method"]},
        views={**config.views, **changed["views"]},
        breaks=found.breaks or config.breaks,
        **changed[""],
    )
