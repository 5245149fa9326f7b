"""The runs that one command asks for: all combinations of what it gives several of, as in `--set temperature=0.1,0.2`."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from training.errors import UserError


@dataclass(frozen=True)
class Variant:
    """One of the runs."""

    options: argparse.Namespace
    """The flags of `run` as if it alone were asked for."""
    differs: tuple[str, ...]
    """In what of all but its seed, such as "byol" and "temperature=0.1"; empty where only seeds differ."""


def asks_for_several(options: argparse.Namespace) -> bool:
    """Whether the flags of `run` ask for more than one run."""
    given = (options.method or "", options.encoder or "", *options.set)
    return options.seeds is not None or any("," in text for text in given)


def variants(options: argparse.Namespace) -> Iterator[Variant]:
    """All of them have their turn with one seed before the next seed, so that they can be compared as early as possible.

    Raises UserError for a list without a name or a value in it, or fewer than one seed.
    """
    count, first = 1 if options.seeds is None else options.seeds, options.seed or 0
    if count < 1:
        raise UserError(f"--seeds {count} was given, but a whole number of at least 1 was expected.")
    methods = _several("--method ", options.method, "the names of methods")
    encoders = _several("--encoder ", options.encoder, "the names of encoders")
    asked = [methods, encoders, *(_values(pair) for pair in options.set)]
    for seed in range(first, first + count):
        for method, encoder, *pairs in product(*asked):
            differs = [
                str(one) for one, several in zip((method, encoder, *pairs), asked, strict=True) if len(several) > 1
            ]
            told = {**vars(options), "seed": seed, "method": method, "encoder": encoder, "set": pairs}
            yield Variant(argparse.Namespace(**told), tuple(differs))


def _several(given: str, text: str | None, expected: str) -> list[str | None]:
    """What stands between the commas, each once; None alone where nothing is given."""
    if text is None:
        return [None]
    found = [part for each in text.split(",") if (part := each.strip())]
    if not found:
        raise UserError(f"{given}{text} was given, but {expected} were expected, see `methods`.")
    return list(dict.fromkeys(found))


def _values(pair: str) -> list[str | None]:
    """`name=a,b` as `name=a` and `name=b`; what is no such pair is left to whoever reads the settings."""
    name, sign, values = pair.partition("=")
    if "," not in values:
        return [pair]
    return [f"{name.strip()}{sign}{value}" for value in _several(f"--set {name}=", values, "values")]
