"""What browsers send becomes values of ours: of anything that comes in only what was described is kept.

A shape describes what is expected:

    str, bool, int, float     such a value: a str neither long nor broken, a number neither huge nor infinite
    (shape, ...)              the first of these that fits
    {"name": shape, ...}      an object; of its names those are kept that stand here and whose value fits
    {str: shape}              an object with any names, whose values are None where they don't fit
    Uploaded                  a file that the page's framework has received, as it describes one
    ListOf(shape)             a list of such values
    None                      nothing at all

Whatever doesn't fit is None. So nothing that was nested in a value travels on: Gradio copies every object that looks
like a file, however deep it lies in what a handler answers, into its cache and gives it out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

from gradio.blocks import Block
from gradio.data_classes import FileData

from explorer.sounds.uploads import received
from training.errors import UserError

LONGEST_TEXT = 4_000
MOST_ENTRIES = 500
LARGEST_WHOLE = 2**63


class Uploaded:
    """The shape of a file that was received."""


class Typed:
    """A component of ours, which says what it takes from browsers."""

    accepts: ClassVar[Any] = None
    """The shape of what handlers are given of a value that a browser sent."""
    sends: ClassVar[dict[str, Any]] = {}
    """The same of what its events tell."""


@dataclass(frozen=True)
class ListOf:
    """The shape of a list."""

    of: Any


NUMBER = (int, float)
SCALAR = (bool, int, float, str)
SOUND = {"upload": str, "fingerprint": str, "index": int}
"""The address of a sound; see explorer.components.sound_player."""


def typed(shape: Any, value: Any) -> Any:
    """What of `value` has the shape, else None."""
    if isinstance(shape, tuple):
        return next((found for one in shape if (found := typed(one, value)) is not None), None)
    if isinstance(shape, Mapping):
        return _object(shape, value)
    if isinstance(shape, ListOf):
        items = value[:MOST_ENTRIES] if isinstance(value, list) else []
        return [found for item in items if (found := typed(shape.of, item)) is not None]
    if shape is Uploaded:
        return _uploaded(value)
    return value if shape is not None and _is(shape, value) else None


def holds_file(value: Any) -> bool:
    """Whether somewhere in a handler's answer there is what Gradio would copy and give out as a file."""
    if isinstance(value, Mapping):
        return {"path", "meta"} <= value.keys() or any(map(holds_file, value.values()))
    if isinstance(value, list | tuple):
        return any(map(holds_file, value))
    if isinstance(value, Block):  # gr.Dropdown(choices=…) as an answer changes what is shown
        return holds_file(value.constructor_args)
    if isinstance(value, SimpleNamespace):
        return holds_file(vars(value))
    return isinstance(value, FileData)


def _is(kind: Any, value: Any) -> bool:
    if type(value) is not kind:
        return False
    if kind is str:
        return len(value) <= LONGEST_TEXT and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return kind is bool or (abs(value) < LARGEST_WHOLE if kind is int else math.isfinite(value))


def _object(shape: Mapping[Any, Any], value: Any) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    if str in shape:
        names = [name for name in list(value)[:MOST_ENTRIES] if _is(str, name)]
        return {name: typed(shape[str], value[name]) for name in names}
    found = {name: typed(inner, value.get(name)) for name, inner in shape.items()}
    return {name: kept for name, kept in found.items() if kept is not None}


def _uploaded(value: Any) -> dict[str, Any] | None:
    """Described anew: of what a browser says of a file its place counts, and the name it had there."""
    about = typed({"path": str, "orig_name": str}, value) or {}
    try:
        return {**about, "path": str(received(about.get("path", ""))), "meta": {"_type": "gradio.FileData"}}
    except UserError:
        return None
