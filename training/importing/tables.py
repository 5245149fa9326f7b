"""Embeddings in tables: Parquet, and CSV or TSV with a column for each dimension."""

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.data.names import readable_name
from training.data.tables import FILE_COLUMNS
from training.errors import UserError
from training.importing.columns import check_size, listed, names_column, opened, shown, vector_column

LONGEST_HEADER = 4 << 20
"""Bytes of a first line."""


def of_parquet(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    """The names and vectors (n, D) of a Parquet file: columns that `names` and `vectors` call, where that is not plain."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            fields = {field.name: field.type for field in file.schema_arrow}
            texts = [
                name for name, kind in fields.items() if pa.types.is_string(kind) or pa.types.is_large_string(kind)
            ]
            column = names_column(path, texts, fields, names)
            lists = [name for name, kind in fields.items() if _is_list(kind)]
            numbers = [name for name, kind in fields.items() if pa.types.is_floating(kind)]
            chosen = [vector_column(path, lists, fields, vectors)] if lists or vectors else numbers
            if not chosen:
                raise UserError(
                    f"{shown(path)} has no numeric vectors, but the columns {listed(fields)}; a column of lists of numbers, "
                    "or a column for each dimension, was expected."
                )
            rows = file.metadata.num_rows
            width = -(-_numbers_in(file.metadata, chosen[0]) // max(rows, 1)) if lists else len(chosen)
            check_size(path, rows, width)  # before it is read: a small file may unpack to anything
            table = file.read([column, *chosen])
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{shown(path)} cannot be read as Parquet: {readable_name(str(error), 200)}.") from None
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
            f"Row {row + 1:,} of {shown(path)} has {said}, but the first has "
            f"{0 if lengths[0] != lengths[0] else int(lengths[0])}; vectors of one length were expected."
        )
    width = int(lengths[0]) if len(lengths) else 0
    check_size(path, len(lengths), width)
    return np.asarray(pc.list_flatten(column).to_numpy(), np.float32).reshape(len(lengths), width)


def of_delimited(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    """The names and vectors (n, D) of a CSV or TSV: a column of names, and one for each dimension. `vectors`: how the columns
    of the dimensions begin.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    with opened(path) as file:
        header = file.readline(LONGEST_HEADER).removeprefix(codecs.BOM_UTF8).decode(errors="replace")
    parsing = pc.ParseOptions(delimiter=max(",;\t", key=header.count))
    try:
        with pc.open_csv(path, parse_options=parsing) as file:
            kinds = {field.name: field.type for field in file.schema}
        texts = [name for name, kind in kinds.items() if pa.types.is_string(kind) or name.lower() in FILE_COLUMNS]
        column = names_column(path, texts, kinds, names)
        numbers = [name for name, kind in kinds.items() if pa.types.is_floating(kind) or pa.types.is_integer(kind)]
        chosen = dimensions([name for name in numbers if name != column], vectors)
        if not chosen:
            raise UserError(
                f"{shown(path)} has no numeric vectors, but the columns {listed(kinds)}; a column of numbers for each "
                "dimension was expected, such as d0, d1, d2."
            )
        wanted = pc.ConvertOptions(
            include_columns=[column, *chosen], column_types={column: pa.string(), **dict.fromkeys(chosen, pa.float32())}
        )
        spelt: list[str] = []
        rows: list[np.ndarray] = []
        with pc.open_csv(path, parse_options=parsing, convert_options=wanted) as file:
            for batch in file:
                spelt += batch.column(0).to_pylist()
                rows.append(np.stack([each.to_numpy(zero_copy_only=False) for each in batch.columns[1:]], axis=1))
                check_size(path, len(spelt), len(chosen))
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{shown(path)} cannot be read as CSV: {readable_name(str(error), 200)}.") from None
    return spelt, np.concatenate(rows) if rows else np.zeros((0, len(chosen)), np.float32)


def dimensions(columns: Sequence[str], begin: str | None) -> list[str]:
    """Those of some columns of numbers that are a vector's dimensions: the most that are called alike but for a number, as
    d0, d1, … are and a start and an end in seconds are not. `begin`: what they begin with, where that is said.
    """
    if begin is not None:
        return [name for name in columns if name.startswith(begin)]
    family = {name: re.sub(r"\d+", "#", name) for name in columns}
    most = Counter(alike for name, alike in family.items() if alike != name).most_common(1)
    return [name for name in columns if most and family[name] == most[0][0]]


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return lists and (pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type))
