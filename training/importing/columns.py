"""Which part of a file of vectors names the sounds, which holds the vectors, and how many are read."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from training.data.names import readable_name
from training.data.tables import FILE_COLUMNS, first_column
from training.errors import UserError
from training.run import reading

VECTOR_COLUMNS = ("vector", "embedding", "embeddings", "vectors", "features")
"""Which one is meant where there are several."""
MOST_ROWS, WIDEST = 2_000_000, 16_384
MOST_BYTES = 2 << 30
"""Of the vectors in memory."""
SHOWN = 8
"""Columns that are named in a sentence."""


def names_column(path: Path, texts: Sequence[str], held: Mapping[str, Any], asked: str | None) -> str:
    """Which of `texts` names the sounds, among all that the file holds. Raises UserError where none does, or several may."""
    if asked is not None and asked in texts:
        return asked
    if asked is not None:
        raise UserError(
            f"{shown(path)} has no texts called “{readable_name(asked, 60)}”, but {listed(held)}; "
            "the one that names the files was expected."
        )
    usual = first_column(texts, FILE_COLUMNS)
    if usual is None and len(texts) != 1:
        raise UserError(f"Which of {listed(held)} of {shown(path)} names the files? Say it with --names.")
    return texts[0] if usual is None else usual


def vector_column(path: Path, vectors: Sequence[str], held: Mapping[str, Any], asked: str | None) -> str:
    """Which of `vectors` is meant, among all that the file holds. Raises UserError where none is, or several may be."""
    if asked is not None and asked in vectors:
        return asked
    if asked is not None or not vectors:
        called = f" called “{readable_name(asked, 60)}”" if asked is not None else ""
        raise UserError(
            f"{shown(path)} has no numeric vectors{called}, but {listed(held)}; (n, D) numbers were expected."
        )
    usual = first_column(vectors, VECTOR_COLUMNS)
    if usual is None and len(vectors) > 1:
        raise UserError(f"Which of {listed(vectors)} of {shown(path)} are the vectors? Say it with --vectors.")
    return vectors[0] if usual is None else usual


def check_size(path: Path, rows: int, width: int) -> None:
    """Raises UserError for more than is read."""
    of = f" of {width:,} numbers" if width else ""
    if rows > MOST_ROWS or width > WIDEST or 4 * rows * width > MOST_BYTES:
        raise UserError(
            f"{shown(path)} has {rows:,} vectors{of}; at most {MOST_ROWS:,} of {WIDEST:,}, and "
            f"{MOST_BYTES >> 30} GB together, were expected."
        )


def opened(path: Path) -> reading.RegularFile:
    """The file, to be read. Raises UserError where it cannot be opened."""
    try:
        return reading.RegularFile(path)
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be opened: {error.strerror}.") from None


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, of many the first."""
    called = [readable_name(name, 40) for name in names]
    return ", ".join(called[:SHOWN]) + (f" and {len(called) - SHOWN} more" if len(called) > SHOWN else "")


def shown(path: Path) -> str:
    """What a file is called in a sentence."""
    return readable_name(path.name, 80)
