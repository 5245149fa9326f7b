"""What happens without a part: each method beside itself with one part taken out, from the same seed, for the same steps.

    python -m benchmarks.breaks --data FOLDER [--steps 300] [--seeds 1] [--methods byol,simsiam]

Runs of the real trainer in processes of their own, with one thread each. Kept are, at the last step, the loss, the
projections' normalised standard deviation and effective rank, and cross-group kNN of the main facet, beside random
initialisation. What is measured already is not measured again. Results: benchmarks/results/breaks.json, which
`make docs` shows beside each part in docs/methods.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from training.breaks import BREAKS
from training.run import RunFolder

RESULTS = Path(__file__).parent / "results" / "breaks.json"
WHOLE = ""
"""Stands for the method with all its parts."""
KEPT = {
    "loss": "train/loss",
    "normalised_std": "measure/normalised_std",
    "effective_rank": "measure/effective_rank",
    "cross_group_knn": "measure/cross_group_knn",
}


def main() -> None:
    """Measure what is missing; the table is written after each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="starter, a public set or a folder")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--methods", default=",".join(BREAKS), help="names, separated by commas (default: all)")
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if (results.get("data"), results.get("steps")) != (Path(options.data).name, options.steps):
        results = {"data": Path(options.data).name, "steps": options.steps, "methods": {}}
    for seed in range(options.seeds):
        for method in options.methods.split(","):
            for part in (WHOLE, *BREAKS[method]):
                rows = results["methods"].setdefault(method, {}).setdefault(part, [])
                if seed not in [row["seed"] for row in rows]:
                    rows.append(trained(options.data, method, part, seed, options.steps))
                    print(method, part or "whole", rows[-1], flush=True)
                    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def trained(data: str, method: str, part: str, seed: int, steps: int) -> dict[str, Any]:
    """One run's figures at its last step, and cross-group kNN at random initialisation."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        command = [sys.executable, "-m", "training", "run", "--data", data, "--method", method, "--seed", str(seed)]
        command += ["--steps", str(steps), "--out", str(out), *(["--break", part] if part else [])]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
        rows = RunFolder(out).metrics()
        measured = [row for row in rows if KEPT["cross_group_knn"] in row]
        losses = [row[KEPT["loss"]] for row in rows if KEPT["loss"] in row]
        found = {name: measured[-1][key] for name, key in KEPT.items() if name != "loss"}
        return {"seed": seed, "loss": losses[-1], **found, "random_init": measured[0][KEPT["cross_group_knn"]]}


if __name__ == "__main__":
    main()
