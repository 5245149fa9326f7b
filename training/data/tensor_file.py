"""Safetensors files that may come from anybody: the header is checked before anything is read, tensors by parts.

A file is the length of its header (8 bytes), the header (JSON: name → dtype, shape and place; texts under
`__metadata__`) and the tensors, one after the other. Nothing in it is ever run, and no more is read at once than was
asked for, however much the header claims.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Self, TypeGuard

import numpy as np

from training.data.files import CHUNK_BYTES, opened
from training.data.sniff import NotRead

LONGEST_HEADER = 1 << 20
DTYPES = {"I64": "<i8", "F64": "<f8", "I32": "<i4", "I16": "<i2", "F16": "<f2", "U8": "u1"}
"""Those that are read and written here."""
NAMES = {np.dtype(kind).str.lstrip("<|"): name for name, kind in DTYPES.items()}


@dataclass(frozen=True)
class Entry:
    """Where one tensor lies."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    """Of its first byte in the file."""


class TensorFile:
    """An open safetensors file whose header is sound. Raises NotRead with the reason where it is not."""

    def __init__(self, path: str | Path) -> None:
        self._descriptor = opened(os.fspath(path), follow_links=True)
        try:
            self.size = os.fstat(self._descriptor).st_size
            self._begin = _header_end(self._bytes(0, min(9, self.size)))
            header = _parsed(self._bytes(8, self._begin)) if self._begin <= self.size else {}
            self.metadata = _metadata(header)
            self.entries = _entries(header, self._begin, self.size)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def shape(self, name: str, dtype: str) -> tuple[int, ...]:
        """The shape of a tensor. Raises NotRead where it is missing or of another type."""
        if name not in self.entries:
            raise NotRead(f"it lacks {name}")
        if self.entries[name].dtype != dtype:
            raise NotRead(f"{name} in it is of the type {self.entries[name].dtype}, not {dtype}")
        return self.entries[name].shape

    def rows(self, name: str, begin: int, end: int) -> np.ndarray:
        """Rows `begin` to `end` of a tensor's first dimension."""
        entry = self.entries[name]
        kind, row = np.dtype(DTYPES[entry.dtype]), entry.shape[1:]
        step = prod(row) * kind.itemsize
        content = self._bytes(entry.begin + begin * step, entry.begin + end * step)
        return np.frombuffer(content, kind).reshape(end - begin, *row)

    def whole(self, name: str) -> np.ndarray:
        """All of a tensor of at least one dimension."""
        return self.rows(name, 0, self.entries[name].shape[0])

    def parts(self, name: str) -> Iterator[np.ndarray]:
        """The rows of a tensor, some at a time."""
        entry = self.entries[name]
        count, *row = entry.shape
        step = max(1, CHUNK_BYTES // max(1, prod(row) * np.dtype(DTYPES[entry.dtype]).itemsize))
        return (self.rows(name, first, min(first + step, count)) for first in range(0, count, step))

    def content(self) -> Iterator[bytes]:
        """Everything behind the header, some at a time."""
        chunks = range(self._begin, self.size, CHUNK_BYTES)
        return (self._bytes(first, min(first + CHUNK_BYTES, self.size)) for first in chunks)

    def _bytes(self, begin: int, end: int) -> bytes:
        found = bytearray()
        while len(found) < end - begin:
            more = os.pread(self._descriptor, end - begin - len(found), begin + len(found))
            if not more:
                raise NotRead("it was cut short while it was read")
            found += more
        return bytes(found)


def is_tensor_file(path: str | Path) -> bool:
    """Whether the file at `path` begins as a safetensors file does, whole or not; never waits, never raises."""
    try:
        with open(opened(os.fspath(path), follow_links=True), "rb") as file:
            _header_end(file.read(9))
    except (NotRead, OSError):
        return False
    return True


def tensor_file(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> Iterator[memoryview | bytes]:
    """The bytes of a safetensors file, in parts. Tensors of larger numbers come first, so that all are aligned."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.nbytes
        dtype = NAMES[tensor.dtype.str.lstrip("<|")]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    yield from tensor_content(tensors)


def tensor_content(tensors: Mapping[str, np.ndarray]) -> Iterator[memoryview]:
    """What lies behind the header, in parts."""
    for tensor in tensors.values():
        flat = np.ascontiguousarray(tensor).reshape(-1).view(np.uint8)
        yield from (flat[first : first + CHUNK_BYTES].data for first in range(0, len(flat), CHUNK_BYTES))


def _header_end(start: bytes) -> int:
    """Where the tensors begin. Raises NotRead where `start`, the first 9 bytes, are not those of a safetensors file."""
    length = int.from_bytes(start[:8], "little")
    if len(start) < 9 or start[8:] != b"{" or not 2 <= length <= LONGEST_HEADER:
        raise NotRead("it is no safetensors file")
    return 8 + length


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise NotRead("its header is damaged")
    return header


def _metadata(header: dict[str, Any]) -> dict[str, str]:
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise NotRead("its header is damaged")
    return metadata


def _entries(header: dict[str, Any], begin: int, size: int) -> dict[str, Entry]:
    """Every tensor, after all that could be wrong with their places. Raises NotRead."""
    places: list[tuple[int, int, str, Entry]] = []
    for name, about in header.items():
        said: dict[str, Any] = about if isinstance(about, dict) else {}
        shape, offsets, dtype = (said.get(key) for key in ("shape", "data_offsets", "dtype"))
        if not (_counts(shape) and _counts(offsets) and len(offsets) == 2 and isinstance(dtype, str)):
            raise NotRead("its header is damaged")
        places.append((offsets[0], offsets[1], name, Entry(dtype, tuple(shape), begin + offsets[0])))
    end = 0
    for first, last, _, entry in sorted(places, key=lambda place: place[:2]):
        known = DTYPES.get(entry.dtype)
        if first != end or last < first or (known and last - first != prod(entry.shape) * np.dtype(known).itemsize):
            raise NotRead("its header is damaged")
        end = last
    if begin + end != size:
        raise NotRead(f"it is damaged: {size:,} bytes were found, {begin + end:,} expected")
    return {name: entry for _, _, name, entry in places}


def _counts(values: Any) -> TypeGuard[list[int]]:
    """Whether these are a few whole numbers that a size or a place may be."""
    return isinstance(values, list) and len(values) <= 8 and all(type(v) is int and 0 <= v < 1 << 62 for v in values)
