"""What there is to say of one method, in Markdown, from its card, its settings and its own file."""

import inspect
import re
import sys
from pathlib import Path
from typing import Any

from explorer.catalogue.markdown import escaped, prose, table
from explorer.catalogue.without_parts import without_parts
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.departures import FOR_ALL
from training.methods.method import Method
from training.process import PROJECT
from training.settings import Setting, describe

ARXIV = re.compile(r"(?:arXiv[: ]*)?(\d{4}\.\d{4,5})")
MEASURES = {"cross_group_knn": "cross-group kNN", "knn": "kNN", "probe": "linear probe"}
FACETS = {"content": "what is heard (class, digit)", "source": "where it comes from (speaker, instrument)"}
NEEDS = {
    "": "",
    "caption": "Learns from words: every sound needs a caption or a label beside it.",
    "picture": "Learns from pictures: every sound needs a picture of the same name beside it, such as a frame of its video.",
}
"""What must lie beside each sound, as a sentence."""


def badges(method: type[Method]) -> list[str]:
    """Family, year, with or without negatives, and what it needs beside the sounds, in a few words each."""
    card = method.card
    needs = {"": [], "caption": ["needs captions"], "picture": ["needs pictures"]}[card.needs]
    return [card.family, str(card.year), negatives(method), *needs]


def negatives(method: type[Method]) -> str:
    """Whether other clips are pushed away."""
    return "with negatives" if method.card.negatives else "without negatives"


def introduction(method: type[Method]) -> str:
    """The paragraph in plain words, the formula, and what its symbols stand for."""
    card = method.card
    symbols = "\n".join(f"- ${symbol}$: {escaped(meaning)}" for symbol, meaning in card.symbols.items())
    return f"{linked(card.summary)}\n\n$$\n{card.formula.strip()}\n$$\n\n{symbols}"


FOR_ALL_TITLE = "What holds for all methods"


def for_all() -> str:
    """Where all methods differ from their papers, as a numbered list."""
    return "\n".join(f"{i}. {text}" for i, text in enumerate(FOR_ALL, 1))


def facts(
    method: type[Method], for_all: str = f"[{FOR_ALL_TITLE.lower()}](#{FOR_ALL_TITLE.lower().replace(' ', '-')})"
) -> str:
    """Paper, collapse, what it is suited to, encoders, departures from the paper, settings, and parts that can be taken out.

    `for_all` leads to what is said once for all methods.
    """
    card = method.card
    fit = ", ".join(ENCODERS[name].title for name in method.encoders)
    suited = f"{MEASURES[card.suits.measure]} of {FACETS[card.suits.facet]}, within {card.suits.seconds} s"
    rows = [
        ("Paper", linked(card.paper)),
        ("Negatives", negatives(method)),
        ("What prevents collapse", linked(card.prevents_collapse)),
        ("When it breaks", linked(card.breaks)),
        ("Suited to", f"{suited}. {linked(card.suits.reason)}"),
        ("Encoders that fit", f"{escaped(fit)}; the first is the default"),
        *([("Needs", NEEDS[card.needs])] if card.needs else []),
    ]
    told = "\n".join(f"- **{name}:** {value}" for name, value in rows)
    numbered = "\n".join(f"{i}. {prose(text)}" for i, text in enumerate(differences(method), 1))
    parts = [
        told,
        f"**Where it differs from the paper**, beside {for_all}\n\n{numbered}",
        f"**Its own settings**\n\n{own_settings(method)}",
    ]
    name = next(name for name, kind in METHODS.items() if kind is method)
    return "\n\n".join(filter(None, [*parts, without_parts(name)]))


def differences(method: type[Method]) -> list[str]:
    """The numbered departures from the paper that the method's file begins with."""
    text = sys.modules[method.__module__].__doc__ or ""
    told = text[text.index("Differs:") + len("Differs:") : text.index("Shapes:")]
    parts = re.split(r"(?:^|\s)\d+\. (?=[A-Z])", told)[1:]
    return [" ".join(part.split()) for part in parts]


def source(method: type[Method]) -> str:
    """The method's own file."""
    return inspect.getsource(sys.modules[method.__module__])


def source_path(method: type[Method]) -> str:
    """The path of that file, from the project's root."""
    return Path(inspect.getfile(method)).resolve().relative_to(PROJECT).as_posix()


def own_settings(method: type[Method]) -> str:
    """The method's own settings: default, range and meaning."""
    rows = [(f"`{s.name}`", default_of(s), range_of(s), escaped(s.meaning)) for s in describe(method.Config)]
    return table(("setting", "default", "range", "meaning"), rows) if rows else "It has none."


def linked(text: str) -> str:
    """A text with every arXiv number as a link."""
    return ARXIV.sub(r"[arXiv \1](https://arxiv.org/abs/\1)", escaped(text))


def value_of(value: Any) -> str:
    """A setting's value as text."""
    if type(value) in (int, float):
        return _number(value)
    return escaped(str(value))


def default_of(described: Setting) -> str:
    """A setting's default as text, and in its unit: "0.15 (±16 %)"."""
    if described.default is None:
        return "nothing"
    said = described.in_words(described.default)
    return value_of(described.default) + (f" ({said})" if said else "")


def range_of(described: Setting) -> str:
    """What a setting's value may be, and that in its unit; empty where any of its type is allowed."""
    if described.choices is not None:
        return ", ".join(map(escaped, described.choices))
    if described.kind is bool:
        return "on or off"
    if described.low is None and described.high is None:
        return ""
    low, high = (("" if bound is None else _number(bound)) for bound in (described.low, described.high))
    if low and high:
        said = [described.in_words(bound) for bound in (described.low, described.high)]
        return f"{low} to {high}" + (f" ({said[0]} to {said[1]})" if all(said) else "")
    return f"at least {low}" if low else f"at most {high}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"
