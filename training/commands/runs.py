"""Commands that start, resume, stop and list runs."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from training.commands.arguments import Commands, add_settings, asked_config, check_devices, checked_setting, command
from training.commands.listing import list_runs
from training.commands.output import exit_code, listed, longer, steps_told, tell_end, tell_how_to_go_on, worth_longer
from training.commands.series import train_several
from training.commands.variants import asks_for_several
from training.config import BOUNDS
from training.devices.place import place
from training.errors import UserError
from training.longer import check_sounds, lengthen
from training.run import RESUMABLE, Control, RunFolder, State, create_run, find_runs
from training.run.example import EXAMPLE, EXAMPLE_FOLDER
from training.run.naming import new_run_name
from training.run.reading import regular
from training.this_python import this_python

MOST_LIKE = 4
"""So many names of runs are told to somebody whose name is no run's."""
DESCRIBED = (
    "data",
    "method",
    "encoder",
    "steps",
    "seconds",
    "out",
    "set",
    "break",
    "device",
    "devices",
    "seed",
    "seeds",
)
"""Flags of `run` that say what a run's own folder says already."""
INTERNAL = ("standby", "follow")
"""Commands that other programs of the project give."""


def add_commands(commands: Commands) -> None:
    """Declare `run`, `resume`, `stop` and `list`."""
    new = command(
        commands,
        "run",
        run,
        "start a run, one for each of several methods, settings and seeds, or the run that FOLDER's config.json describes",
        "runs",
    )
    new.add_argument("folder", nargs="?", help="folder of a run that waits, or of a copied config.json")
    new.add_argument("--out", help="the run's folder (default: a new one in --runs)")
    add_settings(new)
    new.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="train with N seeds, from --seed on, one run after the other; --method, --encoder and --set may name several, as in "
        "simclr,vicreg or temperature=0.1,0.2: all combinations are trained. What is finished in --runs is not trained again",
    )
    new.add_argument(
        "--break",
        action="append",
        default=[],
        metavar="NAME",
        help="take a part out of the method, see `methods`; may be repeated",
    )
    again = command(commands, "resume", resume, "go on from a run's last checkpoint, to a later end if you like", "run")
    length = again.add_mutually_exclusive_group()
    in_all = "train it until it has so many {} in all, those of before counted too; for a run that has ended"
    length.add_argument("--steps", type=int, help=in_all.format("steps"))
    length.add_argument("--seconds", type=float, help=in_all.format("seconds"))
    again.add_argument(
        "--devices", type=int, help="how many GPUs share each step (default: as before, or as there are)"
    )
    command(commands, "stop", stop, "ask a run to stop", "run")
    listing = command(commands, "list", list_runs, "list runs", "runs", "json")
    listing.add_argument("--all", action="store_true", help="every measure of each run, not the first alone")


def add_internal_commands(commands: Commands) -> None:
    """Declare those of INTERNAL."""
    command(commands, "standby", standby, "load everything and wait for a line that names a run")
    command(commands, "follow", follow, "share the steps of the run of another process")


def run(options: argparse.Namespace) -> int:
    """Train a new run, or the one that a folder describes; returns the exit code."""
    if place().follows:
        follow(options)
        return 0
    if options.folder is None and asks_for_several(options):
        return train_several(options)
    folder = _new_run(options) if options.folder is None else _described_run(options)
    print(f"Training in {folder}", file=sys.stderr)
    return _train(RunFolder(folder))


def _train(run: RunFolder, resume: bool = False, devices: int | None = None) -> int:
    """Train a run here, and say how it has ended, whether it has learned, how to go on and where to look on."""
    try:
        from training.trainer import train  # not at the top: it takes torch along

        with steps_told(run):
            train(run.path, resume=resume, devices=devices)
    except KeyboardInterrupt:  # before the trainer heeds it
        tell_how_to_go_on(run)
        raise
    tell_end(run)
    if run.status().state in RESUMABLE:
        tell_how_to_go_on(run)
    if more := worth_longer(run):
        print(f"To train it longer: {more}", file=sys.stderr)
    print(f"To look at it: {this_python()} app.py --runs {shlex.quote(str(run.path.parent))}", file=sys.stderr)
    return exit_code(run)


def _described_run(options: argparse.Namespace) -> Path:
    """The folder of a run that is described there already, after all that speaks against training it."""
    folder = Path(options.folder)
    given = [f"--{name}" for name in DESCRIBED if getattr(options, name) not in (None, [])]
    if given:
        raise UserError(f"The config.json of {folder} describes the run, so {listed(given)} can't be given as well.")
    run = RunFolder(folder)
    if not run.exists():
        raise UserError(f"The folder {folder} holds no run: there is no config.json in it.")
    run.check_trained_here()
    _refuse_second_trainer(run)
    return folder


def _new_run(options: argparse.Namespace) -> Path:
    """The folder of a new run, made from the flags."""
    root, described = Path(options.runs), asked_config(options, tuple(getattr(options, "break"))).to_json()
    folder = Path(options.out) if options.out else root / new_run_name(root, described)
    create_run(folder, described, trained_here=True)
    return folder


def follow(options: argparse.Namespace) -> None:
    """Take part in the run that the first of several processes trains."""
    from training.devices.following import follow

    follow()


def standby(options: argparse.Namespace) -> None:
    """Load everything, then train the run that the first line of standard input names; end quietly if none comes."""
    from training.trainer import train

    line = sys.stdin.readline()
    if not line:
        return
    wanted = json.loads(line)
    folder = Path(wanted["folder"])
    nothing, log = os.open(os.devnull, os.O_RDONLY), regular(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, descriptor in ((0, nothing), (1, log), (2, log)):
        os.dup2(descriptor, number)
    train(folder, resume=wanted["verb"] == "resume")


def resume(options: argparse.Namespace) -> int:
    """Go on from a run's last checkpoint, to the end that it has or to a later one; returns the exit code."""
    if place().follows:
        follow(options)
        return 0
    devices = None if options.devices is None else checked_setting("devices", options.devices)
    run = named_run(options)
    run.check_trained_here()
    run.check_not_newer()
    if devices is not None:
        check_devices(run.config().get("device", "auto"), devices)
    _refuse_second_trainer(run)
    for unit in BOUNDS:
        if (whole := getattr(options, unit)) is not None:
            lengthen(run, unit, whole)
    if run.status().state is State.FINISHED:
        more = longer(run)
        raise UserError(
            f"The run {run.name} has finished; {more} trains it longer."
            if more
            else f"The run {run.name} has finished, and keeps no checkpoint to go on from."
        )
    check_sounds(run)
    return _train(run, resume=True, devices=devices)


def _refuse_second_trainer(run: RunFolder) -> None:
    """Before torch is loaded, which takes longer than to say no; the run's lock has the last word."""
    if run.status().active:
        raise UserError(f"The run {run.name} is already being trained by another process.")


def stop(options: argparse.Namespace) -> None:
    """Ask a run's trainer to stop."""
    run = named_run(options)
    run.check_trained_here()
    if not run.status().active:
        raise UserError(f"The run {run.name} is {run.status().state}, so there is nothing to stop.")
    run.ask(Control.STOP)
    print(f"Asked {run.name} to stop.", file=sys.stderr)


def named_run(options: argparse.Namespace, reading: bool = False) -> RunFolder:
    """The run that was named, see `found_run`."""
    return found_run(options.run, options.runs, reading)


def found_run(name: str, root: str, reading: bool = False) -> RunFolder:
    """The run of this folder, or of this name below `root`; the one that comes with the project where that is `reading` it.
    Raises UserError where there is none.
    """
    for path in (Path(name), Path(root) / name):
        if RunFolder(path).exists():
            return RunFolder(path)
    if name == EXAMPLE and reading:
        return RunFolder(EXAMPLE_FOLDER)
    if name == EXAMPLE:
        raise UserError("The run example comes with the project and can only be looked at.")
    like = [run.name for run in find_runs(Path(root)) if name.lower() in run.name.lower()]
    more = (
        f" Names that hold it: {', '.join(like[:MOST_LIKE])}{', …' if len(like) > MOST_LIKE else ''}." if like else ""
    )
    raise UserError(f"There is no run {name}: neither a run's folder, nor a name in {root}.{more}")
