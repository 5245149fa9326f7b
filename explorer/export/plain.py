"""Texts and numbers of a run that may leave this machine: no path of it stays in any."""

import math
import re
from collections.abc import Mapping
from typing import Any

from training.data.names import readable_name

PATH = re.compile(r"(?:\bfile:/*|(?<![\w/]))(?:~|[A-Za-z]:)?[\\/](?:[^\\/:*?\"<>|\n]+[\\/])+")
"""The folders of an absolute path, with what stands before its last part."""
DIGITS = 6


def text(value: Any) -> str:
    """`value` as text in which of each absolute path only the last part is left; "" for what is no text."""
    return readable_name(PATH.sub("", value)) if isinstance(value, str) else ""


def name_of_data(value: str) -> str:
    """What a set of sounds is called; of a path its last part."""
    return readable_name(re.split(r"[\\/]", value.rstrip("\\/"))[-1])


def number(value: Any) -> Any:
    """A finite number or a flag, rounded to six digits; None for all else."""
    if type(value) is float:
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return value if type(value) in (int, bool) else None


def texts(value: Any) -> Any:
    """A JSON value in which every text, keys too, is as `text` leaves it."""
    if isinstance(value, Mapping):
        return {text(str(key)): texts(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [texts(inner) for inner in value]
    return text(value) if isinstance(value, str) else value


def numbers(value: Any) -> Any:
    """Of nested dictionaries the numbers alone, under names as `text` leaves them."""
    if not isinstance(value, Mapping):
        return number(value)
    kept = {text(str(key)): numbers(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner is not None}
