"""A run made of a file that something else wrote, and measured at once."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from training.config import provenance
from training.data import open_dataset, whole_reference
from training.data.dataset import Progress
from training.data.names import readable_name
from training.errors import UserError
from training.importing.event_files import is_event_file, read_events
from training.importing.vectors import read_vectors, reader_of
from training.run import RunFolder, RunWriter, State, Status, create_run, rows_kept
from training.units import counted
from training.watching.clips import WINDOW_SECONDS, clip_places
from training.watching.measuring import Measuring

STEP = 1
"""Of the one snapshot: step 0 is what random initialisation is told by."""


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    run: RunFolder
    sentence: str


def import_file(
    path: Path, out: Path, *, data: str | None, names: str | None, vectors: str | None, title: str, progress: Progress
) -> Imported:
    """The run `out` of the file or folder at `path`, which is called `title`: curves of TensorBoard, or one snapshot of
    embeddings with file names. `data`: the sounds that these name; `names`, `vectors`: see `read_vectors`.

    Raises UserError with one sentence before anything is written.
    """
    if not path.exists():
        raise UserError(
            f"There is nothing at {readable_name(str(path), 200)}; a file to import, or a folder of event files, was expected."
        )
    if RunFolder(out).exists():
        raise UserError(f"The folder {out} holds a run already; give --out a new folder.")
    reference = whole_reference(data) if data else ""
    if is_event_file(path):
        return _of_events(path, out, reference, title)
    if not reference:
        reader_of(path)  # raises for a file that can hold none, whatever sounds there are
        raise UserError("Embeddings are shown with the sounds that they are of: give their folder with --data.")
    return _of_vectors(path, out, reference, names, vectors, title, progress)


def _of_events(path: Path, out: Path, reference: str, title: str) -> Imported:
    rows = read_events(path)
    curves = {name for row in rows.values() for name in row} - {"seconds"}
    writer = _begun(out, reference, title, {"imported from": path.name, "curves": len(curves)})
    for step, row in rows.items():
        writer.append_metrics({"step": step, "attempt": 1, **row})
    last = max(rows)
    said = f"{counted(len(curves), 'curve')} of {counted(len(rows), 'step')}"
    imported = _ended(writer, last, float(rows[last]["seconds"] or 0), said)
    Measuring(imported.run).work()
    return imported


def _of_vectors(
    path: Path, out: Path, reference: str, names: str | None, vectors: str | None, title: str, progress: Progress
) -> Imported:
    found = read_vectors(path, names, vectors)
    dataset = open_dataset(reference, window_seconds=WINDOW_SECONDS, progress=progress)
    clip_places(found.names, dataset, reference)
    n, width = found.rows.shape
    said = f"{counted(n, 'file')}, {counted(width, 'dimension')}"
    if found.named > n:
        said += f", a random sample of the {found.named:,} that are named"
    if found.averaged > found.named:
        said += f"; the {found.averaged:,} rows of the same files were averaged"
    writer = _begun(out, reference, title, {"imported from": path.name, "files": n, "dimensions": width})
    # As `Watch` leaves it: what the names mean among the sounds is found when it is measured.
    own = {"ids": list(found.names), "clips": [-1] * n, "files": list(found.names), "facets": {}, "data": reference}
    writer.write_probe({**own, "data_name": dataset.name, "group": "", "main_facet": ""})
    rows = rows_kept(found.rows)
    writer.write_snapshot(STEP, {"embeddings": rows, "projections": rows})
    writer.append_metrics({"step": STEP, "attempt": 1, "seconds": 0.0})
    imported = _ended(writer, STEP, 0.0, said)
    Measuring(imported.run).work(progress)
    return imported


def _begun(out: Path, reference: str, title: str, about: Mapping[str, Any]) -> RunWriter:
    told = {"method": title, **{key: readable_name(v, 80) if isinstance(v, str) else v for key, v in about.items()}}
    config = {"method": title, "data": reference, "watched": True, "about": told, **provenance()}
    create_run(out, config, trained_here=True)
    return RunWriter(out)


def _ended(writer: RunWriter, step: int, seconds: float, sentence: str) -> Imported:
    done = Status(State.FINISHED, attempt=1, step=step, steps=step, seconds=seconds, progress=1.0, updated=time.time())
    writer.write_status(replace(done, message=f"Imported {sentence}."))
    writer.close()
    return Imported(RunFolder(writer.path), sentence)
