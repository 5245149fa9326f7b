"""Scalars of TensorBoard's event files, read by its own package without TensorFlow."""

import logging
import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from training.data.names import readable_name
from training.errors import UserError
from training.run.reading import RegularFile

PATTERN = "*tfevents*"
MOST_FILES, MOST_BYTES = 100, 2 << 30
"""Of one folder, the bytes of all its files together."""
MOST_CURVES, MOST_ROWS, MOST_VALUES = 300, 2_000_000, 5_000_000
"""A value takes some 100 bytes of memory until all are read."""
LONGEST_NAME = 120
OWN = ("train/", "measure/")
"""How the names of a run's own curves begin."""

EventRows = dict[int, dict[str, float | None]]
"""Step → name of a curve → value, None where it isn't finite; "seconds" since the first event."""


def is_event_file(path: Path) -> bool:
    """Whether it is a folder, or a file that is called as TensorBoard calls its own."""
    return path.is_dir() or path.match(PATTERN)


def read_events(path: Path) -> EventRows:
    """The scalars of an event file, or of all in a folder, by ascending step; of two at one step the later holds.

    Raises UserError where there are none, or more than is read.
    """
    shown = readable_name(path.name, 80)
    rows: EventRows = {}
    names: set[str] = set()
    values = 0
    begun: float | None = None
    for file in _files(path):
        for step, seconds, tag, value in _scalars(file):
            values += 1
            begun = seconds if begun is None else min(begun, seconds)
            name = readable_name(tag, LONGEST_NAME)
            name = name if name.startswith(OWN) else f"train/{name}"
            names.add(name)
            row = rows.setdefault(step, {"seconds": seconds})
            row[name] = value if math.isfinite(value) else None
            if len(names) > MOST_CURVES or len(rows) > MOST_ROWS or values > MOST_VALUES:
                raise UserError(
                    f"{shown} holds more than {MOST_CURVES} curves, {MOST_ROWS:,} steps or {MOST_VALUES:,} values; "
                    "fewer were expected."
                )
    if begun is None:
        raise UserError(f"{shown} holds no scalars of TensorBoard, such as a loss by step; they were expected.")
    return {step: {**rows[step], "seconds": (rows[step]["seconds"] or begun) - begun} for step in sorted(rows)}


def _files(path: Path) -> list[Path]:
    """The event file at `path`, or all of a folder; of the folders below it where it has none itself. Raises UserError."""
    files, shown = [path], readable_name(path.name, 80)
    if path.is_dir():
        files = _some(path.glob(PATTERN)) or _some(path.rglob(PATTERN))
        if not 0 < len(files) <= MOST_FILES:
            many = f"more than {MOST_FILES}" if files else "0"
            raise UserError(
                f"The folder {shown} holds {many} event files of TensorBoard; 1 to {MOST_FILES} were expected."
            )
    size = sum(map(_size, files))
    if size > MOST_BYTES:
        raise UserError(f"{shown} has {size / 1e9:.1f} GB of events; at most {MOST_BYTES / 1e9:.1f} GB were expected.")
    return files


def _some(found: Iterator[Path]) -> list[Path]:
    """The files among what was found, in order; of more than are read one more at most, and whatever else is looked through."""
    return sorted(islice(filter(Path.is_file, found), MOST_FILES + 1))


def _size(path: Path) -> int:
    try:
        with RegularFile(path) as file:
            return file.size
    except OSError as error:
        raise UserError(f"{readable_name(path.name, 80)} cannot be opened: {error.strerror}.") from None


def _scalars(path: Path) -> Iterator[tuple[int, float, str, float]]:
    """(step, Unix time, tag, value) of each; what comes after a damaged record is lost, as TensorBoard itself has it."""
    try:
        from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
        from tensorboard.compat.proto.event_pb2 import Event
    except ImportError:
        raise UserError("Event files are read by the package tensorboard, which isn't installed.") from None
    logging.getLogger("tensorboard").setLevel(logging.ERROR)  # it tells of each record that is cut
    try:
        for record in RawEventFileLoader(str(path)).Load():
            event = Event.FromString(record)
            for value in event.summary.value:
                number = _number(value)
                if number is not None and 0 <= event.step < 10**12:
                    yield event.step, event.wall_time, value.tag, number
    except Exception as error:  # what parses foreign bytes raises many kinds, and each means the same here
        if isinstance(error, UserError):
            raise
        raise UserError(
            f"{readable_name(path.name, 80)} cannot be read as an event file of TensorBoard: it is damaged, or another file."
        ) from None


def _number(value: Any) -> float | None:
    """The number of a summary's value, in the older form or the newer one; None for pictures, texts and the like."""
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if not value.HasField("tensor") or value.tensor.ByteSize() > 100:
        return None
    from tensorboard.util import tensor_util

    array = np.asarray(tensor_util.make_ndarray(value.tensor))
    return float(array.reshape(())) if array.size == 1 and array.dtype.kind in "fiu" else None
