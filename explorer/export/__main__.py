"""The process that writes an export for the page's server: python -m explorer.export RUN NAME TITLE ZIP

One JSON object a line on stdout: {"fraction", "text"} as it goes on, {"error"} where it fails. It ends when stdin does,
since then the server is gone.
"""

import json
import os
import sys
import threading
from pathlib import Path

from explorer.export.write import write_export
from training.errors import UserError
from training.run import RunFolder

NICENESS = 5
"""Somebody waits for it; a training goes first all the same."""


def main(run: str, name: str, title: str, to: str) -> int:
    """Write it; returns the exit code."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(NICENESS)
    last = [-1]

    def progress(fraction: float, text: str) -> None:
        if int(100 * fraction) != last[0]:
            last[0] = int(100 * fraction)
            _say(fraction=round(fraction, 3), text=text.rstrip(":"))

    try:
        write_export(RunFolder(Path(run)), name, title, Path(to), progress)
    except UserError as error:
        _say(error=str(error))
        return 2
    except OSError as error:
        _say(error=f"The run could not be exported: {error.strerror}.")
        return 2
    return 0


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def _end_with_the_server() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
