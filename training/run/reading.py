"""Reading what others wrote: every file of a run's folder is read here, in whatever state it is.

Nothing here waits (a pipe would), takes more memory than its caller allows, or raises for what a file holds: what cannot
be read is None. Numbers that no computation can bear (not finite, or with hundreds of digits) become None too.
"""

import errno
import hashlib
import io
import json
import math
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

MOST_JSON_BYTES = 16 << 20
"""Of which Python makes twenty times as much at worst; what names all clips of a map has some five."""
MOST_ARRAY_BYTES = 512 << 20
"""Of all the arrays that are read from one file."""
DEEPEST = 20
"""Levels of lists and objects in each other; the project's own files have six."""
LARGEST_INTEGER = 2**63
NUMBERS = "fiub"
"""numpy's letters for arrays of numbers: floating, whole, whole without sign, true or false."""
MOST_ENTRIES = 1_000
"""Arrays in one file."""
_DIRECTORY_BYTES = 1 << 20
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class RegularFile(io.FileIO):
    """An opened regular file. A read never sets aside more memory than the file has bytes."""

    def __init__(self, path: Path | str, mode: str = "rb"):
        """Raises OSError where `path` is missing or no regular file, at once for a pipe or a device."""
        super().__init__(path if "\0" not in os.fspath(path) else "", mode, opener=regular)

    @property
    def size(self) -> int:
        """In bytes, as it is now."""
        return os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes, all that are left where that is negative or None."""
        left = max(0, self.size - self.tell())
        return super().read(left if size is None or size < 0 else min(size, left)) or b""


def regular(path: Path | str, flags: int = os.O_RDONLY) -> int:
    """A descriptor of the regular file at `path`, which O_CREAT in `flags` makes; never waits. Raises OSError."""
    try:
        _check_regular(os.stat(path), path)  # looked at first: to open a device can do something already
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    try:
        _check_regular(os.fstat(descriptor), path)  # it may have changed between the two looks
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_bytes(path: Path | str, most_bytes: int) -> bytes | None:
    """What the file holds; None where it can't be read or is larger."""
    try:
        with RegularFile(path) as file:
            return file.read(most_bytes) if file.size <= most_bytes else None
    except (OSError, MemoryError):
        return None


def read_end(path: Path | str, most_bytes: int) -> bytes:
    """The last bytes of a file; none where it can't be read."""
    try:
        with RegularFile(path) as file:
            file.seek(max(0, file.size - most_bytes))
            return file.read(most_bytes)
    except OSError:
        return b""


def sha256(path: Path | str, most_bytes: int) -> str | None:
    """The hash of a file's bytes; None where it can't be read or is larger."""
    try:
        with RegularFile(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() if file.size <= most_bytes else None
    except OSError:
        return None


def parsed_json(content: bytes | None) -> Any:
    """The value that JSON text stands for; None where it is none, or nested deeper than anything of ours."""
    if content is None:
        return None
    try:
        value = _BOUNDED.decode(content.decode("utf-8-sig"))
    except (ValueError, RecursionError, MemoryError):
        return None
    opened = content.count(b"[") + content.count(b"{")
    return value if opened <= DEEPEST or _is_shallow(value) else None


def read_object(path: Path | str, most_bytes: int = MOST_JSON_BYTES) -> dict[str, Any]:
    """The JSON object in a file; empty where there is none."""
    value = parsed_json(read_bytes(path, most_bytes))
    return value if isinstance(value, dict) else {}


def read_arrays(
    path: Path | str, wanted: Callable[[str], bool] = lambda name: True, kinds: str = NUMBERS
) -> dict[str, np.ndarray] | None:
    """The `wanted` arrays in an .npz file, by name; None where the file, or one of them, can't be read. `kinds`: numpy's
    letters for what they may hold; others, objects above all, are left out.

    What each claims to hold is compared with what lies there before memory is set aside for it.
    """
    try:
        with RegularFile(path) as file:
            directory = zip_directory_bytes(file)
            if directory is None or directory > _DIRECTORY_BYTES:
                return None
            with zipfile.ZipFile(file) as archive:
                named = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()[:MOST_ENTRIES]}
                chosen = {name: entry for name, entry in named.items() if wanted(name)}
                if sum(entry.file_size for entry in chosen.values()) > MOST_ARRAY_BYTES:
                    return None
                if any(entry.compress_type not in _PACKINGS for entry in chosen.values()):
                    return None
                read = {name: _array(_unpacked(archive, entry), kinds) for name, entry in chosen.items()}
    except Exception:  # what parses foreign bytes raises many kinds, and each means the same here
        return None
    return {name: array for name, array in read.items() if array is not None}


def read_array(path: Path | str) -> np.ndarray | None:
    """The array of numbers in an .npy file; None where it can't be read."""
    content = read_bytes(path, MOST_ARRAY_BYTES)
    try:
        return None if content is None else _array(content)
    except Exception:  # as above
        return None


def zip_directory_bytes(file: IO[bytes]) -> int | None:
    """How long a zip's list of entries says it is (APPNOTE 4.3.16), which is read into memory; None where it is no zip."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 65_557))
    tail = file.read(65_557)
    file.seek(0)
    record = tail.rfind(b"PK\5\6")
    if record < 0 or record + 22 > len(tail):
        return None
    listed = int.from_bytes(tail[record + 12 : record + 16], "little")
    if listed < 0xFFFFFFFF:
        return listed
    wide = tail.rfind(b"PK\6\6")
    return int.from_bytes(tail[wide + 40 : wide + 48], "little") if wide >= 0 else size


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What an entry holds. To be read whole it would be unpacked whole first, be it a thousand times what it claims."""
    with archive.open(entry) as member:
        return member.read(entry.file_size)


def _array(content: bytes, kinds: str = NUMBERS) -> np.ndarray | None:
    """The array of an .npy file's bytes, None where it isn't one of these kinds. Raises whatever its parser does."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    reader = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    shape, columns_first, dtype = reader(file)
    if dtype.hasobject or dtype.kind not in kinds:
        return None
    held = bytearray(content[file.tell() :])
    if any(length < 0 for length in shape) or math.prod(shape) * dtype.itemsize != len(held):
        raise ValueError("it claims to hold another number of values than it does")
    return np.frombuffer(held, dtype).reshape(shape, order="F" if columns_first else "C")


def _check_regular(about: os.stat_result, path: Path | str) -> None:
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file", os.fspath(path))


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 and abs(int(digits)) < LARGEST_INTEGER else None


def _number(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _nothing(word: str) -> None:
    """NaN and Infinity."""


_BOUNDED = json.JSONDecoder(parse_constant=_nothing, parse_int=_integer, parse_float=_number)


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inner(outer) if isinstance(inner, dict | list)]
        if not level:
            return True
    return False


def _inner(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
