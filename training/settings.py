"""Settings described once: the page's form, the command line and the documentation are built from these."""

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from training.errors import SettingError, UserError
from training.units import Unit, in_words

C = TypeVar("C")


def setting(
    default: Any,
    meaning: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    scale: typing.Literal["linear", "log"] = "linear",
    unit: Unit = "",
    before: Any = dataclasses.MISSING,
) -> Any:
    """A dataclass field with its range and one sentence of meaning; `low` and `high` are inclusive.

    With a `unit` of training.units form, documents and command line say values in words too, such as "±16 %".
    `before` is the value that runs had which were begun before the setting was there: those of its absence.
    """
    described = {"meaning": meaning, "low": low, "high": high, "choices": choices, "scale": scale, "unit": unit}
    return field(default=default, metadata={**described, "before": before})


@dataclass(frozen=True)
class Setting:
    """One described setting of a frozen configuration dataclass."""

    name: str
    kind: type
    """bool, int, float or str."""
    optional: bool
    """Whether None is a legal value."""
    default: Any
    meaning: str
    low: float | None
    high: float | None
    choices: tuple[str, ...] | None
    scale: str
    unit: Unit
    before: Any = dataclasses.MISSING
    """What runs had that were begun before this setting was there; MISSING for those of the first version."""

    def check(self, value: Any) -> Any:
        """`value` in the setting's own type. Raises UserError when it is of another type or out of range."""
        if value is None and self.optional:
            return None
        wanted = self.expected()
        if isinstance(value, str) and self.kind is not str:
            value = self._from_text(value, wanted)
            if value is None:
                return None
        if self.kind is float and type(value) is int:
            value = float(value)
        if self.kind is int and type(value) is float and value.is_integer():
            value = int(value)
        other = self.choices is not None and value not in self.choices
        if type(value) is not self.kind or self._outside(value) or other:
            raise SettingError(self.name, f"is {value!r}, but {wanted} was expected.")
        return value

    def in_words(self, value: Any) -> str:
        """A legal value in words of the setting's unit, such as "±16 %"; empty where the value says it all."""
        return in_words(self.unit, value) if self.unit and type(value) in (int, float) else ""

    def _outside(self, value: Any) -> bool:
        if self.kind not in (int, float):
            return False
        below = self.low is not None and not value >= self.low  # written so that NaN counts as outside
        return below or (self.high is not None and not value <= self.high)

    def expected(self) -> str:
        """What a legal value is, in words."""
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        words = {int: "a whole number", float: "a number", str: "a text"}[self.kind]
        if self.low is not None and self.high is not None:
            words += f" from {_written(self.low)} to {_written(self.high)}"
        elif self.low is not None:
            words += f" of at least {_written(self.low)}"
        elif self.high is not None:
            words += f" of at most {_written(self.high)}"
        return words + (" or nothing" if self.optional else "")

    def _from_text(self, text: str, wanted: str) -> Any:
        if self.optional and text.lower() in ("", "none"):
            return None
        if self.kind is bool and text.lower() in ("true", "false", "on", "off", "yes", "no", "1", "0"):
            return text.lower() in ("true", "on", "yes", "1")
        try:
            return {int: int, float: float}[self.kind](text)
        except (KeyError, ValueError):
            raise SettingError(self.name, f"is {text!r}, but {wanted} was expected.") from None


def _written(bound: float) -> str:
    return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"


def describe(config: type) -> tuple[Setting, ...]:
    """Every described field of a configuration dataclass, in order; fields without a meaning are not settings."""
    return _described(config)


@cache  # not around `describe`: mypy takes no union of types for something that can be hashed
def _described(config: type) -> tuple[Setting, ...]:
    hints = typing.get_type_hints(config)
    found = []
    for f in dataclasses.fields(config):
        if "meaning" not in f.metadata:
            continue
        kind, optional = _plain_type(hints[f.name])
        found.append(Setting(f.name, kind, optional, f.default, **f.metadata))
    return tuple(found)


def build(config: type[C], values: typing.Mapping[str, Any], owner: str) -> C:
    """`config` with `values` checked one by one. `owner` names it in the message for an unknown setting."""
    known = {s.name: s for s in describe(config)}
    unknown = [name for name in values if name not in known]
    if unknown:
        offered = ", ".join(known) or "none"
        raise UserError(f"{owner} has no setting {unknown[0]!r}; its settings are: {offered}.")
    return config(**{name: known[name].check(value) for name, value in values.items()})


def as_stored(config: type, values: typing.Mapping[str, Any]) -> dict[str, Any]:
    """`values` of a run that was begun with this version or an earlier one, with those of settings added since."""
    added = {s.name: s.before for s in describe(config) if s.before is not dataclasses.MISSING}
    return {**added, **values}


def _plain_type(hint: Any) -> tuple[type, bool]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        inner = [a for a in typing.get_args(hint) if a is not type(None)]
        return inner[0], True
    if typing.get_origin(hint) is typing.Literal:
        return str, False
    return hint, False
