"""python -m training …: the same trainer without a page.

A mistake is answered by one plain sentence on standard error and exit code 2; what was stopped before its end has the exit
code 130. With --json standard output holds the JSON alone.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from training.commands.parser import Parser, escape_output
from training.errors import UserError
from training.missing import packages_told

with packages_told():
    from training.commands import anomalies, comparing, diagnosing, knowledge, models, outside, runs, sounds, twins
    from training.commands.output import STOPPED

# OpenMP's waiting threads spin for milliseconds by default, and as soon as anything else runs on this machine (the page,
# say) the trainer burns the time that it waits for. A short spin costs nothing when alone. Read when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(internal=bool(given) and given[0] in runs.INTERNAL).parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("torch").setLevel(logging.WARNING)  # as torch does; where its import is broken off it has not yet
    try:
        command: Callable[[argparse.Namespace], int | None] = options.command
        return command(options) or 0
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
    except OSError as error:  # of a file that no command has a better sentence for
        where = f" ({error.filename})" if error.filename else ""
        print(f"The command could not be carried out: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    except (MemoryError, RuntimeError) as error:
        from training.hardware import failure  # not at the top: it takes torch along

        said = failure(error)
        if said is None:
            raise
        print(said, file=sys.stderr)
        return 2
    return 0


def _parser(internal: bool) -> argparse.ArgumentParser:
    """`internal` commands are there only where one is given, so that no list and no message names them."""
    parser = Parser(
        prog="python -m training",
        description="Train a model to hear, and look at what it learned.",
        epilog="A page shows the runs: python app.py. A folder or zip replays one without a server: python -m explorer export. "
        "Exit codes: 0 done, 2 a mistake or a failure, 130 stopped before its end.",
    )
    parser.elsewhere = {
        "export": "python -m explorer export RUN --to DIR",
        "tags": "python -m explorer tags",
    }
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (runs, diagnosing, comparing, twins, sounds, models, anomalies, knowledge, outside):
        group.add_commands(commands)
    if internal:
        runs.add_internal_commands(commands)
    return parser


if __name__ == "__main__":
    escape_output()
    sys.exit(main())
