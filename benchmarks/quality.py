"""How good a run is after so many seconds, by method and settings: which should be the default?

    python -m benchmarks.quality --data FOLDER [--seconds 10,30,120,600] [--seeds 3] [--at-once 2] CANDIDATE …

A CANDIDATE is a method, or a method and settings: "vicreg" or "vicreg views.equalizer=2 run.averaging=0.99". How many steps a
second it takes is measured first, alone, with all threads (RATE_SECONDS each; leave the machine alone meanwhile). Each run
then takes as many steps as fit in its seconds at that rate, so that others may share the machine: what a run knows depends on
its steps, never on the clock. What is measured already is not measured again.

Results: benchmarks/results/quality.json, {set: {candidate: {"steps_per_second", "runs": [{"seconds", "seed", "steps", "knn",
"by_group", "probe"}]}}}: cross-group kNN of the main facet, whole and by the group that asks (where there are few), and the
linear probe of the whole.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.catalogue import scores
from training.process import PROJECT
from training.run import RunFolder

RESULTS = Path(__file__).parent / "results" / "quality.json"
RATE_SECONDS = 25
MOST_GROUPS = 8
"""With more of them, each asks too few questions to be told apart."""


def main() -> None:
    """Measure what is missing, and keep it after each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("candidates", nargs="+")
    parser.add_argument("--data", required=True, help="starter, a public set or a folder")
    parser.add_argument("--seconds", default="10,30,120,600")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--at-once", type=int, default=2, help="runs beside each other, with one thread each if several"
    )
    options = parser.parse_args()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    table = known.setdefault(Path(options.data).name, {})
    for candidate in options.candidates:
        if candidate not in table:
            table[candidate] = {"steps_per_second": rate(options.data, candidate), "runs": []}
    wanted = [float(seconds) for seconds in options.seconds.split(",")]
    with ThreadPoolExecutor(options.at_once) as pool:
        jobs = {
            pool.submit(measured, options.data, candidate, steps, seed, options.at_once): (candidate, seconds)
            for candidate, seconds, seed, steps in missing(table, options.candidates, wanted, options.seeds)
        }
        for job in as_completed(jobs):
            candidate, seconds = jobs[job]
            row = {"seconds": seconds, **job.result()}
            table[candidate]["runs"].append(row)
            print(f"{candidate:60} {seconds:5g} s seed {row['seed']}  kNN {row['knn']:.3f}", flush=True)
            RESULTS.write_text(json.dumps(known, indent=1) + "\n")


def missing(
    table: dict[str, Any], candidates: list[str], wanted: list[float], seeds: int
) -> Iterator[tuple[str, float, int, int]]:
    """(candidate, seconds, seed, steps) of the runs not in the table yet, the short ones first."""
    for seconds in wanted:
        for seed in range(seeds):
            for candidate in candidates:
                entry = table[candidate]
                if (seconds, seed) not in [(run["seconds"], run["seed"]) for run in entry["runs"]]:
                    yield candidate, seconds, seed, round(entry["steps_per_second"] * seconds)


def rate(data: str, candidate: str) -> float:
    """Steps a second with all threads, snapshots included."""
    with tempfile.TemporaryDirectory() as folder:
        status = trained(
            data, candidate, ["--seconds", str(RATE_SECONDS)], Path(folder) / "run", dict(os.environ)
        ).status()
        print(f"{candidate:60} {status.step / status.seconds:.1f} steps/s", flush=True)
        return round(status.step / status.seconds, 2)


def measured(data: str, candidate: str, steps: int, seed: int, at_once: int) -> dict[str, Any]:
    """What a run of so many steps knows at its end."""
    environment = dict(os.environ) | ({"OMP_NUM_THREADS": "1"} if at_once > 1 else {})
    with tempfile.TemporaryDirectory() as folder:
        options = ["--steps", str(steps), "--seed", str(seed)]
        run = trained(data, candidate, options, Path(folder) / "run", environment)
        known = scores(run.path, environment)["trained"][run.probe()["main_facet"]]
        row = {"seed": seed, "steps": steps, "knn": known["cross_group_knn"], "probe": known["probe"]}
        return row | {"by_group": by_group(run)}


def by_group(run: RunFolder) -> dict[str, float]:
    """Cross-group kNN of the clips of each group; {} where there are many."""
    probe = run.probe()
    group = probe["facets"].get(probe["group"])
    right = (run.snapshot(run.snapshots()[-1]) or {})["columns/knn_right"]
    if group is None or len(group["names"]) > MOST_GROUPS:
        return {}
    codes = np.array(group["codes"])
    return {name: round(float(right[codes == code].mean()), 4) for code, name in enumerate(group["names"])}


def trained(data: str, candidate: str, options: list[str], out: Path, environment: dict[str, str]) -> RunFolder:
    """A run of this candidate, by the real trainer in a process of its own."""
    method, *settings = candidate.split()
    command = [sys.executable, "-m", "training", "run", "--data", data, "--method", method, "--out", str(out), *options]
    changed = [part for setting in settings for part in ("--set", setting)]
    ran = subprocess.run(
        [*command, *changed], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SystemExit(f"{candidate}: {ran.stderr.strip()}")
    return RunFolder(out)


if __name__ == "__main__":
    main()
