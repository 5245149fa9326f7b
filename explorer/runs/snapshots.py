"""Snapshots by content: their hash names what is computed from them, and the last few stay in memory."""

import os
from functools import lru_cache
from pathlib import Path

import numpy as np

from training.run import RunFolder, reading

LARGEST = 1e9
"""No value of an embedding is beyond this; the trainer keeps them as float16."""


def snapshot_hash(run: RunFolder, step: int) -> str | None:
    """The SHA-256 of one snapshot's file, or None where there is none. Asked again of the same file, it is free."""
    path = run.snapshot_path(step)
    stamp = file_stamp(path)
    return None if stamp is None else _hash(path, stamp)


def embeddings(run: RunFolder, step: int) -> np.ndarray | None:
    """(n, D) float32: the probe clips as the encoder heard them. None where missing, damaged, not finite or absurdly large."""
    stamp = file_stamp(run.snapshot_path(step))
    return None if stamp is None else _embeddings(run.snapshot_path(step), stamp)


def centre(run: RunFolder, step: int) -> np.ndarray | None:
    """(D,) float32: the mean of `embeddings`. What all clips share tells none of them apart: after ReLU every cosine
    is near .9, and only without the mean is 0 unrelated.
    """
    vectors = embeddings(run, step)
    return None if vectors is None else vectors.mean(axis=0)


def unit_embeddings(run: RunFolder, step: int) -> np.ndarray | None:
    """(n, D) float32: `embeddings` without their mean, rows of length 1, so that a dot product is a centred cosine."""
    stamp = file_stamp(run.snapshot_path(step))
    return None if stamp is None else _unit_embeddings(run.snapshot_path(step), stamp)


def unit_projections(run: RunFolder, step: int) -> np.ndarray | None:
    """(n, P) float32: what the loss compares of the probe clips, rows of length 1, as it compares them. None as of `embeddings`."""
    stamp = file_stamp(run.snapshot_path(step))
    return None if stamp is None else _unit_projections(run.snapshot_path(step), stamp)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """(n, D) float32 rows scaled to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: np.ndarray = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return units


def usable(found: np.ndarray | None) -> np.ndarray | None:
    """(n, D) float32: what was read from a file as embeddings, None where one cannot compute with them."""
    if found is None or found.ndim != 2 or not found.size:
        return None
    with np.errstate(over="ignore"):
        vectors = found.astype(np.float32)
    return vectors if (np.abs(vectors) <= LARGEST).all() else None  # false for NaN


def file_stamp(path: Path | str) -> tuple[int, int, int] | None:
    """What changes whenever a file is replaced, or None where there is no such file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def stamps(run: RunFolder, *names: str) -> tuple[tuple[int, int, int] | None, ...]:
    """The stamps of these files of a run, and of what was added to each of a run that is only watched."""
    return tuple(file_stamp(folder / name) for folder in (run.path, run.added_path) for name in names)


@lru_cache(maxsize=4096)
def _hash(path: Path, stamp: tuple[int, int, int]) -> str | None:
    return reading.sha256(path, reading.MOST_ARRAY_BYTES)


@lru_cache(maxsize=8)
def _embeddings(path: Path, stamp: tuple[int, int, int]) -> np.ndarray | None:
    return _kept(path, "embeddings")


@lru_cache(maxsize=8)
def _unit_embeddings(path: Path, stamp: tuple[int, int, int]) -> np.ndarray | None:
    vectors = _embeddings(path, stamp)
    return None if vectors is None else unit_rows(vectors - vectors.mean(axis=0))


@lru_cache(maxsize=4)
def _unit_projections(path: Path, stamp: tuple[int, int, int]) -> np.ndarray | None:
    vectors = _kept(path, "projections")
    return None if vectors is None else unit_rows(vectors)


def _kept(path: Path, array: str) -> np.ndarray | None:
    return usable((reading.read_arrays(path, lambda name: name == array) or {}).get(array))
