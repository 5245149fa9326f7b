"""What a shard holds: sounds as they were stored, each with the plain labels beside it. Nothing else of it is taken."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from training.data.dataset import Skipped
from training.data.labels import CAPTION_COLUMNS, FILE_FACET, FIRST_COLUMNS, GROUP_COLUMNS, LONGEST_LABEL
from training.data.layouts import MOST_COLUMNS
from training.data.names import readable_caption, readable_name

LARGEST_SOUND_BYTES = 64 * 2**20
"""A larger sound is skipped: it would be held in memory whole."""

Wanted = Callable[[int], bool]


@dataclass(frozen=True)
class Record:
    """One sound of a shard."""

    name: str
    """Within its shard; fit to be shown."""
    sound: bytes
    """A sound file, not yet decoded."""
    labels: Mapping[str, str] = field(default_factory=dict)
    caption: str | None = None

    @property
    def group(self) -> tuple[str, str]:
        """(facet, label) of where it comes from, as the first of the usual names tells; its own name where none does."""
        found = ((facet, label) for facet, label in self.labels.items() if facet.lower() in GROUP_COLUMNS)
        return next(found, (FILE_FACET, self.name))


class Shard(Protocol):
    """A part of a stream that is read from its begin to its end."""

    @property
    def name(self) -> str:
        """What it is called in what the user reads."""

    def identity(self) -> str:
        """Another text wherever it holds other sounds, got without reading it whole. Raises NotRead."""

    def records(self, wanted: Wanted) -> Iterator[tuple[int, Record | Skipped]]:
        """The records whose number is `wanted`, or why one gives no sound. Raises NotRead where it can't be read on."""


def labels_of(values: Mapping[str, Any]) -> tuple[dict[str, str], str | None]:
    """Facet → label, classes first, and the caption: of `values` only words and whole numbers are taken."""
    labels: dict[str, str] = {}
    caption = None
    for key, value in values.items():
        name = readable_name(str(key).strip(), LONGEST_LABEL)
        text = str(value).strip() if isinstance(value, str | int) else ""
        if name.lower() in CAPTION_COLUMNS:
            caption = caption or readable_caption(text)
        elif name and text and name.lower() != FILE_FACET and len(labels) < MOST_COLUMNS:
            labels[name] = readable_name(text, LONGEST_LABEL)
    order = sorted(labels, key=lambda name: name.lower() not in FIRST_COLUMNS)
    return {name: labels[name] for name in order}, caption


def labels_in_json(content: bytes) -> tuple[dict[str, str], str | None]:
    """`labels_of` a JSON object; nothing where it is none."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return {}, None
    return labels_of(values) if isinstance(values, dict) else ({}, None)
