"""Parts that can be taken out of a method, to see what they are there for.

A method's file stays the paper's: what is taken out is replaced from here. `--break NAME` (repeatable) trains a run
without the part, config.json keeps the names, and a resume goes on without it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

# First and whole: another thread may be importing it just now, and to ask for a part of a package that is half imported
# makes the two wait for each other.
import training.methods  # noqa: F401
from training.breaks.table import BREAKS, Break
from training.errors import UserError
from training.methods.method import Method

__all__ = ["BREAKS", "Break", "check_breaks", "take_out", "with_settings"]


def check_breaks(method: str, names: Sequence[str]) -> None:
    """Raises UserError where the method has no part of such a name, or one is named twice."""
    known = BREAKS.get(method, {})
    for name in names:
        if name not in known:
            offered = f"its parts are {', '.join(known)}" if known else "none of its parts can be"
            raise UserError(f"The part {name!r} can't be taken out of the method {method}; {offered}.")
        if names.count(name) > 1:
            raise UserError(f"The part {name!r} was named {names.count(name)} times, but once was expected.")


def with_settings(method: str, names: Sequence[str], settings: Any) -> Any:
    """The method's settings, with those that take the parts out whatever was set."""
    for name in names:
        settings = replace(settings, **BREAKS[method][name].settings)
    return settings


def take_out(method: str, names: Sequence[str], built: Method) -> None:
    """Replace the parts of a built method, in place."""
    for name in names:
        BREAKS[method][name].replace(built)
