"""Tables of labels that lie beside sounds, read whatever program wrote them: CSV, TSV, and label tracks as text."""

import codecs
import csv
import io
import re
from collections.abc import Sequence

from training.data.files import opened
from training.data.names import readable_name
from training.data.sniff import NotRead

FILE_COLUMNS = ("file", "filename", "file_name", "path", "filepath", "file_path", "audio", "fname", "name")
"""Columns that name the sounds, as `first_column` knows them."""

TableRows = list[dict[str, str]]
"""Of a table: column → cell, one dictionary a row."""

LARGEST_TABLE_BYTES = 256 * 2**20
LONGEST_HEADER_BYTES = 2**16
LONGEST_COLUMN = 120
TRACK_COLUMNS = ("start", "end", "label")
"""Of a label track as Audacity writes it, which names no columns."""


def read_table(path: str) -> tuple[TableRows, str]:
    """The table's rows with tidy column names, and what the user should know of it.

    Raises NotRead where it cannot be read as a table.
    """
    text, note = text_of(content_of(path, follow_links=True))
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        rows = []
    if not rows or "\0" in text:
        raise NotRead("it cannot be read as a table")
    return _by_column(rows[0], rows[1:]), note


def first_cells(path: str) -> list[str]:
    """The cells of a table's first line, tidy; one alone where it is words. Raises NotRead where it cannot be opened."""
    with open(opened(path, follow_links=True), "rb") as file:
        line = text_of(file.readline(LONGEST_HEADER_BYTES))[0].strip()
    return [readable_name(cell.strip(' "'), LONGEST_COLUMN) for cell in line.split(max(",;\t", key=line.count))]


def read_track(path: str) -> TableRows:
    """The rows of a text that is a table with tabs, as Raven writes it, or a label track, as Audacity does, by `TRACK_COLUMNS`.

    Raises NotRead where it cannot be opened, is too large or empty.
    """
    lines = [line.split("\t") for line in text_of(content_of(path, follow_links=False))[0].splitlines() if line.strip()]
    if not lines:
        raise NotRead("it is empty")
    if all(as_seconds(cell) is not None for cell in lines[0][:2]):
        # A line that begins with a backslash holds the frequencies of the label before it.
        return _by_column(TRACK_COLUMNS, [[*line, ""][:3] for line in lines if not line[0].startswith("\\")])
    return _by_column(lines[0], lines[1:])


def as_number(cell: str) -> float | None:
    """A number, also one with a decimal comma; None for anything else."""
    try:
        return float(cell.replace(",", ".", 1))
    except ValueError:
        return None


def as_seconds(cell: str) -> float | None:
    """A time that is written in seconds or as "4:05.5" or "1:04:05"; None for anything else."""
    parts = [as_number(part) for part in cell.split(":", 2)]
    numbers = [part for part in parts if part is not None and 0 <= part < float("inf")]
    if len(numbers) < len(parts) or any(part >= 60 for part in numbers[1:]):
        return None
    return sum(part * 60**place for place, part in enumerate(reversed(numbers)))


def plain_name(column: str) -> str:
    """A column's name in small letters: "Begin Time (s)" is "begin_time_s"."""
    return "_".join(re.findall(r"[^\W_]+", column.lower()))


def first_column(columns: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The column whose plain name is the first of `wanted` that is among them; None where none is."""
    plain = {plain_name(column): column for column in reversed(columns)}
    return next((plain[name] for name in wanted if name in plain), None)


def _by_column(header: Sequence[str], rows: Sequence[Sequence[str]]) -> TableRows:
    """Rows that are too short are left out."""
    columns = [readable_name(column.strip(), LONGEST_COLUMN) for column in header]
    return [
        {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column}
        for row in rows
        if len(row) >= len(columns)
    ]


def content_of(path: str, follow_links: bool) -> bytes:
    """All that a table, a track or another text of labels holds. Raises NotRead where it cannot be opened or is too large."""
    with open(opened(path, follow_links), "rb") as file:
        content = file.read(LARGEST_TABLE_BYTES + 1)
    if len(content) > LARGEST_TABLE_BYTES:
        raise NotRead("it is too large for a table of labels")
    return content


def text_of(content: bytes, whole: bool = True) -> tuple[str, str]:
    """The text of a table or a caption, and a note where its encoding had to be guessed. A mark at the beginning tells UTF-16.

    What is not `whole` may end within a character, which is left out.
    """
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return codecs.getincrementaldecoder("utf-16" if marked else "utf-8-sig")().decode(content, whole), ""
    except UnicodeDecodeError:
        note = "it is not in UTF-8, so it was read as Western European; save it as UTF-8 if its labels look wrong"
        return content.decode("cp1252", "replace"), note
