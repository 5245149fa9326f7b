"""Vectors of twelve sounds in every form of file that is imported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

N, D = 12, 8


NAMES = [f"{('bell', 'hum')[i % 2]}/{i:02d}.wav" for i in range(N)]


def npz(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def parquet(path: Path, columns: dict[str, Any]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def csv(path: Path, header: list[str], *columns: Any) -> Path:
    """Columns, (n,) each, and blocks of them, (n, D)."""
    separator = {".csv": ",", ".tsv": "\t"}[path.suffix]
    blocks = [np.asarray(column).reshape(len(column), -1).astype(str) for column in columns]
    rows = [header, *np.concatenate(blocks, axis=1).tolist()]
    path.write_text("".join(separator.join(row) + "\n" for row in rows))
    return path


def lists(h: np.ndarray) -> Any:
    return pa.array(h.tolist(), pa.list_(pa.float32()))


GOOD: dict[str, Callable[[Path, np.ndarray], Path]] = {
    "npz": lambda to, h: npz(to / "x.npz", names=np.array(NAMES), vectors=h),
    "npz of bytes": lambda to, h: npz(to / "x.npz", filename=np.array([name.encode() for name in NAMES]), embeddings=h),
    "npz of whole numbers": lambda to, h: npz(to / "x.npz", names=np.array(NAMES), h=(100 * h).astype(np.int16)),
    "npz with more": lambda to, h: npz(
        to / "x.npz", filename=np.array(NAMES), label=np.array(["a"] * N), embedding=h, z=h[:, :3]
    ),
    "lists": lambda to, h: parquet(to / "x.parquet", {"file": NAMES, "embedding": lists(h)}),
    "lists of one length": lambda to, h: parquet(
        to / "x.parquet", {"file": NAMES, "v": pa.FixedSizeListArray.from_arrays(pa.array(h.ravel()), D)}
    ),
    "a column a dimension": lambda to, h: parquet(
        to / "x.parquet", {"path": NAMES, **{f"d{i}": h[:, i] for i in range(D)}}
    ),
    "whole paths": lambda to, h: parquet(
        to / "x.parquet", {"file": [f"/elsewhere/sounds/{n}" for n in NAMES], "v": lists(h)}
    ),
    "paths of Windows": lambda to, h: parquet(
        to / "x.parquet", {"file": [n.replace("/", "\\") for n in NAMES], "v": lists(h)}
    ),
    "stems": lambda to, h: parquet(to / "x.parquet", {"file": [Path(n).stem for n in NAMES], "v": lists(h)}),
    "csv": lambda to, h: csv(to / "x.csv", ["filename", *(f"d{i}" for i in range(D))], NAMES, h),
    "csv with times and a number of its own for each row": lambda to, h: csv(
        to / "x.csv", ["", "start", "label", *map(str, range(D)), "path"], range(N), np.ones(N) / 2, ["a"] * N, h, NAMES
    ),
    "tsv of windows": lambda to, h: csv(
        to / "x.tsv", ["file", *(f"dim_{i}" for i in range(D))], NAMES * 2, np.concatenate([h - 1, h + 1])
    ),
    "windows of files": lambda to, h: parquet(
        to / "x.parquet", {"file": NAMES * 2, "v": lists(np.concatenate([h - 1, h + 1]))}
    ),
}


def text(to: Path, content: bytes, name: str = "x.npz") -> Path:
    (to / name).write_bytes(content)
    return to / name
