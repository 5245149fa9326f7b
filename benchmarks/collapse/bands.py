"""Makes training/bands.json anew from healthy runs that `benchmarks.collapse.runs` has kept.

    python -m benchmarks.collapse.bands RUNS [--add] [--out training/bands.json]

Lowest to highest of each measure that needs no labels, at every snapshot after the first step. With `--add` the file's bands
are widened by the runs, which must not have been part of it: runs take hours, and few are kept for long.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.collapse.kept_runs import Kept, kept_runs
from training.bands import PATH
from training.config import RunConfig
from training.measures import MEASURES
from training.measures.measure import Measure
from training.methods import METHODS

DIGITS = 4
TITLES = {"fsdd": "spoken digits", "esc50": "environmental sounds", "starter": "the built-in set"}
"""What sets are called on the page, where not by their own names."""


def main() -> None:
    """Make and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--add", action="store_true", help="widen the file's bands instead of making them anew")
    parser.add_argument("--out", type=Path, default=PATH)
    options = parser.parse_args()
    found = bands(kept_runs(options.runs))
    if options.add:
        found = widened(json.loads(options.out.read_text(encoding="utf-8")), found)
    options.out.write_text(json.dumps(found, separators=(",", ":")).replace('},"', '},\n"') + "\n", encoding="utf-8")
    for method, about in found["methods"].items():
        print(f"{method:24} {about['runs']:3} runs on {', '.join(about['data'])}")


def bands(runs: Iterable[Kept]) -> dict[str, Any]:
    """What the file holds, as `training.bands.read_bands` reads it."""
    healthy: dict[str, list[Kept]] = {}
    for run in runs:
        if run.healthy:
            healthy.setdefault(run.method, []).append(run)
    steps = sorted({step for group in healthy.values() for run in group for step in run.snapshots if step > 0})
    methods = {}
    for method, group in healthy.items():
        of_measures = {}
        for name, measure in MEASURES.items():
            told = [[pair for run in group if (pair := _with_share(run, step, name))] for step in steps]
            if isinstance(measure, Measure) and all(told[1:]):
                known = [([value for value, _ in row], [share for _, share in row]) for row in told if row]
                of_measures[measure.curve.key] = [
                    [_short(min(values)) for values, _ in known],
                    [_short(max(values)) for values, _ in known],
                    [_short(min(shares)) for _, shares in known],
                ]
        data = sorted({TITLES.get(run.data, run.data) for run in group})
        methods[method] = {"runs": len(group), "data": data, "settings": settings(method), "bands": of_measures}
    return {"steps": steps, "methods": methods}


def settings(method: str) -> dict[str, Any]:
    """Of a method's own settings those with which other healthy runs lie elsewhere."""
    kind = METHODS[method]
    own = {"encoder_size": RunConfig.encoder_size, "batch_size": RunConfig.batch_size, **kind.run_defaults}
    return {"encoder": kind.encoders[0], "encoder_size": own["encoder_size"], "batch_size": own["batch_size"]}


def widened(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The bands of both, of runs that have nothing in common. Raises ValueError where their steps differ."""
    if old["steps"] != new["steps"]:
        raise ValueError(f"Bands at the steps {old['steps']} can't be widened by bands at {new['steps']}.")
    methods = old["methods"] | new["methods"]
    for method in old["methods"].keys() & new["methods"].keys():
        before, after = old["methods"][method], new["methods"][method]
        methods[method] = {
            "runs": before["runs"] + after["runs"],
            "data": sorted({*before["data"], *after["data"]}),
            "settings": after["settings"],
            "bands": {
                key: _wider(before["bands"][key], after["bands"][key])
                for key in before["bands"]
                if key in after["bands"]
            },
        }
    return {"steps": old["steps"], "methods": methods}


def _wider(before: list[list[float]], after: list[list[float]]) -> list[list[float]]:
    """Lows, highs and least shares of both; of the steps that both have, which are the last ones."""
    length = min(len(before[0]), len(after[0]))
    return [
        [least_or_most(pair) for pair in zip(one[-length:], other[-length:], strict=True)]
        for least_or_most, one, other in zip((min, max, min), before, after, strict=True)
    ]


def _with_share(run: Kept, step: int, name: str) -> tuple[float, float] | None:
    """A measure, and which share it is of its value before the first step (0 where there was none)."""
    value, start = (run.snapshots.get(at, {}).get(name) for at in (step, 0))
    return None if value is None else (value, value / start if start else 0.0)


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


if __name__ == "__main__":
    main()
