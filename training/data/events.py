"""Labels of stretches within files, such as the calls in a long recording: which of them each clip carries.

They come from a table with times that names its files (a CSV of annotations), from tables that are named after a
recording: Raven's selection tables, Audacity's label tracks, the results of BirdNET; and from alignments of what is said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np

from training.data.dataset import Event, Skipped
from training.data.layouts import MOST_COLUMNS
from training.data.names import any_name, readable_name
from training.data.tables import (
    FILE_COLUMNS,
    LONGEST_COLUMN,
    TableRows,
    as_number,
    as_seconds,
    first_column,
    plain_name,
)
from training.units import counted

LEAST_SECONDS, LEAST_SHARE = 0.25, 0.5
"""A clip carries the label of an event that lies in it for so long, or for this part of the shorter of the two."""
STARTS = ("start", "begin", "onset", "start_time", "begin_time")
ENDS = ("end", "stop", "offset", "end_time", "stop_time")
UNITS = ("", "_s", "_sec", "_seconds")
EVENT_FILE_COLUMNS = (*FILE_COLUMNS, "begin_file", "begin_path", "recording", "source_file")
NO_LABELS = ("view",)
"""Columns that say how somebody looked at the sound."""
LABELS_IN_NUMBERS = ("class", "label", "category", "species")
"""Of these alone numbers are labels; elsewhere they are frequencies, scores and the like."""

TOGETHER = "{} (all)"
"""The facet that names all labels of a clip, beside that of the longest."""
BETWEEN = " + "


@dataclass(frozen=True)
class Events:
    """What is heard in one file, and when."""

    rows: tuple[Event, ...] = ()

    def labels(self, start: float, end: float) -> dict[str, list[str]]:
        """By facet the labels of what lies between two times, each once, that of the event of which most does first."""
        if not self.rows:
            return {}
        starts, ends = self._times
        inside = np.minimum(ends, end) - np.maximum(starts, start)
        shorter = np.minimum(ends - starts, end - start)
        enough = np.flatnonzero(inside >= np.minimum(LEAST_SECONDS, LEAST_SHARE * shorter))
        found: dict[str, list[str]] = {}
        for i in enough[np.argsort(-inside[enough], kind="stable")]:
            _, _, facet, label = self.rows[i]
            if label not in found.setdefault(facet, []):
                found[facet].append(label)
        return found

    @cached_property
    def _times(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array([row[0] for row in self.rows]), np.array([row[1] for row in self.rows])


@dataclass(frozen=True)
class EventLabels:
    """The events of all files."""

    events: Mapping[str, Events]
    """By the name of the file; files without any are left out."""
    facets: tuple[str, ...]
    tables: frozenset[str]
    """The tables from which they come."""
    warnings: tuple[Skipped, ...]


def names_several(facet: str) -> bool:
    """Whether a label of this facet may be of several at once."""
    return facet.endswith(TOGETHER.format(""))


def tells_times(cells: Sequence[str]) -> bool:
    """Whether a table that begins with these cells may be one of events: they name times, or are the first two."""
    return time_columns(cells) is not None or (len(cells) > 1 and None not in map(as_seconds, cells[:2]))


def time_columns(columns: Sequence[str]) -> tuple[str, str] | None:
    """Those that say from when to when; None where either is missing."""
    first, last = (first_column(columns, [word + unit for word in words for unit in UNITS]) for words in (STARTS, ENDS))
    return None if first is None or last is None else (first, last)


def events_of(
    names: Sequence[str], tables: Mapping[str, TableRows], aligned: Mapping[str, Sequence[Event]]
) -> EventLabels:
    """The events in the sounds `names` that `tables` tell of: those with times, by their names beside the sounds; and those that
    are `aligned`, by the name of the file that tells them, which is a sound's but for its ending.
    """
    meant, owner = any_name(names), recording_of(names)
    rows: dict[str, list[Event]] = {}
    spelled: dict[str, str] = {}
    used, warnings = set(), []
    for table, lines in tables.items():
        found = _events(table, lines, meant, owner(table), spelled)
        if not found:
            continue
        used.add(table)
        unused = len(lines) - sum(len(each) > 0 for _, each in found)
        if unused:
            told = f"{unused:,} of its {counted(len(lines), 'row')} are not used: no time, no label or no file that is here"
            warnings.append(Skipped(readable_name(table), told))
        for name, each in found:
            rows.setdefault(name, []).extend(each)
    astray = []
    for alignment, stretches in aligned.items():
        name = meant(str(PurePosixPath(alignment).with_suffix("")))
        if not name:
            astray.append(alignment)
            continue
        for start, end, facet, label in stretches:
            if facet.lower() in spelled or (len(spelled) < MOST_COLUMNS and facet.lower() not in FILE_COLUMNS):
                known = spelled.setdefault(facet.lower(), facet)
                rows.setdefault(name, []).append((start, end, known, label))
    if astray:
        others = f", and so are {len(astray) - 1:,} others" if astray[1:] else ""
        warnings.append(Skipped(readable_name(astray[0]), f"it is of no sound that is here{others}"))
    facets = sorted(spelled.values(), key=lambda facet: facet.lower() not in LABELS_IN_NUMBERS)
    events = {name: Events(tuple(each)) for name, each in rows.items() if each}
    return EventLabels(events, tuple(facets), frozenset(used), tuple(warnings))


def recording_of(names: Sequence[str]) -> Callable[[str], str]:
    """A function of a table's name that tells after which of the sounds `names` it is named, such as
    `a.Table.1.selections.txt` after `a.wav`; "" where it is after none. Both lie in the same folder.
    """
    stems = {str(PurePosixPath(name).with_suffix("")): name for name in names}

    def named_after(table: str) -> str:
        folder, _, base = table.rpartition("/")
        parts = base.split(".")
        heads = (".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
        return next((stems[key] for head in heads if (key := f"{folder}/{head}" if folder else head) in stems), "")

    return named_after


def _events(
    table: str, rows: TableRows, meant: Callable[..., str], owner: str, spelled: dict[str, str]
) -> list[tuple[str, list[Event]]]:
    """The file of each row and the events in it; nothing where the table isn't one of events.

    A table that names each file once is not: there, times often say from where a file was cut.
    `spelled` gains the facets, by their small letters.
    """
    columns = list(rows[0])[:MOST_COLUMNS] if rows else []
    times = time_columns(columns)
    if times is None:
        return []
    first, last = times
    file, folder = first_column(columns, EVENT_FILE_COLUMNS), str(PurePosixPath(table).parent)
    taken = [column for column in columns if column not in (first, last, file) and _holds_labels(column, rows)]
    found: list[tuple[str, list[Event]]] = []
    for row in rows:
        name = (meant(row[file], folder) if file else "") or owner
        start, end = as_seconds(row[first]), as_seconds(row[last])
        if name and start is not None and end is not None and end >= start:
            labels = [(column, row[column]) for column in taken if row[column]]
            found.append((name, [(start, end, c, readable_name(label, LONGEST_COLUMN)) for c, label in labels]))
    if not owner and len({name for name, _ in found}) == len(found):
        return []
    for column in taken:
        spelled.setdefault(column.lower(), column)
    return [(name, [(a, b, spelled[c.lower()], label) for a, b, c, label in each]) for name, each in found]


def _holds_labels(column: str, rows: TableRows) -> bool:
    name = plain_name(column)
    if name in NO_LABELS or name in EVENT_FILE_COLUMNS:
        return False
    values = {row[column] for row in rows} - {""}
    return name in LABELS_IN_NUMBERS or any(as_number(value) is None for value in values)
