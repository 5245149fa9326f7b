"""A run's folder: the only tie between the trainer, which writes it, and whoever looks on, who reads it.

    config.json       everything needed to repeat the run
    status.json       where it stands now, replaced atomically about once a second
    metrics.jsonl     one line a logged step or snapshot, append only
    schema.json       what the run holds: curves, columns, pictures, verdicts, each declared by the code that makes it
    probe.json        ids and labels of the clips that every snapshot embeds
    columns.json      numbers, flags and texts of these clips that no step changes: duration, loudness
    baselines.json    what to compare the measures with: random initialisation, log-mel and MFCC statistics, chance
    verdicts.jsonl    the judgements that were passed: whether it learns or collapses, since when, and why
    snapshots/        000500.npz: their embeddings and projections, singular values, the method's picture, columns/<name>
    checkpoints/      000500.safetensors (weights), 000500.state (the rest, last two), 000500.json (their hashes)
    measures/         000500.json: thorough measures of every stage, once they were asked for
    knowledge/        facets.json, shortcuts.json, invariance.json: what its model knows, once that was asked for
    measured/         of a run that is only watched: what Hearsight adds to it, in files of the same names
    twin.json         of a run that is trained beside another one: which, and what was foretold of the two
    control/          pause, resume, stop: small files the trainer looks for
    events.out.*      the curves for TensorBoard;  log.txt: what the trainer printed

This package alone knows these names. It needs no torch, so that the page can read runs cheaply. Every reading function
takes a folder in any condition (half-written, mutilated, from a newer version) and never raises for it.
"""

from training.run.folder import RunFolder, find_runs
from training.run.making import create_run
from training.run.metrics_file import WINDOW_BYTES, MetricsReader, current_rows, rows_from
from training.run.status import ACTIVE, RESUMABLE, SCHEMA, WENT_WRONG, Control, State, Status
from training.run.writer import BeingWritten, RunWriter, rows_kept

__all__ = [
    "ACTIVE",
    "RESUMABLE",
    "SCHEMA",
    "WENT_WRONG",
    "WINDOW_BYTES",
    "BeingWritten",
    "Control",
    "MetricsReader",
    "RunFolder",
    "RunWriter",
    "State",
    "Status",
    "create_run",
    "current_rows",
    "find_runs",
    "rows_from",
    "rows_kept",
]
