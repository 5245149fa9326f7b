"""Which measure without labels can be trusted: how it goes along with what labels say, over kept healthy runs.

    python -m benchmarks.trust RUNS [--out FILE]

RUNS are those of `benchmarks.collapse.runs`. Three questions, each answered by Spearman's rank correlation and a 95 % interval
(bootstrap over methods):

- within: do snapshots of one run with more of the measure have a better kNN? Mean over the seeds of a method, then over methods.
- over methods: do methods with more of it at their last step have a better kNN, or a better linear probe?
- choice: taking the snapshot with the most (or the least) of it, how much worse is its kNN than that of the run's best one?
  Of the four steps at which all measures are kept. Beside it: always taking the newest, and taking any. The direction is
  chosen on the other methods' runs.
"""

import argparse
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from benchmarks.collapse.kept_runs import Kept, kept_runs
from training.measures import MEASURES
from training.measures.measure import Measure
from training.verdicts import Readings
from training.verdicts.best import best_step

KNN = "cross_group_knn"
STAGES = ("encoder", "projector")
DRAWS = 1_000
"""Of the bootstrap."""
FEWEST = 4
"""Snapshots of a run below which no correlation is told."""
LATE = ("participation_ratio",)
"""Not in the rows of all kept runs: taken from their thorough measures."""
GRID = "encoder: effective_rank"
"""Kept wherever thorough measures are."""
FEWEST_METHODS = 10
"""Below, an answer over methods is none."""
DATA = "fsdd"
"""Runs on other data are few; they would mix two questions."""


def main() -> None:
    """Compute and print; write where told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--out", type=Path, help="where to write it, such as benchmarks/results/trust.json")
    options = parser.parse_args()
    found = trusted([run for run in kept_runs(options.runs) if run.data == DATA])
    if options.out is not None:  # the kept results are of more runs than somebody may have at hand
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, row in found["measures"].items():
        print(
            f"{name:34}", *(f"{key} {_told(row[key])}" for key in ("within", "over_methods", "probe") if row.get(key))
        )
    for name, regret in sorted(found["choice"].items(), key=lambda item: item[1]["regret"]):
        print(f"{name:34} regret {regret['regret']:.4f} [{regret['low']:.4f}, {regret['high']:.4f}]")


def trusted(runs: list[Kept]) -> dict[str, Any]:
    """{"runs", "methods", "measures": {name: {"within", "over_methods", "probe": {"rho", "low", "high"}, "by_method"}},
    "choice": {name: {"regret", "low", "high", "direction"}}, "best": {"healthy", "broken": {"told", "newest", "any"}}}.
    """
    healthy = [run for run in runs if run.healthy]
    methods = sorted({run.method for run in healthy})
    return {
        "runs": len(healthy),
        "methods": len(methods),
        "measures": {name: _answers(name, healthy, methods) for name in names(healthy)},
        "choice": choices(healthy, names(healthy)),
        "best": {
            "healthy": best_of(healthy),
            "broken": best_of([run for run in runs if not run.healthy and not run.varied]),
        },
    }


def names(runs: list[Kept]) -> list[str]:
    """The measures that need no labels: those of every snapshot, then the thorough ones of encoder and projector."""
    cheap = [name for name, measure in MEASURES.items() if isinstance(measure, Measure) and name not in LATE]
    known = {
        f"{stage}: {name}"
        for run in runs
        for stages in run.thorough.values()
        for stage in STAGES
        for name, value in stages.get(stage, {}).items()
        if value is not None
    }
    same = {f"projector: {name}" for name in cheap} | {
        f"encoder: {name.removeprefix('encoder_')}" for name in cheap if name.startswith("encoder_")
    }
    return cheap + sorted(known - same)


def value(run: Kept, step: int, name: str) -> float | None:
    """A measure at a snapshot; None where it was not kept, and where it is no finite number."""
    stage, _, of_stage = name.rpartition(": ")
    found = run.thorough.get(step, {}).get(stage, {}).get(of_stage) if stage else run.snapshots[step].get(name)
    return found if found is not None and math.isfinite(found) else None


def curve(run: Kept, name: str) -> tuple[list[float], list[float]]:
    """(the measure, kNN) at the snapshots after the first step that have both."""
    pairs = [(value(run, step, name), of.get(KNN)) for step, of in sorted(run.snapshots.items()) if step > 0]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in known], [b for _, b in known]


def spearman(x: list[float], y: list[float]) -> float | None:
    """Rank correlation; None where there are too few, or where one of them never changes."""
    if len(x) < FEWEST or len(set(x)) < 2 or len(set(y)) < 2:
        return None
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def _answers(name: str, runs: list[Kept], methods: list[str]) -> dict[str, Any]:
    by_method = {}
    for method in methods:
        told = [spearman(*curve(run, name)) for run in runs if run.method == method]
        known = [rho for rho in told if rho is not None]
        if known:
            by_method[method] = round(float(np.mean(known)), 3)
    ends = {method: _end(name, [run for run in runs if run.method == method]) for method in methods}
    return {
        "within": interval(list(by_method.values()), lambda drawn: float(np.mean(drawn)))
        if len(by_method) >= FEWEST_METHODS
        else None,
        "over_methods": _correlated([(m, k) for m, k, _ in ends.values() if m is not None and k is not None]),
        "probe": _correlated([(m, p) for m, _, p in ends.values() if m is not None and p is not None]),
        "by_method": by_method,
    }


def _end(name: str, runs: list[Kept]) -> tuple[float | None, float | None, float | None]:
    """Means over a method's seeds at the last step: the measure, kNN, the probe."""
    found: list[float | None] = []
    lasts = [(run, max(run.snapshots)) for run in runs]
    for told in (
        [value(run, step, name) for run, step in lasts],
        [run.snapshots[step].get(KNN) for run, step in lasts],
        [run.probes.get(step) for run, step in lasts],
    ):
        known = [each for each in told if each is not None]
        found.append(float(np.mean(known)) if known else None)
    return found[0], found[1], found[2]


def _correlated(pairs: list[tuple[float, float]]) -> dict[str, float] | None:
    def rho(drawn: list[tuple[float, float]]) -> float:
        found = spearman([a for a, _ in drawn], [b for _, b in drawn])
        return math.nan if found is None else found

    return interval(pairs, rho) if len(pairs) >= FEWEST_METHODS else None


def interval(found: list[Any], of: Callable[[list[Any]], float]) -> dict[str, float] | None:
    """{"rho", "low", "high"}: what all of them say, and 95 % of what draws of them with replacement say."""
    if not found:
        return None
    random = np.random.default_rng(0)
    drawn = [of([found[i] for i in random.integers(len(found), size=len(found))]) for _ in range(DRAWS)]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return {"rho": round(of(found), 3), "low": round(float(low), 3), "high": round(float(high), 3)}


def best_of(runs: list[Kept]) -> dict[str, Any]:
    """How much kNN is lost by the snapshot that a verdict tells to be the best, by the newest and by any, of all snapshots.

    Of runs that have measured what it is told by at every snapshot.
    """
    lost: dict[str, dict[Kept, float]] = {"told": {}, "newest": {}, "any": {}}
    for run in runs:
        readings = Readings.of(run.rows, {}, run.method)
        knn = {step: of[KNN] for step, of in run.snapshots.items() if step > 0 and KNN in of}
        chosen = best_step(readings)
        if chosen is None or len(knn) < FEWEST:
            continue
        most = max(knn.values())
        taken = {"told": knn[chosen], "newest": knn[max(knn)], "any": float(np.mean(list(knn.values())))}
        for name, reached in taken.items():
            lost[name][run] = most - reached
    return {name: _regret(of) for name, of in lost.items()}


def choices(runs: list[Kept], measures: list[str]) -> dict[str, dict[str, Any]]:
    """How much kNN is lost by taking the snapshot that each measure prefers."""
    told = [run for run in runs if len(_at_grid(run, GRID)[1]) >= FEWEST]
    found: dict[str, dict[str, Any]] = {
        "newest": _regret({run: _lost(run, lambda x: len(x) - 1, GRID) for run in told}),
        "any": _regret({run: _lost_by_any(run) for run in told}),
    }
    chosen = {name: _chosen(told, name) for name in measures}
    return found | {name: row for name, row in chosen.items() if row["methods"] >= FEWEST_METHODS}


def _chosen(runs: list[Kept], name: str) -> dict[str, Any]:
    """By the direction that loses less on the other methods' runs."""
    sides: Mapping[str, Callable[[list[float]], int]] = {
        "most": lambda x: int(np.argmax(x)),
        "least": lambda x: int(np.argmin(x)),
    }
    usable = [run for run in runs if len(_at_grid(run, name)[0]) >= FEWEST]
    lost = {side: {run: _lost(run, pick, name) for run in usable} for side, pick in sides.items()}
    taken: dict[Kept, str] = {}
    for run in usable:
        others = {side: sum(v for r, v in of.items() if r.method != run.method) for side, of in lost.items()}
        taken[run] = min(others, key=lambda side: others[side])
    sides_taken = list(taken.values())
    direction = max(set(sides_taken), key=sides_taken.count) if sides_taken else ""
    return {**_regret({run: lost[side][run] for run, side in taken.items()}), "direction": direction}


def _at_grid(run: Kept, name: str) -> tuple[list[float], list[float]]:
    """`curve` at the steps at which all measures are kept."""
    steps = [step for step in sorted(run.thorough) if step > 0]
    pairs = [(value(run, step, name), run.snapshots.get(step, {}).get(KNN)) for step in steps]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in known], [b for _, b in known]


def _lost(run: Kept, pick: Callable[[list[float]], int], name: str) -> float:
    x, y = _at_grid(run, name)
    return max(y) - y[pick(x)]


def _lost_by_any(run: Kept) -> float:
    y = _at_grid(run, GRID)[1]
    return max(y) - float(np.mean(y))


def _regret(lost: dict[Kept, float]) -> dict[str, Any]:
    """Mean over runs, interval over methods."""
    by_method: dict[str, list[float]] = {}
    for run, value_lost in lost.items():
        by_method.setdefault(run.method, []).append(value_lost)
    means = [float(np.mean(values)) for values in by_method.values()]
    told = interval(means, lambda drawn: float(np.mean(drawn))) or {"rho": 0.0, "low": 0.0, "high": 0.0}
    return {
        "regret": told["rho"],
        "low": told["low"],
        "high": told["high"],
        "runs": len(lost),
        "methods": len(by_method),
    }


def _told(found: Mapping[str, float]) -> str:
    return f"{found['rho']:+.2f} [{found['low']:+.2f}, {found['high']:+.2f}]"


if __name__ == "__main__":
    main()
