"""The curves of a run, asked for again and again: each answer carries only what is new since the last.

Nothing is kept between two questions: the cursor itself says which file was read, how far, and what its end looked
like, so that any number of pages may follow one run, and a file that was truncated or replaced is noticed.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from typing import IO, Any

from training.run import RunFolder, current_rows

START = ""
"""The cursor of somebody who knows nothing yet."""
_TAIL_BYTES = 256


@dataclass(frozen=True)
class Rows:
    """Rows that are new since a cursor."""

    cursor: str
    """Opaque; hand it in next time."""
    void: bool
    """Whether everything answered before no longer holds: the file is another one, or a resume superseded rows."""
    rows: list[dict[str, Any]]


def rows_since(run: RunFolder, cursor: str = START) -> Rows:
    """The rows after `cursor`, which an earlier answer gave; a cursor that means nothing counts as START.

    A torn last line waits until it is whole; a line that isn't a JSON object is skipped; what isn't finite is None.
    """
    try:
        with run.metrics_path().open("rb") as file:
            offset = _offset(file, cursor)
            rows, end = _rows_from(file, offset)
            if offset and any("resumed_from" in row for row in rows):
                offset, (rows, end) = 0, _rows_from(file, 0)
            return Rows(_cursor(file, end), offset == 0 and cursor != START, current_rows(rows))
    except OSError:
        return Rows(START, cursor != START, [])


def _rows_from(file: IO[bytes], offset: int) -> tuple[list[dict[str, Any]], int]:
    file.seek(offset)
    new = file.read()
    whole = new[: new.rfind(b"\n") + 1]
    return [row for line in whole.splitlines() if (row := _row(line)) is not None], offset + len(whole)


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _cursor(file: IO[bytes], end: int) -> str:
    return f"{os.fstat(file.fileno()).st_ino}-{end}-{_tail_hash(file, end)}"


def _offset(file: IO[bytes], cursor: str) -> int:
    """Where to go on; 0 where the file is not the one that the cursor was made for."""
    inode, _, rest = cursor.partition("-")
    end, _, tail = rest.partition("-")
    if not (inode.isdecimal() and end.isdecimal() and len(end) < 16):
        return 0
    same = int(inode) == os.fstat(file.fileno()).st_ino and _tail_hash(file, int(end)) == tail
    return int(end) if same else 0


def _tail_hash(file: IO[bytes], end: int) -> str:
    start = max(0, end - _TAIL_BYTES)
    file.seek(start)
    return hashlib.sha256(file.read(end - start)).hexdigest()[:16]
