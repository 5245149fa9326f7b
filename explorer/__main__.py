"""python -m explorer …: what the page can do, without a page.

    python -m explorer export RUN --to DIR    a folder that replays a run from any plain file host; a zip where DIR ends in .zip

A mistake is answered by one plain sentence on standard error and exit code 2.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from training.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        _export(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except OSError as error:  # a full disk, a folder that cannot be written
        where = f" ({error.filename})" if error.filename else ""
        print(f"The run could not be exported: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m explorer", description="What the page can do, without a page.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser(
        "export",
        help="a folder that replays a run in a browser, without this program",
        description="Writes a folder that replays a run from any plain file host: curves, the map with its time, the nearest "
        "clips, sounds, what the loss sees, the method's card. It holds no path, host, log, upload, embedding or weight. "
        "To look at it here: python -m http.server --directory DIR",
    )
    export.add_argument("run", metavar="RUN", help="name of a run, its folder, or “example”")
    export.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="new or empty folder; a zip file where it ends in .zip"
    )
    runs = os.environ.get("HEARSIGHT_RUNS") or "runs"
    export.add_argument(
        "--runs", type=Path, default=runs, help="where a run's name is looked for (default: %(default)s)"
    )
    return parser


def _export(options: argparse.Namespace) -> None:
    from explorer.export.folder import checked
    from explorer.export.named import named_run
    from explorer.export.write import MB, write_export
    from training.commands.output import progress_line

    to = checked(options.to)
    found = named_run(options.run, options.runs)
    written = write_export(found.run, found.name, found.title, to, progress_line())
    if written.note:
        print(written.note, file=sys.stderr)
    print(f"{written.path}  {written.bytes / MB:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
