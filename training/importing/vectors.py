"""Embeddings with file names, from Parquet or npz files. Nothing that could run code is loaded."""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from training.data.names import readable_name
from training.data.tables import FILE_COLUMNS
from training.errors import UserError
from training.run import reading

VECTOR_COLUMNS = ("vector", "embedding", "embeddings", "vectors", "features")
"""Which one is meant where there are several."""
MOST_ROWS, MOST_FILES, WIDEST = 2_000_000, 50_000, 16_384
MOST_BYTES = 2 << 30
"""Of the vectors in memory."""
MOST_HELD = reading.MOST_ARRAY_BYTES
"""Of a snapshot's arrays."""
LARGEST = 1e9
SHOWN = 8
"""Columns that are named in a sentence."""


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
    """`names`, `vectors`: the columns or arrays that hold them, where the file leaves a choice. Raises UserError."""
    spelt, rows = reader_of(path)(path, names, vectors)
    if len(spelt) != len(rows):
        raise UserError(
            f"{_shown(path)} has {len(rows):,} vectors but {len(spelt):,} names; one for each was expected."
        )
    if not len(rows) or not rows.shape[1]:
        raise UserError(f"{_shown(path)} has no vectors; rows of numbers were expected.")
    bad = np.flatnonzero(~(np.abs(rows) <= LARGEST).all(axis=1))  # true for NaN
    if len(bad):
        which = readable_name(spelt[bad[0]], 80)
        raise UserError(f"{len(bad):,} of the {len(rows):,} vectors are not finite, such as that of “{which}”.")
    return _one_a_file(spelt, rows)


def reader_of(path: Path) -> Callable[[Path, str | None, str | None], tuple[list[str], np.ndarray]]:
    """What reads such a file, by how it begins. Raises UserError for one that can hold no embeddings."""
    with _opened(path) as file:
        head = file.read(4)
    readers = {b"PAR1": _of_parquet, b"PK\3\4": _of_npz}
    if head not in readers:
        raise UserError(f"{_shown(path)} holds no embeddings: a Parquet file or an npz file was expected.")
    return readers[head]


def _one_a_file(spelt: Sequence[str], rows: np.ndarray) -> Vectors:
    numbers: dict[str, int] = {}
    of_row = np.array([numbers.setdefault(name, len(numbers)) for name in spelt])
    sums = np.zeros((len(numbers), rows.shape[1]))
    np.add.at(sums, of_row, rows)
    means = (sums / np.bincount(of_row)[:, None]).astype(np.float32)
    kept = np.arange(len(numbers))
    most = min(MOST_FILES, MOST_HELD // (2 * means[0].nbytes))  # a snapshot holds them twice
    if len(numbers) > most:
        kept = np.sort(np.random.default_rng(0).permutation(len(numbers))[:most])
    names = tuple(numbers)
    return Vectors(tuple(names[i] for i in kept), means[kept], len(rows), len(numbers))


def _of_parquet(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            fields = {field.name: field.type for field in file.schema_arrow}
            texts = [
                name for name, kind in fields.items() if pa.types.is_string(kind) or pa.types.is_large_string(kind)
            ]
            column = _names_column(path, texts, fields, names)
            lists = [name for name, kind in fields.items() if _is_list(kind)]
            numbers = [name for name, kind in fields.items() if pa.types.is_floating(kind)]
            chosen = [_vector_column(path, lists, fields, vectors)] if lists or vectors else numbers
            if not chosen:
                raise UserError(
                    f"{_shown(path)} has no numeric vectors, but the columns {_listed(fields)}; a column of lists of numbers, "
                    "or a column for each dimension, was expected."
                )
            rows = file.metadata.num_rows
            width = -(-_numbers_in(file.metadata, chosen[0]) // max(rows, 1)) if lists else len(chosen)
            _check_size(path, rows, width)  # before it is read: a small file may unpack to anything
            table = file.read([column, *chosen])
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{_shown(path)} cannot be read as Parquet: {readable_name(str(error), 200)}.") from None
    spelt = ["" if name is None else name for name in table[column].to_pylist()]
    if chosen == numbers and not lists:
        return spelt, np.stack([table[name].to_numpy().astype(np.float32) for name in chosen], axis=1)
    return spelt, _stacked(path, table[chosen[0]])


def _numbers_in(about: Any, column: str) -> int:
    """How many numbers a column of lists holds, as the metadata of its Parquet file says."""
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    return sum(chunk.num_values for chunk in chunks if chunk.path_in_schema.partition(".")[0] == column)


def _stacked(path: Path, column: Any) -> np.ndarray:
    """(n, D) of a column of lists, which must be of one length. Raises UserError."""
    import pyarrow.compute as pc

    lengths = pc.list_value_length(column).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero(lengths != lengths[0]) if len(lengths) else np.zeros(0, int)
    if len(wrong) or (len(lengths) and not lengths[0] > 0):
        row = int(wrong[0]) if len(wrong) else 0
        found = lengths[row]
        said = "no vector" if found != found else f"{int(found)} numbers"
        raise UserError(
            f"Row {row + 1:,} of {_shown(path)} has {said}, but the first has "
            f"{0 if lengths[0] != lengths[0] else int(lengths[0])}; vectors of one length were expected."
        )
    width = int(lengths[0]) if len(lengths) else 0
    _check_size(path, len(lengths), width)
    return np.asarray(pc.list_flatten(column).to_numpy(), np.float32).reshape(len(lengths), width)


def _of_npz(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.namelist()[: reading.MOST_ENTRIES]
    except Exception:  # what parses foreign bytes raises many kinds, and each means the same here
        raise UserError(f"{_shown(path)} cannot be read as npz: it is damaged.") from None
    held = [name.removesuffix(".npy") for name in entries if name.endswith(".npy")]
    arrays = reading.read_arrays(path, lambda name: name in held, kinds="fiubUS")
    if arrays is None or not held:
        most = reading.MOST_ARRAY_BYTES >> 20
        raise UserError(f"{_shown(path)} cannot be read as npz: arrays of at most {most} MB together were expected.")
    objects = [name for name in held if name not in arrays]
    if objects:
        raise UserError(
            f"The array “{readable_name(objects[0], 60)}” of {_shown(path)} holds Python objects, which could run code when "
            "they are loaded; save it as text or numbers: array.astype(str)."
        )
    texts = [name for name, array in arrays.items() if array.ndim == 1 and array.dtype.kind in "US"]
    tables = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiu"]
    column = _names_column(path, texts, arrays, names)
    chosen = _vector_column(path, tables, arrays, vectors)
    _check_size(path, *arrays[chosen].shape)
    spelt = arrays[column]
    return (np.char.decode(spelt, errors="replace") if spelt.dtype.kind == "S" else spelt).tolist(), np.asarray(
        arrays[chosen], np.float32
    )


def _names_column(path: Path, texts: Sequence[str], held: Mapping[str, Any], asked: str | None) -> str:
    if asked is not None and asked in texts:
        return asked
    if asked is not None:
        raise UserError(
            f"{_shown(path)} has no texts called “{readable_name(asked, 60)}”, but {_listed(held)}; "
            "the one that names the files was expected."
        )
    usual = next((name for key in FILE_COLUMNS for name in texts if name.lower() == key), None)
    if usual is None and len(texts) != 1:
        raise UserError(f"Which of {_listed(held)} of {_shown(path)} names the files? Say it with --names.")
    return texts[0] if usual is None else usual


def _vector_column(path: Path, vectors: Sequence[str], held: Mapping[str, Any], asked: str | None) -> str:
    if asked is not None and asked in vectors:
        return asked
    if asked is not None or not vectors:
        called = f" called “{readable_name(asked, 60)}”" if asked is not None else ""
        raise UserError(
            f"{_shown(path)} has no numeric vectors{called}, but {_listed(held)}; (n, D) numbers were expected."
        )
    usual = next((name for key in VECTOR_COLUMNS for name in vectors if name.lower() == key), None)
    if usual is None and len(vectors) > 1:
        raise UserError(f"Which of {_listed(vectors)} of {_shown(path)} are the vectors? Say it with --vectors.")
    return vectors[0] if usual is None else usual


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return lists and (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type))


def _check_size(path: Path, rows: int, width: int) -> None:
    """Raises UserError for more than is read."""
    of = f" of {width:,} numbers" if width else ""
    if rows > MOST_ROWS or width > WIDEST or 4 * rows * width > MOST_BYTES:
        raise UserError(
            f"{_shown(path)} has {rows:,} vectors{of}; at most {MOST_ROWS:,} of {WIDEST:,}, and "
            f"{MOST_BYTES >> 30} GB together, were expected."
        )


def _opened(path: Path) -> reading.RegularFile:
    try:
        return reading.RegularFile(path)
    except OSError as error:
        raise UserError(f"{_shown(path)} cannot be opened: {error.strerror}.") from None


def _listed(names: Iterable[str]) -> str:
    shown = [readable_name(name, 40) for name in names]
    return ", ".join(shown[:SHOWN]) + (f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else "")


def _shown(path: Path) -> str:
    return readable_name(path.name, 80)
