"""Several runs by one command: each method, encoder, value and seed that it names, one run after the other.

What is finished already is not trained again and what was begun goes on, so that the same command, given again, does what is
left; given twice at once, the two share the runs. A run that fails leaves the others their turn; one that is stopped ends them
all, and so does a full disk.
"""

import argparse
import fcntl
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.commands.arguments import asked_config
from training.commands.output import exit_code, listed, progress_line, steps_told, tell_end
from training.commands.variants import Variant, variants
from training.devices.place import place
from training.errors import UserError
from training.run import BeingWritten, RunFolder, State, create_run, find_runs
from training.run.naming import new_run_name
from training.run.twins import twin_of
from training.this_python import this_python

if TYPE_CHECKING:
    from training.config import RunConfig


def train_several(options: argparse.Namespace) -> int:
    """Train each run to its end; returns the exit code. Raises UserError where one can't be trained as asked, and at the end
    where some failed.
    """
    if options.out:
        raise UserError("--out names the folder of one run; give --runs, in which several get folders of their own.")
    if place().size > 1:
        raise UserError("torchrun trains one run; several are trained in turn on several devices by --devices.")
    root, asked = Path(options.runs), _asked(options)
    failed: list[str] = []
    for number, (config, differs) in enumerate(asked, 1):
        told = f"{number} of {len(asked)}"
        try:
            run = _claimed(root, config, differs)
            if run.status().state is State.FINISHED:
                print(f"Run {told} is finished already: {run.path}", file=sys.stderr)
                continue
            print(f"Training run {told} in {run.path}", file=sys.stderr)
            trained = _trained(run)
        except BeingWritten as error:
            print(f"Run {told} is left to whoever trains it. {error}", file=sys.stderr)
            continue
        if trained:
            tell_end(run)
        else:
            failed.append(run.name)
        if (state := run.status().state) in (State.STOPPED, State.DISK_FULL):
            waits = f"Run {told} is {state.replace('_', ' ')}, and the others wait; the same command goes on with it."
            if state is State.DISK_FULL:
                raise UserError(waits)
            print(waits, file=sys.stderr)
            return exit_code(run)
    here = shlex.quote(str(root))
    print(f"To look at them: {this_python()} app.py --runs {here}", file=sys.stderr)
    print(f"To compare them: {this_python()} -m training compare --runs {here}", file=sys.stderr)
    if failed:
        raise UserError(f"{len(failed)} of {len(asked)} failed: {listed(failed)}; the same command tries them again.")
    return 0


def _claimed(root: Path, config: "RunConfig", differs: str) -> RunFolder:
    """The run of this configuration, made where there is none, and then called by what it `differs` in. Raises BeingWritten where another process trains it."""
    from training.config import provenance

    with _alone_in(root):
        run = _there(root, config)
        if run is None:
            described = replace(config, **provenance()).to_json()  # made now, as late as its turn comes
            folder = root / new_run_name(root, described, f"seed{config.seed}", differs)
            return create_run(folder, described, trained_here=True)
        if run.status().active:
            raise BeingWritten(f"The run {run.name} is already being trained by another process.")
        return run


@contextmanager
def _alone_in(root: Path) -> Iterator[None]:
    """Meanwhile no other such command looks for its runs in the folder, or makes one there."""
    with ExitStack() as held:
        with suppress(OSError):  # where folders can't be locked, the lock of each run still keeps a second trainer away
            root.mkdir(parents=True, exist_ok=True)
            folder = os.open(root, os.O_RDONLY)
            held.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def _trained(run: RunFolder) -> bool:
    """Whether it ended without a failure, which is told. Raises BeingWritten where another process trains it."""
    from training.trainer import train

    try:
        with steps_told(run):
            train(run.path, resume=bool(run.checkpoints()))
    except BeingWritten:
        raise
    except UserError as error:
        print(error, file=sys.stderr)
        return False
    return True


def _asked(options: argparse.Namespace) -> "list[tuple[RunConfig, str]]":
    """All of them, each with the batch and the sounds that it will have, and by what it is told from the others: a mistake in
    one is told before the first begins.
    """
    from training.data import Dataset, open_dataset
    from training.preparing import fitting

    breaks = tuple(getattr(options, "break"))

    def one(variant: Variant) -> "RunConfig":
        try:
            return asked_config(variant.options, breaks)
        except UserError as error:
            raise (UserError(f"{', '.join(variant.differs)}: {error}") if variant.differs else error) from None

    asked = [(variant, one(variant)) for variant in variants(options)]

    @cache
    def sounds(window_seconds: float) -> Dataset:
        return open_dataset(asked[0][1].data, window_seconds=window_seconds, progress=progress_line())

    @cache
    def tell(sentence: str) -> None:
        """Once, however many runs it is true of."""
        print(sentence, file=sys.stderr)

    opened = [(config, sounds(config.window_seconds), variant) for variant, config in asked]
    return [
        (replace(fitting(config, found, tell), data_fingerprint=found.fingerprint), _told(variant, config.method))
        for config, found, variant in opened
    ]


def _told(variant: Variant, method: str) -> str:
    """By what its name tells it from the others; all names begin with the method."""
    return "-".join(word for word in variant.differs if word != method)


def _there(root: Path, config: "RunConfig") -> RunFolder | None:
    """The run in `root` that was trained, or begun, by these settings and seed: a finished one first, then one that is being
    trained, else the newest.
    """
    from training.comparing.settings import seed_of, settings_of

    def asked(described: Mapping[str, Any]) -> tuple[int | None, str]:
        return seed_of(described), settings_of(described)

    wanted = asked(config.to_json())
    same = [run for run in find_runs(root) if twin_of(run) is None and asked(run.config()) == wanted]
    return min(same, key=lambda run: (run.status().state is not State.FINISHED, not run.status().active), default=None)
