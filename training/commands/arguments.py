"""What several commands take, declared once."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `ArgumentParser.add_subparsers` returns: each group of commands adds its own to it."""


def command(
    commands: Commands,
    name: str,
    action: Callable[[argparse.Namespace], None],
    text: str,
    *flags: str,
    internal: bool = False,
) -> argparse.ArgumentParser:
    """Add a command that does `action`. `flags`: which of the common arguments it takes: "run", "runs", "json", "step".

    `internal` ones are for other programs of the project, and not listed.
    """
    add = commands.add_parser if internal else partial(commands.add_parser, help=text)  # listed is what has a help
    parser = add(name, description=text)
    parser.set_defaults(command=action)
    if "run" in flags:
        parser.add_argument("run", help="a run's name or folder")
    if "runs" in flags or "run" in flags:
        default = os.environ.get("HEARSIGHT_RUNS") or "runs"
        parser.add_argument("--runs", default=default, help="folder of the runs (default: %(default)s)")
    if "json" in flags:
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    if "step" in flags:
        parser.add_argument("--step", type=int, help="a kept step (default: the newest)")
    return parser
