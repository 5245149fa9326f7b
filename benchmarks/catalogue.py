"""Every method for the same time, on the same clips, from the same seeds: one table.

    python -m benchmarks.catalogue --data FOLDER [--data …] [--minutes 1] [--seeds 3] [--methods simclr,byol] [--at-once 2]

Each run is made by the real trainer in a process of its own, then measured by kNN, cross-group kNN and linear probe on every
facet, beside its own random initialisation; the baselines and a supervised ceiling (the default encoder, trained on all labels
of the main facet) are measured once for each set. `--at-once` runs share the machine, each with one thread, and every run of a
table is made the same way. What is measured already is not measured again: interrupt it and go on whenever you like.

Results: benchmarks/results/catalogue.json (all figures), catalogue.csv (one row a method) and catalogue.svg (the picture).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from benchmarks.catalogue_table import write_csv, write_picture
from training.data import open_dataset
from training.methods import METHODS
from training.process import PROJECT
from training.run import RunFolder

RESULTS = Path(__file__).parent / "results" / "catalogue.json"
CEILING = "supervised"


def main() -> None:
    """Measure what is missing, and write the tables anew after each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", action="append", required=True, help="starter, a public set or a folder")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--methods", default=",".join(METHODS), help="names, separated by commas (default: all)")
    parser.add_argument(
        "--at-once", type=int, default=1, help="runs beside each other, with one thread each if several"
    )
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    with ThreadPoolExecutor(options.at_once) as pool:
        for data in options.data:
            open_dataset(data)
            table = results.setdefault(title(data, options.minutes, options.at_once), {})
            wanted = [CEILING, *options.methods.split(",")]
            jobs = [
                pool.submit(measured, data, method, seed, options.minutes * 60, options.at_once)
                for method, seed in missing(table, wanted, options.seeds)
            ]
            for job in as_completed(jobs):
                keep(table, *job.result())
                write(results)


def title(data: str, minutes: float, at_once: int) -> str:
    """What a table is of, in words: its key."""
    threads = f"{os.cpu_count()} threads" if at_once == 1 else "1 thread"
    return f"{Path(data).name}, {minutes * 60:g} s, {threads}"


def missing(table: dict[str, Any], methods: list[str], seeds: int) -> Iterator[tuple[str, int]]:
    """(method, seed) of the runs not in the table yet: all methods of a seed before the next seed."""
    for seed in range(seeds):
        for method in methods:
            known = table.get(method, {"seeds": []})
            if seed not in [row["seed"] for row in known["seeds"]] and not (method == CEILING and seed):
                yield method, seed


def measured(data: str, method: str, seed: int, seconds: float, at_once: int) -> tuple[str, dict[str, Any]]:
    """One run's figures, from a process of its own; its error in words where it can't be trained on this data."""
    environment = dict(os.environ) | ({"OMP_NUM_THREADS": "1"} if at_once > 1 else {})
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        if method == CEILING:
            train = [sys.executable, "-m", "benchmarks.supervised", "--data", data, "--out", str(out)]
        else:
            train = [sys.executable, "-m", "training", "run", "--data", data, "--method", method, "--out", str(out)]
        command = [*train, "--seed", str(seed), "--seconds", f"{seconds:g}"]
        ran = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            said = (ran.stderr.strip().splitlines() or ["It ended without a word."])[-1]
            return method, {"seed": seed, "error": said}
        return method, {"seed": seed, "seconds": seconds, **scores(out, environment), **last_measures(RunFolder(out))}


def scores(run: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """What a finished run knows of the labels, as `benchmarks.catalogue_measures` tells it."""
    command = [sys.executable, "-m", "benchmarks.catalogue_measures", str(run)]
    told = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def last_measures(run: RunFolder) -> dict[str, Any]:
    """Throughput over the whole run, and the measures of collapse at its end."""
    status = run.status()
    snapshots = [row for row in run.metrics() if "measure/normalised_std" in row]
    return {
        "steps": status.step,
        "clips_per_second": status.step * int(run.config()["batch_size"]) / status.seconds,
        "normalised_std": snapshots[-1]["measure/normalised_std"],
        "effective_rank": snapshots[-1]["measure/effective_rank"],
        "warning": status.warning,
    }


def keep(table: dict[str, Any], method: str, row: dict[str, Any]) -> None:
    """Put one run's row into the table; the baselines are those of any run, as they need no training."""
    baselines = row.pop("baselines", None)
    if baselines:
        table.setdefault("baselines", baselines)
    entry = table.setdefault(method, {"seeds": []})
    entry["seeds"] = sorted([*entry["seeds"], row], key=lambda r: r["seed"])
    print(f"{method:24} seed {row['seed']}  {row.get('error') or main_figures(row)}", flush=True)


def main_figures(row: dict[str, Any]) -> str:
    """Before → after of every facet's cross-group kNN, or kNN where it is the group itself."""
    shown = []
    for facet, after in row["trained"].items():
        measure = "knn" if after["cross_group_knn"] is None else "cross_group_knn"
        shown.append(f"{facet} {row['random_init'][facet][measure]:.3f} → {after[measure]:.3f}")
    return ", ".join(shown)


def write(results: dict[str, Any]) -> None:
    """All three files, each replaced whole."""
    RESULTS.parent.mkdir(exist_ok=True)
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps(results, indent=1) + "\n")
    os.replace(part, RESULTS)
    write_csv(results, RESULTS.with_suffix(".csv"))
    write_picture(results, RESULTS.with_suffix(".svg"))


if __name__ == "__main__":
    main()
