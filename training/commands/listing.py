"""The command that lists runs: a table that fits its terminal, long lines elsewhere, all that is known as JSON."""

import argparse
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.changed import breaks_of, method_words
from training.commands.arguments import usual_runs
from training.commands.output import print_json
from training.data.names import readable_name
from training.errors import UserError
from training.run import WENT_WRONG, RunFolder, find_runs
from training.run.schema import Curve

GAP = "  "
BELOW = " " * 4
"""Before what is told of a run below its row."""


@dataclass(frozen=True)
class Listed:
    """What is told of one run, each a text that can be printed."""

    name: str
    state: str
    step: str
    trained: str
    """How, and on which sounds."""
    measured: str = ""
    failure: str = ""
    """Why it went wrong, where it did."""
    warning: str = ""


HEADER = Listed("run", "state", "step", "method and sounds")


def list_runs(options: argparse.Namespace) -> None:
    """Say which runs there are and where they stand. Raises UserError where the folder that was named is none."""
    if options.runs != usual_runs() and not Path(options.runs).is_dir():
        raise UserError(f"There is no folder {options.runs}; --runs takes the folder of the runs.")
    runs = find_runs(Path(options.runs))
    if options.json:
        print_json({"runs": [_as_json(run) for run in runs]})
    elif not runs:
        print(f"There are no runs in {options.runs}.")
    else:
        rows = [_listed(run, options.all) for run in runs]
        lines = table(rows, shutil.get_terminal_size().columns) if sys.stdout.isatty() else whole(rows)
        print("\n".join(lines))


def table(rows: Sequence[Listed], width: int) -> list[str]:
    """Lines of at most `width` letters, but for a name that is longer itself.

    Names take half of the width at most; a longer one has a line to itself. Of the rest the ends are cut, but for why one went
    wrong and for warnings.
    """
    every = (HEADER, *rows)
    name, state, step = (max(map(len, each)) for each in zip(*((r.name, r.state, r.step) for r in every), strict=True))
    name = min(name, width // 2)
    lines = []
    for row in every:
        begun = row.name
        if len(begun) > name:
            lines.append(begun)
            begun = ""
        rest = GAP.join((row.state.ljust(state), row.step.rjust(step), row.trained))
        lines.append(f"{begun:{name}}{GAP}{_cut(rest, width - name - len(GAP))}")
        lines += [BELOW + _cut(row.measured, width - len(BELOW))] if row.measured else []
        for text in (row.failure, row.warning):
            lines += [BELOW + line for line in textwrap.wrap(text, max(width - len(BELOW), 1))]
    return lines


def whole(rows: Sequence[Listed]) -> list[str]:
    """Lines as long as they must be, for a file or another program."""
    lines = []
    for row in rows:
        lines.append(f"{row.name:40} {row.state:10} step {row.step:<8} {row.trained}")
        lines += [f"{'':40} {more}" for more in (row.measured, row.failure, row.warning) if more]
    return lines


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def _listed(run: RunFolder, all_measures: bool) -> Listed:
    config, status = run.config(), run.status()
    data = config.get("data")  # none of curves that were imported
    measures = [(curve, value) for curve, value in run.latest() if curve.rhythm == "snapshot" and not curve.chart]
    baselines = run.baselines()
    told = (
        run.name,
        status.state,
        str(status.step),
        f"{method_words(config)}{f' on {data}' if data else ''}",
        ", ".join(_measured(*each, baselines) for each in (measures if all_measures else measures[:1])),
        " ".join(status.message.split()) if status.state in WENT_WRONG else "",
        status.warning,
    )
    return Listed(*map(readable_name, told))


def _measured(curve: Curve, value: float, baselines: Mapping[str, Any]) -> str:
    """A measure, beside the first of its lines that was measured too: "Cross-group kNN 0.802 (random initialisation 0.369)"."""
    levels = ((line.text, line.level(baselines)) for line in curve.lines if line.baseline)
    beside = next((f" ({text} {curve.written(level)})" for text, level in levels if level is not None), "")
    return f"{curve.title} {curve.written(value)}{beside}"


def _as_json(run: RunFolder) -> dict[str, Any]:
    config, status = run.config(), run.status()
    return {
        "run": run.name,
        "state": status.state,
        "message": status.message,
        "step": status.step,
        "method": config.get("method"),
        "breaks": breaks_of(config),
        "data": config.get("data"),
        "warning": status.warning,
        "verdict": (status.verdict or {}).get("kind", ""),
        "latest": {curve.key: value for curve, value in run.latest()},
    }
