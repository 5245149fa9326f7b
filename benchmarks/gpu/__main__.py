"""Prove on this machine's GPU that everything computes, trains and learns, and measure how fast.

    python -m benchmarks.gpu [--device cuda|cpu] [--clips FILE] [--minutes 9] [--out DIR] [PART …]

Parts, in the order of their worth: numbers, trains, learns, speed; all of them where none is named. FILE is a pack of
clips (`python -m training data pack FOLDER --out FILE`); without it tones are made. What was found is written to
DIR/gpu.json and DIR/gpu.md as it is found, so that a run that is cut short still tells. The exit code is 1 where a row is wrong
or a part was not reached.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.gpu import learns, numbers, speed, trains
from benchmarks.gpu.clips import opened_clips
from benchmarks.gpu.plan import Plan, plan_for
from benchmarks.gpu.report import TITLES, Report
from training.data.dataset import Dataset
from training.errors import UserError
from training.hardware import Hardware, hardware

RESULTS = Path(__file__).resolve().parents[1] / "results"
Rows = Callable[[Dataset, Hardware, Plan], Iterator[dict[str, Any]]]
PARTS: dict[str, Rows] = {
    "numbers": numbers.rows, "trains": trains.rows, "learns": learns.rows, "speed": speed.rows
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(TITLES)} (default: all)")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--clips", type=Path, help="a pack of clips (default: tones that are made)")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the results (default: benchmarks/results)")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; the parts are {', '.join(TITLES)}")
    with tempfile.TemporaryDirectory() as cache:  # what is made here is not for other runs to find
        os.environ["XDG_CACHE_HOME"] = cache
        try:
            return measured(options)
        except UserError as error:
            print(error, file=sys.stderr)
            return 2


def measured(options: argparse.Namespace) -> int:
    """Every part that was asked for, until the minutes are used up."""
    machine = hardware(options.device)
    plan = plan_for(options.minutes, machine.device.type == "cuda")
    if not plan.full:
        torch.set_num_threads(1)  # of such small batches a second thread makes nothing faster
    dataset = opened_clips(options.clips, 512 if plan.full else 64)
    about = {"minutes": options.minutes, "clips": f"{len(dataset)} clips of {dataset.name}"}
    report = Report(options.out, machine, about)
    wanted = [part for part in TITLES if not options.parts or part in options.parts]
    for part in wanted:
        if plan.over:
            break
        run_part(part, report, dataset, machine, plan)
    missed = [part for part in wanted if not report.found["parts"].get(part, {}).get("complete")]
    for name in report.wrong:
        print(f"wrong: {name}", file=sys.stderr)
    for part in missed:
        print(f"not reached, or not to its end: {part}", file=sys.stderr)
    return 1 if report.wrong or missed else 0


def run_part(part: str, report: Report, dataset: Dataset, machine: Hardware, plan: Plan) -> None:
    """All rows of a part, each kept as it comes."""
    started = time.perf_counter()
    report.begin(part)
    for row in PARTS[part](dataset, machine, plan):
        report.add(part, row)
        if plan.over:
            return
    report.end(part, time.perf_counter() - started)
    if machine.device.type == "cuda":
        torch.cuda.empty_cache()


if __name__ == "__main__":
    sys.exit(main())
