"""Rows of metrics.jsonl: followed as they are written, and without those that a resume superseded."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from training.run.reading import RegularFile, parsed_json, read_end

WINDOW_BYTES = 64 << 20
"""Read at once: some three hundred thousand rows."""
END_BYTES = 1 << 18
"""Holds more than a minute of rows, and so the newest snapshot's, which are a minute apart at most."""
LONGEST_TEXT = 10_000

Row = dict[str, Any]


class MetricsReader:
    """Follows metrics.jsonl: each `read` gives only what is new."""

    def __init__(self, path: Path, words: tuple[bytes, ...] = ()):
        """`words`: of any one, a line that holds none is passed over unread, which is a hundred times as fast."""
        self._path = path
        self._words = words
        self._offset = 0
        self._tail = b""

    def read(self) -> tuple[list[Row], bool]:
        """New complete rows, and whether all that was read before is void (the file was truncated or replaced).

        A torn last line waits until it is whole; a line that isn't a row is skipped.
        """
        rows: list[Row] = []
        try:
            with RegularFile(self._path) as file:
                void = not self._same(file)
                if void:
                    self._offset = 0
                end = self._offset
                while True:
                    more, after = rows_from(file, end, self._words)
                    rows += more
                    if after == end:
                        break
                    end = after
                file.seek(max(0, end - 256))
                self._offset, self._tail = end, file.read(end - file.tell())
        except (OSError, MemoryError):
            rows, void = [], self._offset > 0
            self._offset, self._tail = 0, b""
        return rows, void

    def _same(self, file: IO[bytes]) -> bool:
        file.seek(self._offset - len(self._tail))
        return file.read(len(self._tail)) == self._tail


def rows_from(
    file: IO[bytes], offset: int, words: tuple[bytes, ...] = (), until: int | None = None
) -> tuple[list[Row], int]:
    """The complete rows that begin within a window after `offset`, and where the last one ends: at `until`, at most.

    With `words`, those in whose line at least one of them stands.
    """
    file.seek(offset)
    new = file.read(WINDOW_BYTES if until is None else max(0, min(WINDOW_BYTES, until - offset)))
    whole = new[: new.rfind(b"\n") + 1]
    lines = [line for line in whole.splitlines() if not words or any(word in line for word in words)]
    return [row for line in lines if (row := _parsed(line)) is not None], offset + len(whole)


def latest_values(path: Path) -> dict[str, float]:
    """The newest number of each name in the rows at the file's end: cheap, for who lists many runs."""
    end = read_end(path, END_BYTES)
    rows = [row for line in end.splitlines() if (row := _parsed(line)) is not None]
    found: dict[str, float] = {}
    for row in current_rows(rows):
        found |= {k: float(v) for k, v in row.items() if type(v) in (int, float) and math.isfinite(v)}
    return found


def current_rows(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows without those that a later attempt superseded: a row {"resumed_from": k} voids earlier rows after step k."""
    kept: list[Row] = []
    for row in rows:
        if isinstance(row.get("resumed_from"), int):
            kept = [k for k in kept if k["step"] <= row["resumed_from"]]
        elif isinstance(row.get("step"), int):
            kept.append(dict(row))
    return kept


def _parsed(line: bytes) -> Row | None:
    """One row without whatever is no number and no text in it."""
    row = parsed_json(line)
    if not isinstance(row, dict):
        return None
    return {name: value for name, value in row.items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, int | float) or (isinstance(value, str) and len(value) <= LONGEST_TEXT)
