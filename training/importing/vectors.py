"""Embeddings with file names, from tables and arrays. Nothing that could run code is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.names import readable_name
from training.errors import UserError
from training.importing.arrays import of_npy, of_npz
from training.importing.columns import opened, shown
from training.importing.tables import of_delimited, of_parquet
from training.run import reading

MOST_FILES = 50_000
MOST_HELD = reading.MOST_ARRAY_BYTES
"""Of a snapshot's arrays."""
LARGEST = 1e9
DELIMITED = (".csv", ".tsv")
"""Endings of texts, which no first bytes tell."""


@dataclass(frozen=True)
class Vectors:
    """One vector for each of n files."""

    names: tuple[str, ...]
    """As the file spells them, each once, in the order in which they first come."""
    rows: np.ndarray
    """(n, D) float32, finite: the mean of a file's rows where it has several, as windows of a longer recording have."""
    averaged: int
    """How many rows there were."""
    named: int
    """How many files were named; of more than MOST_FILES, or than a snapshot can hold, `names` is a random sample, the same
    each time."""


def read_vectors(path: Path, names: str | None, vectors: str | None) -> Vectors:
    """`names`, `vectors`: what holds them, where the file leaves a choice; see the readers. Raises UserError."""
    spelt, rows = reader_of(path)(path, names, vectors)
    if len(spelt) != len(rows):
        raise UserError(f"{shown(path)} has {len(rows):,} vectors but {len(spelt):,} names; one for each was expected.")
    if not len(rows) or not rows.shape[1]:
        raise UserError(f"{shown(path)} has no vectors; rows of numbers were expected.")
    bad = np.flatnonzero(~(np.abs(rows) <= LARGEST).all(axis=1))  # true for NaN
    if len(bad):
        which = readable_name(spelt[bad[0]], 80)
        raise UserError(f"{len(bad):,} of the {len(rows):,} vectors are not finite, such as that of “{which}”.")
    return _one_a_file(spelt, rows)


def reader_of(path: Path) -> Callable[[Path, str | None, str | None], tuple[list[str], np.ndarray]]:
    """What reads such a file, by how it begins. Raises UserError for one that can hold no embeddings."""
    with opened(path) as file:
        head = file.read(4)
    readers = {b"PAR1": of_parquet, b"PK\3\4": of_npz, b"\x93NUM": of_npy}
    if head and head not in readers and path.suffix.lower() in DELIMITED:
        return of_delimited
    if head not in readers:
        raise UserError(f"{shown(path)} holds no embeddings: a Parquet, npz, npy or CSV file was expected.")
    return readers[head]


def _one_a_file(spelt: Sequence[str], rows: np.ndarray) -> Vectors:
    numbers: dict[str, int] = {}
    of_row = np.array([numbers.setdefault(name, len(numbers)) for name in spelt])
    kept = np.arange(len(numbers))
    most = min(MOST_FILES, MOST_HELD // (2 * rows[0].nbytes))  # a snapshot holds them twice
    if len(numbers) > most:
        kept = np.sort(np.random.default_rng(0).permutation(len(numbers))[:most])
    place = np.full(len(numbers), -1)
    place[kept] = np.arange(len(kept))
    at = place[of_row]  # among those that are kept, which alone are averaged: the others would take more memory
    sums = np.zeros((len(kept), rows.shape[1]))
    np.add.at(sums, at[at >= 0], rows[at >= 0])
    names, counts = tuple(numbers), np.bincount(of_row)[kept, None]
    return Vectors(tuple(names[i] for i in kept), (sums / counts).astype(np.float32), len(rows), len(numbers))
