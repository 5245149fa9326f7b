"""The process that writes an export for the page's server: python -m explorer.export RUN NAME TITLE ZIP

It tells how far it is as explorer.background.telling says.
"""

import sys
from functools import partial
from pathlib import Path

from explorer.background.telling import run_telling
from explorer.export import NICENESS
from explorer.export.write import write_export
from training.data.dataset import Progress
from training.errors import UserError
from training.run import RunFolder


def written(run: str, name: str, title: str, to: str, progress: Progress) -> None:
    """Write it. Raises UserError, of a full disk too."""
    try:
        write_export(RunFolder(Path(run)), name, title, Path(to), progress)
    except OSError as error:
        raise UserError(f"The run could not be exported: {error.strerror}.") from error


if __name__ == "__main__":
    run, name, title, to = sys.argv[1:]
    sys.exit(run_telling(NICENESS, partial(written, run, name, title, to)))
