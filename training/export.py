"""Embeddings as a file that other tools open."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.data import open_dataset
from training.data.dataset import Progress
from training.embedder import Embedder
from training.errors import UserError
from training.run import RunFolder

ENDING = ".parquet"
"""By which other tools know such a file, and tell it from a CSV."""
TRUTH = {"true": True, "false": False}
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""A whole number in 64 bits, written as a program writes one."""


def embed_to_parquet(run: RunFolder, paths: Sequence[str], out: Path, step: int | None, progress: Progress) -> int:
    """Embed every clip of sound files and folders; returns how many rows were written.

    Columns: id, file, offset_seconds, seconds, one for each facet as `typed` says, vector (list of float32). Opens in Embedding
    Atlas, pandas and DuckDB. Raises UserError where a path holds no sound, or `out` isn't called so or can't be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if out.suffix != ENDING:
        raise UserError(f"The file {out} can't be written: a name that ends in {ENDING} was expected.")
    if not os.path.isdir(out.parent):
        raise UserError(f"The file {out} can't be written: there is no folder {out.parent}.")
    embedder = Embedder(run, step)
    window_seconds = float(run.config().get("window_seconds", 2.0))
    tables, facets = [], set()
    for path in paths:
        dataset = open_dataset(path, window_seconds=window_seconds, progress=progress)
        vectors = embedder.embed_dataset(dataset, progress)
        columns = {
            "id": pa.array(dataset.ids),
            "file": pa.array(dataset.files),
            "offset_seconds": pa.array(np.asarray(dataset.offsets_seconds)),
            "seconds": pa.array([dataset.seconds(c) for c in range(len(dataset))]),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1]),
        }
        for name, facet in dataset.facets.items():
            if name not in columns:
                facets.add(name)
                columns[name] = pa.array([facet.label(c) for c in range(len(dataset))], pa.string())
        tables.append(pa.table(columns))
    whole = pa.concat_tables(tables, promote_options="default")
    for place, name in enumerate(whole.column_names):
        if name in facets:  # by the labels of all paths together, so that a column has one type
            labels = whole[name].to_pylist()
            values = typed(labels)
            whole = whole if values == labels else whole.set_column(place, name, pa.array(values))
    whole = whole.replace_schema_metadata({"hearsight_run": run.name, "hearsight_step": str(embedder.step)})
    try:
        pq.write_table(whole, out)
    except OSError as error:
        raise UserError(
            f"The file {out} can't be written: {os.strerror(error.errno) if error.errno else error}."
        ) from None
    return len(whole)


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
