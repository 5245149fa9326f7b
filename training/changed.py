"""What somebody chose for a run: the settings in which it differs from the defaults of its method."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from training.config import BOUNDS, RunConfig
from training.settings import describe

PARTS = ("settings", "run", "views", "front_end")
"""Whose settings there are, the method's own first."""


@dataclass(frozen=True)
class Changed:
    """One setting that isn't as usual."""

    part: str
    """One of PARTS."""
    name: str
    value: Any
    default: Any

    @property
    def words(self) -> str:
        """As short as it can be said: "temperature 0.5", "60 s", "background noise off"."""
        name = self.name.replace("_", " ")
        if self.name == "seconds":
            return f"{value_words(self.value)} s"
        if isinstance(self.value, bool):
            return name if self.value else f"no {name}"
        return f"{name} {value_words(self.value)}"


def breaks_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the parts that were taken out of the method; what is no name, as in a damaged file, is left out."""
    breaks = config.get("breaks")
    return tuple(name for name in breaks if isinstance(name, str)) if isinstance(breaks, list | tuple) else ()


def method_words(config: Mapping[str, Any]) -> str:
    """The method, and the parts that were taken out of it: "byol without predictor"."""
    without = ", ".join(breaks_of(config))
    return f"{config.get('method')}{f' without {without}' if without else ''}"


def changed_settings(config: Mapping[str, Any]) -> list[Changed] | None:
    """In the order of PARTS; None where this version has no such method, or doesn't train the run. Imports torch.

    What the run does not name nobody chose: it was begun before there was this setting.
    """
    from training.encoders import ENCODERS
    from training.methods import METHODS

    method = METHODS.get(str(config.get("method")))
    if method is None or config.get("watched") is True:
        return None
    encoder = ENCODERS.get(str(config.get("encoder")))
    found = [] if encoder is None or config["encoder"] == method.encoders[0] else [
        Changed("run", "encoder", config["encoder"], method.encoders[0])
    ]  # fmt: skip
    for part, kind in kinds_of(config).items():
        given = config if part == "run" else config.get(part)
        usual = method.run_defaults if part == "run" else method.run_defaults.get(part, {})
        found += _differing(part, kind, given if isinstance(given, Mapping) else {}, usual)
    return sorted((one for one in found if not is_outbid(one.name, config)), key=lambda one: PARTS.index(one.part))


def kinds_of(config: Mapping[str, Any]) -> dict[str, type]:
    """Which settings each of PARTS has, in this order, by the run's method and encoder; none where these aren't known."""
    from training.encoders import ENCODERS
    from training.methods import METHODS
    from training.spectrogram import FrontEnd
    from training.views import VIEWS

    method, encoder = METHODS.get(str(config.get("method"))), ENCODERS.get(str(config.get("encoder")))
    own = {} if method is None else {"settings": method.Config}
    views = {} if encoder is None else {"views": VIEWS[encoder.domain]}
    return {**own, "run": RunConfig, **views, "front_end": FrontEnd}


def is_outbid(name: str, config: Mapping[str, Any]) -> bool:
    """Whether a setting decides nothing since another one does: the seconds, where steps are given."""
    return name == "seconds" and config.get("steps") is not None


def differs(name: str, value: Any, default: Any) -> bool:
    """Whether a value says that somebody chose it."""
    return bool(value != default) and not (name in BOUNDS and value is None)


def value_words(value: Any) -> str:
    """A value of a setting in a few signs."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _differing(part: str, kind: type, given: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[Changed]:
    for setting in describe(kind):
        value, default = given.get(setting.name, setting.default), usual.get(setting.name, setting.default)
        if setting.name in given and differs(setting.name, value, default) and _is_value(value):
            yield Changed(part, setting.name, value, default)


def _is_value(value: Any) -> bool:
    """Whether a setting can be so at all: a file may hold anything."""
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) < 100)
