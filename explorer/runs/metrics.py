"""The curves of a run, asked for again and again: each answer carries only what is new since the last.

Nothing is kept between two questions: the cursor itself says which file was read, how far, and what its end looked
like, so that any number of pages may follow one run, and a file that was truncated or replaced is noticed.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from training.run import WINDOW_BYTES, RunFolder, current_rows, rows_from
from training.run.reading import RegularFile

START = ""
"""The cursor of somebody who knows nothing yet."""
JOINT = "~"
"""Between the cursors of the two files of a run that is only watched."""
_TAIL_BYTES = 256


@dataclass(frozen=True)
class NewRows:
    """Rows that are new since a cursor."""

    cursor: str
    """Opaque; hand it in next time."""
    void: bool
    """Whether everything answered before no longer holds: the file is another one, or a resume superseded rows."""
    rows: list[dict[str, Any]]
    """Of a huge file {"resumed_from": k} may stand before the others: of the rows known before those after step k are void."""


def rows_since(run: RunFolder, cursor: str = START, until: str = START) -> NewRows:
    """The rows after `cursor`, which an earlier answer gave; a cursor that means nothing counts as START.

    Up to the cursor `until`, where it means something, so that several who know more or less learn of the same. A torn last
    line waits until it is whole; a line that isn't a JSON object is skipped; what isn't finite is None. Of a huge file an
    answer carries one window; the next question gets the next.
    """
    own, _, added = cursor.partition(JOINT)
    own_end, _, added_end = until.partition(JOINT)
    files = tuple(zip(run.metrics_paths(), (own_end, added_end), strict=True))
    found = [_rows(path, at, end) for (path, end), at in zip(files, (own, added), strict=True)]
    appeared = cursor != START and added == START and bool(found[1].rows)  # with curves that nobody knew of
    void = appeared or any(each.void for each in found)
    first, second = [_rows(path, START, end) for path, end in files] if void else found
    joint = f"{first.cursor}{JOINT}{second.cursor}" if second.cursor else first.cursor
    return NewRows(joint, void, first.rows + second.rows)


def _rows(path: Path, cursor: str, until: str) -> NewRows:
    try:
        with RegularFile(path) as file:
            offset, last = _offset(file, cursor), _offset(file, until) or None
            rows, end = rows_from(file, offset, until=last)
            resumes = [row["resumed_from"] for row in rows if isinstance(row.get("resumed_from"), int)]
            if offset and resumes and end <= WINDOW_BYTES:
                offset, (rows, end) = 0, rows_from(file, 0, until=last)
            # What fits into no window isn't sent anew: who knows the windows before is told which of their rows still hold.
            told = [{"resumed_from": min(resumes)}] if offset and resumes else []
            return NewRows(_cursor(file, end), offset == 0 and cursor != START, told + current_rows(rows))
    except (OSError, MemoryError):
        return NewRows(START, cursor != START, [])


def _cursor(file: IO[bytes], end: int) -> str:
    return f"{os.fstat(file.fileno()).st_ino}-{end}-{_tail_hash(file, end)}"


def _offset(file: IO[bytes], cursor: str) -> int:
    """Where to go on; 0 where the file is not the one that the cursor was made for."""
    inode, _, rest = cursor.partition("-")
    end, _, tail = rest.partition("-")
    if not all(number.isascii() and number.isdecimal() and len(number) <= 20 for number in (inode, end)):
        return 0
    about = os.fstat(file.fileno())
    if int(inode) != about.st_ino or int(end) > about.st_size:
        return 0
    same = _tail_hash(file, int(end)) == tail
    return int(end) if same else 0


def _tail_hash(file: IO[bytes], end: int) -> str:
    start = max(0, end - _TAIL_BYTES)
    file.seek(start)
    return hashlib.sha256(file.read(end - start)).hexdigest()[:16]
