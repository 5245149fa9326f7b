"""Values of a column, one a clip, read from whatever file its writer left them in.

A value that contradicts the column's kind is no value: NaN for a number, -1 for a flag or a category's code, "" for a text.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.run.schema import Column

MOST_NAMES = 1_000
"""Of a category per snapshot that gives its codes no names."""
LARGEST = 1e30


@dataclass(frozen=True)
class Values:
    """One column's values of n clips."""

    column: Column
    values: np.ndarray | tuple[str, ...]
    """(n,): float32 of a number, int32 of a flag (0, 1) or of a category (codes into `names`); n texts of a text."""
    names: tuple[str, ...] = ()
    """Of a category's codes."""

    def to_json(self) -> dict[str, Any]:
        """The column with "names" and "values"; a number that isn't there is None."""
        return {**described(self.column), "names": list(self.names or self.column.names), "values": self._plain()}

    def _plain(self) -> list[Any]:
        if isinstance(self.values, tuple):
            return list(self.values)
        if self.column.kind != "number":
            return [int(value) for value in self.values]
        digits = max(0, self.column.digits) + 2
        return [round(value, digits) if np.isfinite(value) else None for value in self.values.tolist()]


def awaited(column: Column, count: int) -> dict[str, Any]:
    """A column whose values will come later: `count` times no value, and "awaited"."""
    nothing = {"number": None, "text": ""}.get(column.kind, -1)
    return {**described(column), "values": [nothing] * count, "awaited": True}


def described(column: Column) -> dict[str, Any]:
    """A column in plain values."""
    return {**asdict(column), "names": list(column.names)}


def from_list(column: Column, values: Any, count: int) -> Values | None:
    """What a JSON file holds of a column: `count` numbers, flags or texts; a category's are the names themselves."""
    if not isinstance(values, list) or len(values) != count:
        return None
    if column.kind == "text":
        return Values(column, tuple(value if isinstance(value, str) else "" for value in values))
    if column.kind == "category":
        names = tuple(sorted({value for value in values if isinstance(value, str)}))
        code = {name: i for i, name in enumerate(names)}
        return from_codes(column, names, [code.get(value, -1) if isinstance(value, str) else -1 for value in values])
    numbers = [value if type(value) in (int, float, bool) and abs(value) < LARGEST else np.nan for value in values]
    return from_array(column, np.array(numbers, np.float64), count)


def from_codes(column: Column, names: tuple[str, ...], codes: Sequence[int]) -> Values:
    """A category whose codes were checked already."""
    return Values(column, np.array(codes, np.int32), names)


def from_array(column: Column, array: np.ndarray | None, count: int) -> Values | None:
    """What an .npz file holds of a column; None where it is not `count` values of its kind."""
    if array is None or array.shape != (count,) or column.kind == "text":
        return None
    if column.kind == "number":
        with np.errstate(over="ignore", invalid="ignore"):
            numbers = array.astype(np.float32)
        numbers[~(np.abs(numbers) < LARGEST)] = np.nan
        return Values(column, numbers)
    if column.kind == "flag":
        return Values(column, np.where(array == 1, 1, np.where(array == 0, 0, -1)).astype(np.int32))
    if array.dtype.kind not in "iu":
        return None
    most = len(column.names) or MOST_NAMES
    codes = np.where((array >= 0) & (array < most), array, -1).astype(np.int32)
    names = column.names or tuple(str(code) for code in range(int(codes.max(initial=-1)) + 1))
    return Values(column, codes, names)
