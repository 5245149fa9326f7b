"""Rows of metrics.jsonl: followed as they are written, and without those that a resume superseded."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any


class MetricsReader:
    """Follows metrics.jsonl: each `read` gives only what is new."""

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        self._tail = b""

    def read(self) -> tuple[list[dict[str, Any]], bool]:
        """New complete rows, and whether all that was read before is void (the file was truncated or replaced).

        A torn last line waits until it is whole; a line that isn't JSON is skipped.
        """
        try:
            with self._path.open("rb") as file:
                void = not self._same(file)
                if void:
                    self._offset, self._tail = 0, b""
                file.seek(self._offset)
                new = file.read()
        except OSError:
            void, new = self._offset > 0, b""
            self._offset, self._tail = 0, b""
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        self._tail = (self._tail + whole)[-256:]
        return [row for line in whole.splitlines() if (row := _parsed(line)) is not None], void

    def _same(self, file: IO[bytes]) -> bool:
        file.seek(self._offset - len(self._tail))
        return file.read(len(self._tail)) == self._tail


def current_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows without those that a later attempt superseded: a row {"resumed_from": k} voids earlier rows after step k."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        if isinstance(row.get("resumed_from"), int):
            kept = [k for k in kept if k["step"] <= row["resumed_from"]]
        elif isinstance(row.get("step"), int):
            kept.append(dict(row))
    return kept


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
