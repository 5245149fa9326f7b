"""How fast the default run learns, on any folder of sounds.

    python -m benchmarks.learning --data FOLDER [--data …] [--seeds 3] [--seconds 120] [--method byol]

For each seed one default run (120 s) is trained by the real trainer in a process of its own, nothing else running; the
table shows cross-group kNN of the main facet at random initialisation, after 30, 60 and 120 seconds of training
(snapshots included), the baselines, and clips per second. Results are written to benchmarks/results/learning.json.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.run import RunFolder

MARKS_SECONDS = (30.0, 60.0, 120.0)
RESULTS = Path(__file__).parent / "results" / "learning.json"


def main() -> None:
    """Train, print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", action="append", required=True, help="starter, a public set or a folder; may be repeated"
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--method", default="simclr")
    options = parser.parse_args()
    found = {}
    for data in options.data:
        rows = [trained(data, options.method, seed, options.seconds) for seed in range(options.seeds)]
        found[f"{Path(data).name} {options.method}"] = {"seeds": rows, "median": median(rows)}
        print(json.dumps(found[f"{Path(data).name} {options.method}"]["median"]), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps({**known, **found}, indent=1) + "\n")


def trained(data: str, method: str, seed: int, seconds: float) -> dict[str, Any]:
    """One run's figures: {"random_init", "30 s", …, "log_mel", "mfcc", "clips_per_second", "facet", "seed"}."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "training", "run", "--data", data, "--method", method, "--seed", str(seed)]
        subprocess.run([*command, "--seconds", str(seconds), "--out", str(out)], check=True, capture_output=True)
        run = RunFolder(out)
        rows = run.metrics()
        lines = run.baselines()
        facet = lines["main_facet"]
        knn = [(row["seconds"], row["measure/cross_group_knn"]) for row in rows if "measure/cross_group_knn" in row]
        speeds = [row["train/clips_per_second"] for row in rows if "train/clips_per_second" in row]
        marks = {f"{mark:g} s": reached(knn, mark) for mark in MARKS_SECONDS if mark <= seconds}
        plain = {name: lines["cross_group_knn"][facet][name] for name in ("log_mel", "mfcc", "chance")}
        figures = {"facet": facet, "seed": seed, "random_init": knn[0][1], **marks, **plain}
        print(json.dumps(figures), flush=True)
        return {**figures, "clips_per_second": statistics.median(speeds), "curve": knn}


def reached(knn: list[tuple[float, float]], mark: float) -> float:
    """The last value measured by then; a run's end may lie a snapshot after its mark."""
    return next((value for at, value in reversed(knn) if at <= mark + 1.0), knn[0][1])


def median(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The median over seeds of everything that is a number."""
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    return {name: statistics.median(row[name] for row in rows) for name in names}


if __name__ == "__main__":
    main()
