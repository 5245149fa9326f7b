"""The types in docs/run-folder.md's tables of schema.json, from training/run/schema.py."""

import re
import types
import typing
from dataclasses import fields
from typing import Any

from training.run.schema import Column, Curve, Line, Picture, Schema, VerdictKind

KINDS = (Schema, Curve, Line, Column, Picture, VerdictKind)
_WORDS = {str: "text", int: "whole number", float: "number", type(None): "null"}


def with_types(page: str) -> str:
    """The page with the type of every field that a table names. Raises ValueError where it lacks a field, or has one more."""
    for kind in KINDS:
        hints = typing.get_type_hints(kind)
        section = re.search(rf"^### {kind.__name__}\n.*?(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
        named = re.findall(r"^\| `(\w+)` \|", section[0], re.MULTILINE) if section else []
        if section is None or named != [field.name for field in fields(kind)]:
            raise ValueError(f"docs/run-folder.md does not name the fields of {kind.__name__}, in their order.")
        written = section[0]
        for name in named:
            row = re.compile(rf"^\| `{name}` \| [^|]*\|", re.MULTILINE)
            written = row.sub(f"| `{name}` | {in_words(hints[name])} |", written)
        page = page[: section.start()] + written + page[section.end() :]
    return page


def in_words(kind: Any) -> str:
    """A type as a reader of JSON knows it: list of texts, number or null, "clip" or "snapshot"."""
    if kind in _WORDS:
        return _WORDS[kind]
    if typing.get_origin(kind) is typing.Literal:
        return " or ".join(f'"{word}"' for word in typing.get_args(kind))
    if isinstance(kind, types.UnionType):
        return " or ".join(in_words(one) for one in typing.get_args(kind))
    of = typing.get_args(kind)[0]  # of a tuple
    return "list of texts" if of is str else f"list of {of.__name__}"
