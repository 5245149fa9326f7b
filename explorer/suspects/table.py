"""The suspects of a run as a table, such as which files hold one recording."""

from pathlib import Path

from explorer.suspects import KINDS
from explorer.suspects.listed import suspects
from training import durable
from training.data.dataset import Dataset
from training.data.names import write_table
from training.errors import UserError
from training.run import RunFolder

COLUMNS = ("kind", "file", "offset_seconds", "label", "beside", "beside_offset_seconds", "reason")
"""`beside`: the file of the clip to hear next to it, of a near-duplicate the other copy."""


def write_suspects(run: RunFolder, dataset: Dataset, file: Path, kind: str | None = None) -> int:
    """Write a CSV with a row for each suspect, of one of KINDS or of all; near-duplicates are all in it, however many.

    Returns how many. Raises UserError where there is no snapshot or the file can't be written.
    """
    durable.check_writable(file)
    found = suspects(run, dataset, all_copies=True)
    if found is None:
        raise UserError(f"The run {run.name} has no snapshot yet, so nothing is known of its clips.")

    def where(clip: int) -> tuple[str, float]:
        return dataset.files[clip], round(float(dataset.offsets_seconds[clip]), 3)

    rows = [
        (KINDS[row["kind"]], *where(row["clip"]), row["label"], *beside, row["reason"])
        for row in found["rows"]
        if kind in (None, row["kind"])
        for beside in [where(row["beside"][0]["clip"]) if row["beside"] else ("", "")]
    ]
    with open(file, "w", encoding="utf-8", newline="") as text:
        write_table(text, COLUMNS, rows)
    return len(rows)
