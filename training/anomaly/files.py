"""Anomaly scores as a table, and what a machine without Hearsight needs to go on scoring."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training import durable
from training.anomaly.recording import Recording, scores_table
from training.anomaly.scoring import AnomalyScores
from training.data.dataset import SAMPLE_RATE
from training.errors import UserError


def check_named(out: Path, ending: str) -> None:
    """Raises UserError where `out` isn't called so or can't be written."""
    if out.suffix != ending:
        raise UserError(f"The file {out} can't be written: a name that ends in {ending} was expected.")
    durable.check_writable(out)


def write_scores(out: Path, recordings: Sequence[Recording]) -> None:
    """As scores_table has it."""
    _write(out, scores_table(recordings).encode())


def write_reference(out: Path, scored: AnomalyScores) -> None:
    """All that the score is computed from, given embeddings: arrays of an npz file."""
    reference, content = scored.reference, io.BytesIO()
    np.savez(
        content,
        centre=reference.space.centre,
        whitening=reference.space.whitening,
        points=reference.points,
        neighbours=reference.neighbours,
        usual=reference.usual,
        threshold=reference.threshold,
        window_samples=round(scored.window_seconds * SAMPLE_RATE),
    )
    _write(out, content.getvalue())


def _write(out: Path, content: bytes) -> None:
    try:
        durable.write_bytes(out, content)
    except OSError as error:
        raise UserError(f"The file {out} can't be written: {error.strerror}.") from None
