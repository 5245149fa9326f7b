"""Embeddings as a file that other tools open."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training import durable
from training.data import Dataset, Skipped, open_dataset, whole_reference
from training.data.dataset import Progress
from training.data.names import csv_cell, distinct_names, readable_name
from training.data.sources import NoSound
from training.embedder import Embedder
from training.errors import UserError
from training.run import RunFolder

PARQUET, CSV = ".parquet", ".csv"
"""The ending of the file says which of them is written."""
OWN_COLUMNS = ("id", "file", "offset_seconds", "seconds", "vector")
"""A facet that is called like one of these gives way to it; in a CSV also one that is called like a dimension, as d0."""
TRUTH = {"true": True, "false": False}
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""A whole number in 64 bits, written as a program writes one."""


def embed_to_file(
    run: RunFolder, paths: Sequence[str], out: Path, step: int | None, progress: Progress
) -> tuple[int, tuple[Skipped, ...]]:
    """Embed every clip of sound files and folders, each file once; returns how many rows were written, and what was left out.

    Columns: OWN_COLUMNS, the vector a list of float32, and one for each facet as `typed` says. Parquet opens in Embedding
    Atlas, pandas and DuckDB; a CSV has a column for each dimension of the vector instead, d0 and so on, behind all others.
    Raises UserError where there is nothing at a path, all of them together hold no sound, or `out` isn't called so or can't
    be written.
    """
    import pyarrow as pa

    check_table(out)
    embedder = Embedder(run, step)
    given, left_out = opened_all(paths, embedder.config.window_seconds, progress)
    whole = _with_typed_facets(pa.concat_tables(_tables(embedder, given, progress), promote_options="default"))
    whole = whole.replace_schema_metadata({"hearsight_run": run.name, "hearsight_step": str(embedder.step)})
    content = pa.BufferOutputStream()
    _write_csv(whole, content) if out.suffix == CSV else _write_parquet(whole, content)
    try:
        durable.write_parts(out, [memoryview(content.getvalue())])
    except OSError as error:
        raise UserError(f"The file {out} can't be written: {error.strerror}.") from None
    return len(whole), left_out


def check_table(out: Path) -> None:
    """Raises UserError where `out` isn't called as a table of these is, or can't be written."""
    if out.suffix not in (PARQUET, CSV):
        raise UserError(f"The file {out} can't be written: a name that ends in {PARQUET} or {CSV} was expected.")
    durable.check_writable(out)


def _write_parquet(whole: Any, content: Any) -> None:
    import pyarrow.parquet as pq

    pq.write_table(whole, content)


def _write_csv(whole: Any, content: Any) -> None:
    """No cell is taken for a formula, as in every table of this project."""
    import pyarrow as pa
    import pyarrow.csv as pc

    vectors = np.array(whole["vector"].to_pylist(), np.float32)
    numbers = {f"d{i}": pa.array(dimension) for i, dimension in enumerate(vectors.T)}
    others = {name: whole[name] for name in whole.column_names if name != "vector" and name not in numbers}
    safe = {
        name: pa.array([None if cell is None else csv_cell(cell) for cell in column.to_pylist()])
        if pa.types.is_string(column.type)
        else column
        for name, column in others.items()
    }
    pc.write_csv(pa.table({**safe, **numbers}), content)


def _tables(embedder: Embedder, given: Sequence[tuple[str, Dataset]], progress: Progress) -> Iterator[Any]:
    """A table of the clips of each path. Facets are texts."""
    import pyarrow as pa

    for dataset, clips, names in each_once(given):
        vectors = embedder.embed_dataset(dataset, progress)[clips]
        columns = {
            "id": pa.array([dataset.ids[c] for c in clips]),
            "file": pa.array(names),
            "offset_seconds": pa.array(np.asarray(dataset.offsets_seconds)[clips]),
            "seconds": pa.array([dataset.seconds(c) for c in clips]),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
        }
        for name, facet in dataset.facets.items():
            if name not in OWN_COLUMNS:
                columns[name] = pa.array([facet.label(c) for c in clips], pa.string())
        yield pa.table(columns)


def each_once(given: Sequence[tuple[str, Dataset]]) -> Iterator[tuple[Dataset, list[int], list[str]]]:
    """Of each path its clips, without those of files that a path before it holds too, and the name of each one's file."""
    files: dict[str, tuple[str, int]] = {}
    for number, (root, dataset) in enumerate(given):
        for name in dataset.files:
            files.setdefault(_place(root, name), (name, number))
    names = distinct_names({place: name for place, (name, _) in files.items()})
    for number, (root, dataset) in enumerate(given):
        places = [_place(root, name) for name in dataset.files]
        clips = [clip for clip, place in enumerate(places) if files[place][1] == number]
        if clips:
            yield dataset, clips, [names[places[clip]] for clip in clips]


def _with_typed_facets(table: Any) -> Any:
    """By the labels of all paths together, so that a column has one type."""
    import pyarrow as pa

    for place, name in enumerate(table.column_names):
        if name not in OWN_COLUMNS:
            labels = table[name].to_pylist()
            values = typed(labels)
            table = table if values == labels else table.set_column(place, name, pa.array(values))
    return table


def opened_all(
    paths: Sequence[str], window_seconds: float, progress: Progress
) -> tuple[list[tuple[str, Dataset]], tuple[Skipped, ...]]:
    """The clips of each path that has some, with where it lies, before any is embedded; and the files that give none.

    Raises UserError where no path has any.
    """
    found: list[tuple[str, Dataset]] = []
    left_out: dict[str, Skipped] = {}
    looked_at = 0
    for reference in dict.fromkeys(map(whole_reference, paths)):
        root = _root(reference)
        try:
            dataset = open_dataset(reference, window_seconds=window_seconds, progress=progress)
        except NoSound as error:
            looked_at += error.looked_at
            skipped = error.skipped or (Skipped(readable_name(os.path.basename(root)), "there is no sound in it"),)
        else:
            found.append((root, dataset))
            skipped = dataset.skipped
        left_out |= {_place(root, each.file): each for each in skipped}
    if not found:
        raise NoSound("What was given", looked_at, tuple(left_out.values()))
    return found, tuple(left_out.values())


def _root(reference: str) -> str:
    """The same for every way to write where the data lies."""
    if not os.path.isabs(reference):  # the name of a set
        return reference
    if os.path.isdir(reference):
        return readable_name(os.path.realpath(reference))
    return readable_name(os.path.join(os.path.realpath(os.path.dirname(reference)), os.path.basename(reference)))


def _place(root: str, name: str) -> str:
    """Where a file of the data at `root` lies, which may be that file itself."""
    return root if os.path.basename(root) == name and os.path.isfile(root) else f"{root}/{name}"


def typed(labels: Sequence[str | None]) -> list[Any]:
    """Labels as truth values or whole numbers where each of them is one as it is written, else as text; None stays None.

    "007" and "+7" are texts, as numbers would lose how they are written.
    """
    said = {label for label in labels if label is not None}
    if said and all(label.lower() in TRUTH for label in said):
        return [label if label is None else TRUTH[label.lower()] for label in labels]
    if said and all(WHOLE.fullmatch(label) for label in said):
        return [label if label is None else int(label) for label in labels]
    return list(labels)
