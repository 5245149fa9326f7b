"""A set of the Hugging Face hub, read row by row and never kept: needs the package `datasets`.

The parts in which the hub keeps a set are its shards. Sounds come as they were stored, and no code of a set is run.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.data.dataset import Skipped
from training.data.hugging_face import (
    check_name,
    content_of,
    first_line,
    label_columns,
    label_of,
    sound_column,
    splits_of,
)
from training.data.sniff import NotRead
from training.data.stream.records import LARGEST_SOUND_BYTES, Record, Wanted, labels_of
from training.data.stream.references import HUB


@dataclass(frozen=True)
class HubShard:
    """One of the parts of a split."""

    split: str
    number: int
    of: int
    rows: Any
    """The whole split, not yet downloaded."""

    @property
    def name(self) -> str:
        """Split and number."""
        split = re.sub(r"[^\w-]", "_", self.split)
        return f"{split}-{self.number:05d}"

    def identity(self) -> str:
        """The same for ever: the hub doesn't tell without a download, and a set of it seldom changes."""
        return ""

    def records(self, wanted: Wanted) -> Iterator[tuple[int, Record | Skipped]]:
        """See `Shard.records`."""
        try:
            own = self.rows.shard(num_shards=self.of, index=self.number)
            column, named = sound_column(own.features), label_columns(own.features)
            for number, row in enumerate(own):
                if wanted(number):
                    yield number, self._record(number, row, column, {c: own.features.get(c) for c in named})
        except NotRead:
            raise
        except Exception as error:  # the library and what it downloads with raise many kinds
            raise NotRead(f"the hub stopped giving it ({first_line(error)})") from None

    def _record(self, number: int, row: Any, column: str, named: dict[str, Any]) -> Record | Skipped:
        name = f"{self.name}/{number:06d}"
        content = content_of(row[column], LARGEST_SOUND_BYTES + 1)
        if content is None:
            return Skipped(name, "it has no sound beside it")
        if len(content) > LARGEST_SOUND_BYTES:
            return Skipped(name, f"it is larger than {LARGEST_SOUND_BYTES >> 20} MB")
        labels, caption = labels_of({c: label_of(feature, row.get(c)) for c, feature in named.items()})
        return Record(name, content, labels, caption)


def hub_shards(reference: str) -> list[HubShard]:
    """The shards of "stream:owner/name[:configuration]", split by split. Raises UserError."""
    name = reference.removeprefix(HUB)
    check_name(name)
    found = []
    for split, rows in splits_of(name).items():
        count = max(1, int(rows.num_shards))
        found += [HubShard(split, number, count, rows) for number in range(count)]
    return found
