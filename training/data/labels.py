"""Which labels the files of a folder carry: by a known layout, else by a table, else by the folders they lie in.

Tables with times and alignments add labels of stretches within the files, and transcripts add captions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from training.data.alignments import ALIGNMENTS, read_alignment
from training.data.dataset import Event, Skipped
from training.data.events import EventLabels, Events, events_of, recording_of, tells_times, time_columns
from training.data.layouts import LAYOUTS, MOST_COLUMNS, NEW_LAYOUTS, esc50_labels, layout_labels
from training.data.names import any_name, readable_name
from training.data.sniff import NotRead
from training.data.tables import FILE_COLUMNS, TableRows, first_cells, first_column, read_table, read_track
from training.data.transcripts import transcripts_of

GROUP_COLUMNS = ("source", "speaker", "group", "artist", "recording", "src_file")
CAPTION_COLUMNS = ("caption", "text", "description", "transcript", "sentence")
FIRST_COLUMNS = ("class", "label", "category")
SPLIT_FOLDERS = ("train", "training", "test", "testing", "valid", "validation", "val", "dev", "eval")
MOST_TABLES = 20
"""That are read, whatever they hold."""
LONGEST_LABEL = 120
FILE_FACET, FOLDER_FACET = "file", "folder"

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
    events: Mapping[str, Events] = field(default_factory=dict)
    """Labels of stretches within a file, which win over its own."""
    texts: frozenset[str] = frozenset()
    """The texts beside sounds that hold such labels and are no captions."""
    of_layout: bool = False
    """Whether a known layout tells them: all labels that there are."""


def labelling(names: Sequence[str], tables: Mapping[str, str], *, earlier: bool = False) -> Labelling:
    """Labels for the sounds `names` (relative, with slashes). `tables`: relative name → path of each CSV, TSV, text and
    alignment beside them. As `earlier` versions read them: without NEW_LAYOUTS, transcripts and alignments.

    A known layout wins over a table, and a table over the names of folders.
    """
    aligned = {name: path for name, path in tables.items() if name.lower().endswith(ALIGNMENTS)}
    tables = {name: path for name, path in tables.items() if name not in aligned}
    read, warnings = _read_tables(names, tables)
    for table, rows in read.items():
        if table.rpartition("/")[2] == "esc50.csv" and rows and {"filename", "category", "src_file"} <= rows[0].keys():
            return replace(grouped(esc50_labels(names, rows), "src_file"), of_layout=True)
    stretches, broken = _read_alignments({} if earlier else aligned)
    heard, said = events_of(names, read, stretches), {} if earlier else transcripts_of(names, tables)
    known = layout_labels(names, [each for each in LAYOUTS if not earlier or each not in NEW_LAYOUTS])
    if known is not None and earlier:
        return replace(grouped(*known), of_layout=True)
    if known is not None:
        labels, group = known
        found = _with_events(grouped(labels, group, said, (*broken, *heard.warnings)), heard)
        return replace(found, of_layout=True)
    warnings += (*broken, *heard.warnings)
    whole = {table: rows for table, rows in read.items() if table not in heard.tables and not _is_text(table)}
    for table, rows in whole.items():
        try:
            found = _table_labelling(names, table, rows, warnings)
            return _with_events(replace(found, captions={**said, **found.captions}), heard)
        except NotRead as reason:
            warnings.append(Skipped(readable_name(table), f"{reason}, so its labels are not used"))
    labels = _folder_labels(names, FOLDER_FACET if heard.events else "class")
    return _with_events(grouped(labels, None, said, warnings), heard)


def _with_events(known: Labelling, heard: EventLabels) -> Labelling:
    """Their facets come first, without a label where nothing was heard."""
    silence: dict[str, str | None] = dict.fromkeys(heard.facets)
    labels = {name: silence | found for name, found in known.labels.items()}
    return replace(known, labels=labels, events=heard.events, texts=frozenset(filter(_is_text, heard.tables)))


def grouped(
    labels: Labels, group: str | None, captions: Mapping[str, str] | None = None, warnings: Sequence[Skipped] = ()
) -> Labelling:
    """The labels fit to be shown, with the facet `group`. A file of unknown origin is its own group: nothing else is taken for its
    neighbour by mistake.
    """
    facet = group or FILE_FACET
    whole = {}
    for name, found in labels.items():
        tidy = {key: None if value is None else readable_name(value, LONGEST_LABEL) for key, value in found.items()}
        whole[name] = tidy | {facet: tidy.get(facet) or readable_name(name)}
    return Labelling(whole, facet, captions or {}, tuple(warnings))


def _folder_labels(names: Sequence[str], facet: str) -> Labels:
    """The first folder in which the files differ is the label in `facet`; folders that only name a split are passed over.

    Where folders lie within it, all of them are another facet, unless most files have one of their own, which says nothing.
    """
    folders = [name.split("/")[:-1] for name in names]
    deepest = max((len(parts) for parts in folders), default=0)
    if not deepest:
        return {name: {} for name in names}
    shared = 0
    while shared < deepest - 1 and len({tuple(parts[: shared + 1]) for parts in folders}) == 1:
        shared += 1
    own = [parts[shared:] for parts in folders]
    own = [parts[1:] if len(parts) > 1 and parts[0].lower() in SPLIT_FOLDERS else parts for parts in own]
    labels: Labels = {name: {facet: parts[0] if parts else None} for name, parts in zip(names, own, strict=True)}
    whole = ["/".join(parts) for parts in own]
    if facet != FOLDER_FACET and any("/" in path for path in whole) and 2 * len(set(whole)) <= len(names):
        for name, path in zip(names, whole, strict=True):
            labels[name][FOLDER_FACET] = path or None
    return labels


def _table_labelling(names: Sequence[str], table: str, rows: TableRows, warnings: Sequence[Skipped]) -> Labelling:
    """The labels of a table one of whose columns names the files. Raises NotRead where it is another one."""
    columns = list(rows[0])[:MOST_COLUMNS] if rows else []
    file_column = first_column(columns, FILE_COLUMNS)
    if file_column is None:
        raise NotRead(f"it has no column that names the sounds, such as {FILE_COLUMNS[0]} or {FILE_COLUMNS[1]}")
    by_name = _rows_by_name(names, table, file_column, rows)
    if not by_name:
        example = readable_name(rows[0][file_column], 60)
        raise NotRead(f"none of the files that it names is here, such as {example or 'one without a name'}")
    group, caption = first_column(columns, GROUP_COLUMNS), first_column(columns, CAPTION_COLUMNS)
    times = time_columns(columns) or ()  # from where a file was cut: nothing that it is
    facets = [c for c in columns if c not in (file_column, caption, *times) and c.lower() != FILE_FACET]
    facets.sort(key=lambda column: column.lower() not in FIRST_COLUMNS)
    labels: Labels = {name: {c: by_name.get(name, {}).get(c) or None for c in facets} for name in names}
    captions = {name: row[caption] for name, row in by_name.items() if caption and row.get(caption)}
    return grouped(labels, group, captions, warnings)


def _rows_by_name(
    names: Sequence[str], table: str, file_column: str, rows: Sequence[dict[str, str]]
) -> dict[str, dict[str, str]]:
    """The row of each file: a table may name it from its own folder, from the root, by its last part or its stem."""
    folder, meant = str(PurePosixPath(table).parent), any_name(names)
    return {name: row for row in rows if (name := meant(row[file_column], folder))}


def _read_tables(names: Sequence[str], tables: Mapping[str, str]) -> tuple[dict[str, TableRows], list[Skipped]]:
    """The rows of each table, labels.csv and those nearest to the root first; and those that are none.

    Beyond the first, those that are named after a recording are read where they tell times: there may be one for each.
    """
    named_after = recording_of(names)
    order = sorted(tables, key=_nearest)
    first = set([name for name in order if not _is_text(name)][:MOST_TABLES])
    read: dict[str, TableRows] = {}
    warnings = []
    for name in order:
        try:
            if name not in first and not (named_after(name) and tells_times(first_cells(tables[name]))):
                continue
            rows, note = (read_track(tables[name]), "") if _is_text(name) else read_table(tables[name])
            read[name] = rows
            warnings += [Skipped(readable_name(name), note)] if note else []
        except NotRead as reason:
            if not _is_text(name):
                warnings.append(Skipped(readable_name(name), str(reason)))
    return read, warnings


def _read_alignments(paths: Mapping[str, str]) -> tuple[dict[str, list[Event]], list[Skipped]]:
    """What each tells, and those that can't be read."""
    read: dict[str, list[Event]] = {}
    broken = []
    for name, path in sorted(paths.items()):
        try:
            read[name] = read_alignment(path)
        except NotRead as reason:
            broken.append(Skipped(readable_name(name), str(reason)))
    return read, broken


def _nearest(table: str) -> tuple[bool, int, str]:
    return table.rpartition("/")[2] != "labels.csv", table.count("/"), table


def _is_text(table: str) -> bool:
    return table.lower().endswith(".txt")
