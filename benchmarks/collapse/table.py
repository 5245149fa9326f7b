"""How well verdicts find what was broken on purpose: training/verdicts judges kept runs, snapshot by snapshot.

    python -m benchmarks.collapse.table RUNS [--bands training/bands.json] [--out FILE]

A broken run has collapsed where at the last step the effective rank or the centred std of z or h is under a quarter of its
healthy twin's; with several seeds the median decides. It falls at the first snapshot from which on it stays there. A verdict
sees the curves, the baselines and the name of the method, and the band of the method's other healthy runs: of those that
have another seed or other data than the run that is judged. With `--bands` it sees the bands of a file instead, which must
have been made of other runs.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.collapse.bands import bands
from benchmarks.collapse.kept_runs import Kept, kept_runs
from training.bands import Band, is_like_healthy, read_bands
from training.measures.measure import PREFIX
from training.verdicts import COLLAPSES, Readings, judged

Fixed = Mapping[str, Mapping[str, Band]] | None
"""Bands by method and measure."""
SHARE = 0.25
DECIDING = ("effective_rank", "encoder_effective_rank", "centred_std", "encoder_centred_std")
"""Of which one must have fallen below SHARE of the twin's."""


def main() -> None:
    """Judge and print; write where told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--bands", type=Path, help="made of other runs (default: of the other runs of the folder)")
    parser.add_argument("--out", type=Path, help="where to write it, such as benchmarks/results/verdicts.json")
    options = parser.parse_args()
    fixed = read_bands(json.loads(options.bands.read_text())) if options.bands is not None else None
    found = table(kept_runs(options.runs), fixed)
    if options.out is not None:  # the kept results are of more runs than somebody has who tries a rule
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for row in found["broken"]:
        mark = "collapsed" if row["collapsed"] else ""
        print(
            f"{row['method']:18}{row['case']:24}{row['share']:6.2f} {mark:10}",
            row["fell"],
            row["told"],
            row["verdicts"],
        )
    print(json.dumps({name: found[name] for name in ("healthy", "ill")}, indent=1))


def table(runs: list[Kept], fixed: Fixed = None) -> dict[str, Any]:
    """{"broken": [one row a method and case], "healthy": {"runs", "data", "alarms": […], "verdicts": {kind: count}}, "ill": […]}.

    Ill are runs with other settings, meant to be healthy, that have collapsed by the definition. `fixed` are the bands by
    method; None: of the other runs.
    """

    def judge(run: Kept) -> list[tuple[int, str]]:
        known = others_bands(run, healthy.values()) if fixed is None else fixed.get(run.method, {})
        return list(verdicts(run, known))

    healthy = {(run.method, run.data, run.seed): run for run in runs if run.healthy}
    groups: dict[tuple[str, str, str], list[tuple[Kept, Kept]]] = {}
    for run in runs:
        twin = healthy.get((run.method, run.data, run.seed))
        if twin is not None and not run.healthy and not run.varied:
            groups.setdefault((run.method, run.case, run.data), []).append((run, twin))
    broken = [_broken_row(*key, pairs, judge) for key, pairs in groups.items()]
    ends, alarms = [], []
    ill, well = [], [run for run in runs if run.healthy]
    for run in runs:
        twin = healthy.get((run.method, run.data, run.seed))
        if run.varied and twin is not None and least_share(run, twin, max(run.snapshots)) < SHARE:
            ill.append(
                {
                    "run": run.path.name,
                    "told": next((s for s, k in judge(run) if k in COLLAPSES), None),
                }
            )
        elif run.varied:
            well.append(run)
    for run in well:
        told = judge(run)
        ends.append(told[-1][1])
        alarms += [
            {"run": run.path.name, "step": step, "kind": kind}
            for step, kind in [next(((s, k) for s, k in told if k in COLLAPSES), (0, ""))]
            if kind
        ]
    counts = {kind: ends.count(kind) for kind in sorted(set(ends))}
    of_data = Counter(run.data for run in well)
    return {
        "broken": broken,
        "healthy": {"runs": len(well), "data": of_data, "alarms": alarms, "verdicts": counts},
        "ill": ill,
    }


def _broken_row(
    method: str, case: str, data: str, pairs: list[tuple[Kept, Kept]], judge: Callable[[Kept], list[tuple[int, str]]]
) -> dict[str, Any]:
    shares = [least_share(run, twin, max(run.snapshots)) for run, twin in pairs]
    told = [judge(run) for run, _ in pairs]
    first = [next((step for step, kind in each if kind in COLLAPSES), None) for each in told]
    return {
        "method": method, "case": case, "data": data, "seeds": [run.seed for run, _ in pairs],
        "share": round(median(shares), 3), "collapsed": median(shares) < SHARE,
        "fell": [fell(run, twin) for run, twin in pairs], "told": first, "verdicts": [each[-1][1] for each in told],
    }  # fmt: skip


def least_share(run: Kept, twin: Kept, step: int) -> float:
    """The least of DECIDING at a step, as a share of the twin's."""
    here, there = run.snapshots[step], twin.snapshots[step]
    return min(here[name] / there[name] for name in DECIDING if there.get(name) and name in here)


def fell(run: Kept, twin: Kept) -> int | None:
    """The first snapshot from which on the run lies below SHARE of its twin; None where it doesn't at its last."""
    found = None
    for step in sorted(set(run.snapshots) & set(twin.snapshots), reverse=True):
        if step == 0 or least_share(run, twin, step) >= SHARE:
            break
        found = step
    return found


def verdicts(run: Kept, known: Mapping[str, Band]) -> Iterator[tuple[int, str]]:
    """(step, kind) at every snapshot after the first step, as the trainer would have judged there with these bands."""
    readings = Readings(run.method, lines=run.baselines, bands=known, alike=is_like_healthy(run.config))
    for row in run.rows:
        readings.add(row)
        if (
            row["step"] in run.snapshots
            and row["step"] > 0
            and readings.steps[-1:] == [row["step"]]
            and _is_snapshot(row)
        ):
            yield row["step"], judged(readings, {"method": run.method}).kind


def others_bands(run: Kept, healthy: Iterable[Kept]) -> dict[str, Band]:
    """The bands of a run's method, made of the healthy runs with another seed or other data."""
    others = [r for r in healthy if r.method == run.method and (r.seed, r.data) != (run.seed, run.data)]
    return next(iter(read_bands(bands(others)).values()), {})


def _is_snapshot(row: dict[str, Any]) -> bool:
    return any(key.startswith(PREFIX) for key in row)


if __name__ == "__main__":
    main()
