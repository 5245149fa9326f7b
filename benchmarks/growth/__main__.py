"""python -m benchmarks.growth [--most 1000000] [--written 100000] [--where FOLDER] [--chromium FILE] [--json]

What grows with the number of clips, and what doesn't: from a thousand to a million clips, in memory and on disk. Up to `--written` of them
are wav files that are decoded as a user's are; beyond, the same clips come again under other numbers. Of each size, in a process of its
own and on one core: opening the data (the first time it is prepared), spectrograms, memory, a step of SimCLR, a snapshot, its map, an
exact search among all clips; of the written sizes also how long a page takes to show a run on them. Results are written to
benchmarks/results/growth.json. Takes some 6 GB of disk in `--where` for 100,000 clips, and is removed by nobody.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.growth.clips import write_files
from benchmarks.growth.paint import first_paint

RESULTS = Path(__file__).parent.parent / "results" / "growth.json"
SIZES = (1_000, 10_000, 100_000, 300_000, 1_000_000)
SHOWN = (
    "prepare_seconds",
    "open_seconds",
    "tables_mb",
    "memory_mb",
    "mapped_mb",
    "step_over_few",
    "snapshot_seconds",
    "search_ms",
)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--written", type=int, default=100_000)
    parser.add_argument("--where", type=Path, default=Path(tempfile.gettempdir()) / "hearsight-growth")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    options = parser.parse_args()
    os.environ["XDG_CACHE_HOME"] = str(options.where / "cache")
    found: dict[str, dict[str, float]] = {}
    for count in (size for size in SIZES if size <= options.most):
        folder = options.where / f"clips-{min(count, options.written)}"
        write_files(folder, min(count, options.written))
        for kept in ("disk", "memory"):
            row = one(folder, count, kept)
            if count <= options.written and kept == "disk":  # the first of this size
                row["prepare_seconds"] = row.pop("open_seconds") + row["store_seconds"]
            if count <= options.written and kept == "memory" and options.chromium:
                row |= painted(folder, options.where, options.chromium)
            found[f"{count} {kept}"] = row
            if not options.json:
                told = "  ".join(f"{name} {row[name]:g}" for name in SHOWN if name in row)
                print(f"{count:>9,} clips, {kept:6}  {told}", flush=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps(found, indent=1))


def one(folder: Path, count: int, kept: str) -> dict[str, float]:
    """What `benchmarks.growth.one` measures."""
    command = [sys.executable, "-m", "benchmarks.growth.one", "--folder", str(folder), "--clips", str(count)]
    done = subprocess.run([*command, "--clips-in", kept], check=True, stdout=subprocess.PIPE, text=True)
    row: dict[str, float] = json.loads(done.stdout)
    return row


def painted(folder: Path, where: Path, chromium: str) -> dict[str, float]:
    """Train a few steps on these clips, and open the page on that run."""
    runs = where / "runs" / folder.name
    shutil.rmtree(runs, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "training",
        "run",
        "--data",
        str(folder),
        "--steps",
        "20",
        "--out",
        str(runs / "grown"),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return first_paint(runs, "grown", chromium)


if __name__ == "__main__":
    main()
