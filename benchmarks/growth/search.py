"""Search among more clips than are all compared: how long, and what an index misses.

    python -m benchmarks.growth.search [--clips 2000000] [--folder FOLDER]

The vectors are made: 128 numbers, around 2,000 places in 16 dimensions with noise in all, as embeddings of sounds lie. Prints, and
keeps in benchmarks/results/search.json, the time of a question when all are compared and through the index, what
making the index takes, and the share of the truly nearest ten that it finds.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growth.one import WIDTH
from explorer.runs.snapshots import unit_rows
from explorer.search.vectors import ROWS, IndexedVectors, Vectors, opened, write_index

RESULTS = Path(__file__).parent.parent / "results" / "search.json"
PLACES, INNER, NOISE = 2_000, 16, 0.5
QUESTIONS = 50


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found = measured(options.clips, Path(folder) / "made.npy")
    print(json.dumps(found))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def measured(clips: int, path: Path) -> dict[str, Any]:
    """{"clips", "compared_ms", "indexed_ms", "index_seconds" (of the processor), "index_mb", "recall"}."""
    np.save(path, made(clips))
    compared = opened(path)
    assert isinstance(compared, Vectors)
    questions = [compared.units[row] for row in np.linspace(0, clips - 1, QUESTIONS).astype(int)]
    found: dict[str, Any] = {"clips": clips, "compared_ms": milliseconds(compared, questions)}
    before = time.process_time()
    write_index(path, path.with_suffix(""), lambda done: True)
    found["index_seconds"] = round(time.process_time() - before, 1)
    indexed = opened(path)
    assert isinstance(indexed, IndexedVectors)
    found["indexed_ms"] = milliseconds(indexed, questions)
    found["index_mb"] = round(path.with_suffix(".usearch").stat().st_size / 1e6)
    return {**found, "recall": round(indexed.recall, 4)}


def milliseconds(vectors: Any, questions: list[np.ndarray]) -> float:
    """Of one question, the median."""
    times = []
    for question in questions:
        began = time.perf_counter()
        vectors.nearest(question, 10)
        times.append(time.perf_counter() - began)
    return round(1000 * statistics.median(times), 2)


def made(clips: int) -> np.ndarray:
    """(n, WIDTH) float16."""
    rng = np.random.default_rng(0)
    places, spread = rng.standard_normal((PLACES, INNER)), rng.standard_normal((INNER, WIDTH))
    rows = []
    for begin in range(0, clips, ROWS):
        count = min(ROWS, clips - begin)
        inner = places[rng.integers(0, PLACES, count)] + NOISE * rng.standard_normal((count, INNER))
        rows.append(unit_rows(inner @ spread + NOISE * rng.standard_normal((count, WIDTH))).astype(np.float16))
    return np.concatenate(rows)


if __name__ == "__main__":
    main()
