"""The likely cause of what went wrong, and what to change: from the parts that were taken out, from settings far from the
method's own, and else from what the method's card says keeps it from collapsing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from training.breaks import BREAKS
from training.breaks.mistakes import STAY
from training.config import RunConfig
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method
from training.settings import describe
from training.views import VIEWS

FAR = 5.0
"""A rate or a temperature so many times the method's own is far from it."""
SMALL_BATCH = 64
"""Methods with norm layers over the batch, or with negatives from it, want at least so many."""
Told = tuple[str, str]
"""(cause, remedy), each a sentence."""


def cause_of(kind: str, config: Mapping[str, Any], *, alarming: bool = True) -> Told:
    """The first cause that fits; two empty texts for a method that is not known, and where nothing fits what is no alarm."""
    method = METHODS.get(str(config.get("method")))
    if method is None:
        return "", ""
    for looked_for in CAUSES:
        found = next(looked_for(kind, method, config), None)
        if found is not None:
            return found
    if not alarming:
        return "", ""
    return method.card.breaks, f"What keeps this method from collapsing: {method.card.prevents_collapse}"


def _parts_taken_out(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    known = BREAKS.get(str(config.get("method")), {})
    for name in config.get("breaks") or ():
        if name in known:
            yield f"The part {_words(name)} was taken out. {known[name].expected}", f"Train it with its {_words(name)}."


def _settings_of_a_break(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    """A part that is there, but set to nothing."""
    usual, own = _usual(method.Config), _own(config, "settings")
    for name, part in BREAKS.get(str(config.get("method")), {}).items():
        if part.settings and all(own.get(key) == value for key, value in part.settings.items()):
            said = ", ".join(f"{_words(key)} is {_shown(value)}" for key, value in part.settings.items())
            back = ", ".join(f"{_words(key)} {_shown(usual[key])}" for key in part.settings)
            yield f"The part {_words(name)} is set to nothing ({said}). {part.expected}", f"Set {back}, the default."


def _learning_rate(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    rate = config.get("learning_rate")
    usual = float(method.run_defaults.get("learning_rate", RunConfig.learning_rate))
    same = config.get("optimizer", RunConfig.optimizer) == method.run_defaults.get("optimizer", RunConfig.optimizer)
    if isinstance(rate, int | float) and same and rate > FAR * usual:
        yield (
            f"The learning rate {rate:g} is {rate / usual:.0f} times the method's own: steps overshoot.",
            f"Take a learning rate of about {usual:g}.",
        )


def _temperature(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    usual, given = _usual(method.Config).get("temperature"), _own(config, "settings").get("temperature")
    if not isinstance(usual, float) or not isinstance(given, int | float) or given <= 0:
        return
    if given > FAR * usual:
        yield (
            f"At a temperature of {given:g} near and far wrong answers weigh the same, so that a few directions suffice.",
            f"Take a temperature of about {usual:g}.",
        )
    elif given < usual / FAR:
        yield (
            f"At a temperature of {given:g} only the very nearest wrong answer counts.",
            f"Take a temperature of about {usual:g}.",
        )


def _no_augmentation(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    encoder = ENCODERS.get(str(config.get("encoder")))
    if encoder is None or kind == "diverging":
        return
    usual = {**_usual(VIEWS[encoder.domain]), **method.run_defaults.get("views", {})}
    own = _own(config, "views")
    strong = [name for name, value in usual.items() if name not in STAY and value]
    if strong and all(own.get(name) == 0 for name in strong):
        yield (
            "Nothing is changed between the two views of a clip, so that any feature tells it from others.",
            f"Give the views back their changes, {_words(strong[0])} first.",
        )


def _optimizer(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    """One that the method was not measured with, for which no rate is known: its own rate says nothing of another's."""
    given, own = ({"optimizer": RunConfig.optimizer, **each} for each in (config, method.run_defaults))
    rate, usual = config.get("learning_rate"), method.run_defaults.get("learning_rate", RunConfig.learning_rate)
    if given["optimizer"] != own["optimizer"] and isinstance(rate, int | float):
        yield (
            f"The optimizer is {given['optimizer']} with a learning rate of {rate:g}; what rate suits this method with it is not known.",
            f"Take {own['optimizer']} with a learning rate of about {usual:g}, the method's own, or another rate.",
        )


def _small_batch(kind: str, method: type[Method], config: Mapping[str, Any]) -> Iterator[Told]:
    size = config.get("batch_size")
    if isinstance(size, int) and size < SMALL_BATCH and (method.card.negatives or kind != "trivial_solution"):
        yield (
            f"A batch of {size} clips says little of how all clips lie.",
            f"Take batches of {method.run_defaults.get('batch_size', RunConfig.batch_size)}.",
        )


CAUSES: tuple[Callable[[str, type[Method], Mapping[str, Any]], Iterator[Told]], ...] = (
    _parts_taken_out,
    _settings_of_a_break,
    _learning_rate,
    _temperature,
    _no_augmentation,
    _optimizer,
    _small_batch,
)
"""In the order in which they are looked for."""


def _usual(kind: type) -> dict[str, Any]:
    return {setting.name: setting.default for setting in describe(kind)}


def _own(config: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found = config.get(part)
    return found if isinstance(found, Mapping) else {}


def _shown(value: Any) -> str:
    """A setting's value: a number, a switch or a text."""
    return f"{value:g}" if type(value) in (int, float) else {True: "on", False: "off"}.get(value, str(value))


def _words(name: str) -> str:
    return name.replace("_", " ")
