"""Which labels the files of a folder carry: by a known layout, else by a table, else by the folders they lie in."""

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from training.data.dataset import Skipped
from training.data.files import opened
from training.data.layouts import MOST_COLUMNS, esc50_labels, layout_labels
from training.data.names import any_name, readable_name
from training.data.sniff import NotRead

FILE_COLUMNS = ("file", "filename", "file_name", "path", "filepath", "file_path", "audio", "fname", "name")
GROUP_COLUMNS = ("source", "speaker", "group", "artist", "recording", "src_file")
CAPTION_COLUMNS = ("caption", "text", "description", "transcript", "sentence")
FIRST_COLUMNS = ("class", "label", "category")
SPLIT_FOLDERS = ("train", "training", "test", "testing", "valid", "validation", "val", "dev", "eval")
LARGEST_TABLE_BYTES = 256 * 2**20
MOST_TABLES = 20
LONGEST_LABEL = 120
FILE_FACET = "file"

Labels = dict[str, dict[str, str | None]]
"""File name → facet → label."""


@dataclass(frozen=True)
class Labelling:
    """What is known of the files beside their sound."""

    labels: Labels
    group: str
    """The facet that says where each file comes from; every file has a label in it."""
    captions: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Skipped, ...] = ()


def labelling(names: Sequence[str], tables: Mapping[str, str]) -> Labelling:
    """Labels for the sounds `names` (relative, with slashes). `tables`: relative name → path of each CSV beside them.

    A known layout wins over a table, and a table over the names of folders.
    """
    read, warnings = _read_tables(tables)
    for table, rows in read.items():
        if table.rpartition("/")[2] == "esc50.csv" and rows and {"filename", "category", "src_file"} <= rows[0].keys():
            return _grouped(esc50_labels(names, rows), "src_file")
    known = layout_labels(names)
    if known is not None:
        return _grouped(*known)
    for table, rows in read.items():
        try:
            return _table_labelling(names, table, rows, warnings)
        except NotRead as reason:
            warnings.append(Skipped(readable_name(table), f"{reason}, so its labels are not used"))
    return _grouped(_folder_labels(names), None, warnings=warnings)


def _grouped(
    labels: Labels, group: str | None, captions: Mapping[str, str] | None = None, warnings: Sequence[Skipped] = ()
) -> Labelling:
    """A file of unknown origin is its own group: nothing else is taken for its neighbour by mistake."""
    facet = group or FILE_FACET
    whole = {}
    for name, found in labels.items():
        tidy = {key: None if value is None else readable_name(value, LONGEST_LABEL) for key, value in found.items()}
        whole[name] = tidy | {facet: tidy.get(facet) or readable_name(name)}
    return Labelling(whole, facet, captions or {}, tuple(warnings))


def _folder_labels(names: Sequence[str]) -> Labels:
    """The first folder in which the files differ is the class; folders that only name a split are passed over."""
    folders = [name.split("/")[:-1] for name in names]
    deepest = max((len(parts) for parts in folders), default=0)
    shared = 0
    while shared < deepest - 1 and len({tuple(parts[: shared + 1]) for parts in folders}) == 1:
        shared += 1
    labels: Labels = {}
    for name, parts in zip(names, folders, strict=True):
        own = parts[shared:]
        if len(own) > 1 and own[0].lower() in SPLIT_FOLDERS:
            own = own[1:]
        labels[name] = {"class": own[0] if own else None} if deepest else {}
    return labels


def _table_labelling(
    names: Sequence[str], table: str, rows: list[dict[str, str]], warnings: Sequence[Skipped]
) -> Labelling:
    """The labels of a table one of whose columns names the files. Raises NotRead where it is another one."""
    columns = list(rows[0])[:MOST_COLUMNS] if rows else []
    file_column = next((column for key in FILE_COLUMNS for column in columns if column.lower() == key), None)
    if file_column is None:
        raise NotRead(f"it has no column that names the sounds, such as {FILE_COLUMNS[0]} or {FILE_COLUMNS[1]}")
    by_name = _rows_by_name(names, table, file_column, rows)
    if not by_name:
        example = readable_name(rows[0][file_column], 60)
        raise NotRead(f"none of the files that it names is here, such as {example or 'one without a name'}")
    group = next((column for key in GROUP_COLUMNS for column in columns if column.lower() == key), None)
    caption = next((column for key in CAPTION_COLUMNS for column in columns if column.lower() == key), None)
    facets = [c for c in columns if c not in (file_column, caption) and c.lower() != FILE_FACET]
    facets.sort(key=lambda column: column.lower() not in FIRST_COLUMNS)
    labels: Labels = {name: {c: by_name.get(name, {}).get(c) or None for c in facets} for name in names}
    captions = {name: row[caption] for name, row in by_name.items() if caption and row.get(caption)}
    return _grouped(labels, group, captions, warnings)


def _rows_by_name(
    names: Sequence[str], table: str, file_column: str, rows: Sequence[dict[str, str]]
) -> dict[str, dict[str, str]]:
    """The row of each file: a table may name it from its own folder, from the root, by its last part or its stem."""
    folder, meant = str(PurePosixPath(table).parent), any_name(names)
    return {name: row for row in rows if (name := meant(row[file_column], folder))}


def _read_tables(tables: Mapping[str, str]) -> tuple[dict[str, list[dict[str, str]]], list[Skipped]]:
    """The rows of each table, labels.csv and those nearest to the root first; and those that are none."""
    read, warnings = {}, []
    for name in sorted(tables, key=lambda name: (name.rpartition("/")[2] != "labels.csv", name.count("/"), name))[
        :MOST_TABLES
    ]:
        try:
            read[name], note = _rows(tables[name])
            warnings += [Skipped(readable_name(name), note)] if note else []
        except NotRead as reason:
            warnings.append(Skipped(readable_name(name), str(reason)))
    return read, warnings


def _rows(path: str) -> tuple[list[dict[str, str]], str]:
    """The table's rows with tidy column names, and what the user should know of it.

    Raises NotRead where it cannot be read as a table.
    """
    with open(opened(path, follow_links=True), "rb") as file:
        content = file.read(LARGEST_TABLE_BYTES + 1)
    if len(content) > LARGEST_TABLE_BYTES:
        raise NotRead("it is too large for a table of labels")
    text, note = _text(content)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        rows = []
    if not rows or "\0" in text:
        raise NotRead("it cannot be read as a table")
    header = [readable_name(column.strip(), LONGEST_LABEL) for column in rows[0]]
    tidy = [
        {column: cell.strip() for column, cell in zip(header, row, strict=False) if column}
        for row in rows[1:]
        if len(row) >= len(header)
    ]
    return tidy, note


def _text(content: bytes) -> tuple[str, str]:
    """A table's text, and a note where its encoding had to be guessed. A mark at the beginning tells UTF-16."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if marked else "utf-8-sig"), ""
    except UnicodeDecodeError:
        note = "it is not in UTF-8, so it was read as Western European; save it as UTF-8 if its labels look wrong"
        return content.decode("cp1252", "replace"), note
