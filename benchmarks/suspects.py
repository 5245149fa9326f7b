"""How many swapped labels stand among the first of the list of suspects.

    python -m benchmarks.suspects RUN …      adds what these runs reach to benchmarks/results/suspects.json

Of a run's newest snapshot SHARE of all labels are swapped for another label of the data, drawn evenly, ten times over; the
training saw no label. Clips are ranked by explorer.suspects.labels.doubts, neighbours of the own source allowed.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from explorer.runs.points import points
from explorer.runs.snapshots import unit_embeddings
from explorer.suspects.labels import doubts
from training.errors import UserError
from training.run import RunFolder

RESULTS = Path(__file__).parent / "results" / "suspects.json"
SHARE = 0.02
FIRST = (0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
"""Shares of the ranked clips."""
DRAWS = 10


def swapped(codes: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The labels with SHARE of them swapped, and which rows these are; `codes` (n,) int, -1 without a label."""
    random = np.random.default_rng(seed)
    labelled, kinds = np.flatnonzero(codes >= 0), np.unique(codes[codes >= 0])
    chosen = random.choice(labelled, max(1, round(SHARE * len(labelled))), replace=False)
    changed = codes.copy()
    for row in chosen:
        changed[row] = random.choice(kinds[kinds != codes[row]])
    return changed, chosen


def found_among(units: np.ndarray, codes: np.ndarray, seed: int) -> list[float]:
    """Which share of the swapped stands among each of FIRST of the ranked clips."""
    changed, chosen = swapped(codes, seed)
    ranked = doubts(units, changed)
    order = ranked.rows[np.argsort(-ranked.score, kind="stable")]
    return [float(np.isin(chosen, order[: round(first * len(order))]).mean()) for first in FIRST]


def measured(run: RunFolder) -> dict[str, Any]:
    """Of one run: its data, seed, steps and kNN, and the mean and the least over DRAWS of what stands among FIRST."""
    about, steps = points(run), run.snapshots()
    units = unit_embeddings(run, steps[-1]) if steps else None
    if units is None or not about.facets:
        raise UserError(f"The run {run.path} has no snapshot of labelled clips.")
    codes = np.array(about.facets[about.main_facet][1])
    drawn = np.array([found_among(units, codes, seed) for seed in range(DRAWS)])
    knn = [value for curve, value in run.latest() if curve.key == "measure/cross_group_knn"]
    return {
        "data": about.data_name,
        "seed": run.config().get("seed", 0),
        "clips": int((codes >= 0).sum()),
        "labels": len(np.unique(codes[codes >= 0])),
        "steps": steps[-1],
        "seconds": round(run.status().seconds),
        "cross_group_knn": round(knn[0], 3) if knn else None,
        "mean": [round(float(value), 3) for value in drawn.mean(axis=0)],
        "least": [round(float(value), 3) for value in drawn.min(axis=0)],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the results anew, with those of other runs kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN", help="the folder of a run")
    folders = parser.parse_args(arguments).runs
    kept = json.loads(RESULTS.read_text())["runs"] if RESULTS.is_file() else []
    new = [measured(RunFolder(folder)) for folder in folders]
    named = {(one["data"], one["seed"]): one for one in [*kept, *new]}
    RESULTS.write_text(
        json.dumps({"swapped": SHARE, "first": FIRST, "draws": DRAWS, "runs": [*named.values()]}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
