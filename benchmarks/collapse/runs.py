"""Trains runs that are broken on purpose, each beside its healthy twin of the same seed, and keeps what is read from them.

    python -m benchmarks.collapse.runs --data FOLDER --out FOLDER [--steps 300] [--seeds 0-4] [--methods byol,simsiam]
        [--only healthy|broken|varied] [--cases no_augmentation,ema] [--thorough]

They are runs of the real trainer, in processes of their own with one thread each, with a snapshot every 20 steps whatever
the clock says, so that the step at which something is found doesn't depend on the machine. Kept of each are its rows and
its configuration, and of healthy ones what `kept` measures; not the weights. What is there is not trained again, and several
of these may work on one folder at a time. See docs/verdicts.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.collapse.kept import measure_kept
from training.breaks import BREAKS
from training.breaks.mistakes import mistakes_of
from training.methods import METHODS
from training.run import RunFolder, State

HEALTHY, BROKEN, VARIED = "healthy", "broken", "varied"
VARIATIONS: dict[str, tuple[str, ...]] = {
    "lars": ("--set", "optimizer=lars", "--set", "learning_rate=3.0"),
    "small_batch": ("--set", "batch_size=32"),
    "large_batch": ("--set", "batch_size=512"),
    "resnet": ("--encoder", "resnet"),
    "waveform": ("--encoder", "conv1d"),
}
"""Healthy runs that are not as the method has it, so that no verdict holds for one size and one encoder alone."""
EVERY = 20
"""Steps between two snapshots."""
TRAINER = f"""
import sys
from training import loop
loop.is_due = lambda step, last, seconds: step - last >= {EVERY}
from training.__main__ import main
main()
"""
"""The command line's trainer with snapshots by steps alone."""
WEIGHTS = ("checkpoints", "snapshots")


@dataclass(frozen=True)
class Case:
    """A method as it is, or one thing that is wrong with it."""

    method: str
    name: str
    arguments: tuple[str, ...] = ()
    """What `training run` is told."""

    def folder(self, out: Path, data: str, seed: int) -> Path:
        """Where its run lies."""
        return out / f"{self.method}-{self.name}-{Path(data).name}-{seed}"


def cases(method: str) -> Iterator[Case]:
    """The healthy twin first, then every part that can be taken out and every mistake that can be made."""
    yield Case(method, HEALTHY)
    for part in BREAKS.get(method, {}):
        yield Case(method, part, ("--break", part))
    for mistake, overrides in mistakes_of(method).items():
        yield Case(
            method, mistake, tuple(word for key, value in overrides.items() for word in ("--set", f"{key}={value}"))
        )


def variations(method: str) -> Iterator[Case]:
    """The healthy ones with other settings."""
    for name, arguments in VARIATIONS.items():
        yield Case(method, f"{VARIED}_{name}", arguments)


def main() -> None:
    """Train what is missing, all cases of one seed before the next seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="starter, a public set or a folder")
    parser.add_argument("--out", required=True, type=Path, help="where the runs go")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=span, default=span("0-4"), help="first and last, such as 0-4")
    parser.add_argument("--methods", default=",".join(METHODS), help="names, separated by commas (default: all)")
    parser.add_argument("--only", choices=(HEALTHY, BROKEN, VARIED), help="one kind of runs (default: the first two)")
    parser.add_argument("--cases", help="of what is broken, these alone: names, separated by commas (default: all)")
    parser.add_argument(
        "--thorough", action="store_true", help="measure the weights of healthy runs and probe them, too"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in options.seeds:
        for method in options.methods.split(","):
            for case in variations(method) if options.only == VARIED else cases(method):
                folder = case.folder(options.out, options.data, seed)
                wanted = options.only in (None, VARIED, HEALTHY if case.name == HEALTHY else BROKEN)
                if options.cases is not None and case.name != HEALTHY:
                    wanted = wanted and case.name in options.cases.split(",")
                if wanted and not (folder / "status.json").exists():
                    print(f"{folder.name}: {trained(case, options, seed, folder)}", flush=True)


def span(text: str) -> range:
    """The whole numbers from the first to the last of "0-4", or the one of "2"."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def trained(case: Case, options: argparse.Namespace, seed: int, folder: Path) -> str:
    """Train one run; returns how it ended. Data without what a method needs, such as captions, leaves no run."""
    being = folder.with_name(f".{folder.name}")
    if being.exists():
        return "left to the one that trains it"
    command = [
        sys.executable,
        "-c",
        TRAINER,
        "run",
        "--data",
        options.data,
        "--method",
        case.method,
        "--seed",
        str(seed),
    ]
    command += ["--steps", str(options.steps), "--out", str(being), *case.arguments]
    subprocess.run(command, check=False, capture_output=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    if not being.exists():
        return "not begun"
    state = RunFolder(being).status().state
    if state == State.FINISHED:
        if case.name == HEALTHY:
            measure_kept(RunFolder(being), options.thorough)
        for name in WEIGHTS:
            shutil.rmtree(being / name, ignore_errors=True)
        being.rename(folder)
    return str(state.value)


if __name__ == "__main__":
    main()
