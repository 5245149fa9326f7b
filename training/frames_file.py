"""A vector for each frame of recordings as a file that other tools open, written piece by piece: hours need no memory."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training import durable
from training.data import Skipped
from training.data.dataset import Dataset, Progress
from training.data.names import csv_cell
from training.data.windows import LONGEST_WINDOW_SECONDS
from training.embedder import Embedder
from training.embeddings_file import CSV, check_table, each_once, opened_all
from training.errors import UserError
from training.run import RunFolder

FRAMES_TOGETHER = 16_384
"""At least so many are written at once, as a group of rows in Parquet."""


def frames_to_file(
    run: RunFolder, paths: Sequence[str], out: Path, step: int | None, progress: Progress
) -> tuple[int, tuple[Skipped, ...]]:
    """Write the frames of sound files and folders, each file once; returns how many there are, and what was left out.

    Columns: `file`, called as `embed_to_file` calls it; `time_seconds`, the middle of the frame in its file; `hop_seconds` to the
    next one; `vector`, a list of float32, or in a CSV d0 and so on. Frames of a file follow each other. Raises UserError as that does.
    """
    check_table(out)
    embedder = Embedder(run, step)
    # Utterances come whole: a rest at a file's end that is too short for a clip is left out.
    given, left_out = opened_all(paths, LONGEST_WINDOW_SECONDS, progress)
    count = 0

    def written() -> Iterator[bytes]:
        nonlocal count
        sink, writer = _Sink(), None
        for table in _tables(embedder, given, out.suffix == CSV, progress):
            table = table.replace_schema_metadata({"hearsight_run": run.name, "hearsight_step": str(embedder.step)})
            writer = writer or _writer(sink, table.schema, out.suffix == CSV)
            writer.write_table(table)
            count += len(table)
            yield sink.taken()
        assert writer is not None, "what was opened holds a sound, and each sound has a frame"
        writer.close()
        yield sink.taken()

    try:
        durable.write_parts(out, written())
    except OSError as error:
        raise UserError(f"The file {out} can't be written: {error.strerror}.") from None
    return count, left_out


def _tables(
    embedder: Embedder, given: Sequence[tuple[str, Dataset]], as_csv: bool, progress: Progress
) -> Iterator[Any]:
    """The rows of some recordings after the other, at least FRAMES_TOGETHER but for the last of them."""
    times = embedder.frame_times
    clips_in_all, done = sum(len(dataset) for _, dataset in given), 0
    files: list[str] = []
    moments: list[np.ndarray] = []
    vectors: list[np.ndarray] = []
    for dataset, clips, names in each_once(given):
        for clip, name in zip(clips, names, strict=True):
            vectors.append(embedder.frames(dataset.waveform(clip)))
            moments.append(dataset.offsets_seconds[clip] + times.seconds(len(vectors[-1])))
            files += [csv_cell(name) if as_csv else name] * len(vectors[-1])
            done += 1
            progress(done / clips_in_all, "Embedding the frames")
            if len(files) >= FRAMES_TOGETHER:
                yield _table(files, np.concatenate(moments), times.hop_seconds, np.concatenate(vectors), as_csv)
                files, moments, vectors = [], [], []
    if files:
        yield _table(files, np.concatenate(moments), times.hop_seconds, np.concatenate(vectors), as_csv)


def _table(files: list[str], moments: np.ndarray, hop_seconds: float, vectors: np.ndarray, as_csv: bool) -> Any:
    import pyarrow as pa

    columns = {
        "file": pa.array(files),
        "time_seconds": pa.array(moments),
        "hop_seconds": pa.array(np.full(len(moments), hop_seconds)),
    }
    if as_csv:
        return pa.table(columns | {f"d{i}": pa.array(dimension) for i, dimension in enumerate(vectors.T)})
    return pa.table(
        columns | {"vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])}
    )


def _writer(sink: "_Sink", schema: Any, as_csv: bool) -> Any:
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    return pc.CSVWriter(sink, schema) if as_csv else pq.ParquetWriter(sink, schema)


class _Sink(io.RawIOBase):
    """Keeps what is written to it until it is taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, part: Any) -> int:
        """Keep a part."""
        self._parts.append(bytes(part))
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """All since it was last taken."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole
