"""docs/settings.md: every setting, from where it is described."""

from collections.abc import Iterable, Mapping
from typing import Any

from explorer.catalogue.comparison import by_family
from explorer.catalogue.markdown import escaped, table
from explorer.catalogue.method_markdown import default_of, range_of, value_of
from training.config import OWNERS, RunConfig
from training.encoders import ENCODERS
from training.methods import METHODS
from training.settings import Setting, describe
from training.spectrogram import FrontEnd
from training.views import VIEWS

HEAD = """# The settings

This page is made by `make docs` from the descriptions in the code (`training/settings.py`), from which the page's form and the checks of
the command line are built too. On the command line a setting is given by `--set NAME=VALUE`; where several things have a setting of that
name, say whose it is: {owners}. A value of another type or out of its range is
refused in one sentence. *Or nothing*: the value may be left out, `--set NAME=none`."""
KINDS = {bool: "on or off", int: "whole number", float: "number", str: "text"}
COLUMNS = ("setting", "type", "default", "range", "meaning")


def document() -> str:
    """The whole text."""
    owners = ", ".join(f"`{owner}.NAME`" for owner in OWNERS.values())
    parts = [HEAD.format(owners=owners)]
    parts += ["## The run", "In config.json at the top.", settings_table(describe(RunConfig))]
    for domain, views in VIEWS.items():
        encoders = ", ".join(f"`{name}`" for name, encoder in ENCODERS.items() if encoder.domain == domain)
        where = f"In config.json under `views`, for the encoders {encoders}."
        parts += [f"## Views of {VIEWED[domain]}", where, settings_table(describe(views))]
    parts += ["## The front end", "In config.json under `front_end`.", settings_table(describe(FrontEnd))]
    parts += [
        "## The methods",
        "In config.json under `settings`. The default encoder is the first that a method names.",
    ]
    for names in by_family().values():
        for name in names:
            parts += [f"### `{name}`", *_of_method(name)]
    return "\n\n".join(parts) + "\n"


VIEWED = {"mel": "mel spectrograms", "waveform": "waveforms"}


def settings_table(settings: Iterable[Setting]) -> str:
    """One line a setting; a sentence where there is none."""
    rows = [(f"`{s.name}`", _kind(s), default_of(s), range_of(s), escaped(s.meaning)) for s in settings]
    return table(COLUMNS, rows) if rows else "No settings of its own."


def _kind(described: Setting) -> str:
    kind = "a choice" if described.choices is not None else KINDS[described.kind]
    return f"{kind} or nothing" if described.optional else kind


def _of_method(name: str) -> list[str]:
    method = METHODS[name]
    encoders = f"Encoders: {', '.join(f'`{encoder}`' for encoder in method.encoders)}."
    others = [f"`{key}` {value_of(value)}" for key, value in flat(method.run_defaults)]
    own = f" Other defaults than those above: {', '.join(others)}." if others else ""
    return [f"{escaped(method.card.title)}. {encoders}{own}", settings_table(describe(method.Config))]


def flat(values: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Name → value, those of the views and the front end with their owner before the name."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{OWNERS.get(name, name)}.{inner}", one) for inner, one in value.items())
        else:
            yield name, value
