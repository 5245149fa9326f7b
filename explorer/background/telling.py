"""How a process tells the server that started it how far it is; see `explorer.background.tasks`.

One JSON object a line on stdout: {"fraction", "text"} as it goes on, {"error"} where it fails. It ends when stdin does,
since then the server is gone.
"""

import json
import os
import sys
import threading
from collections.abc import Callable

from training.data.dataset import Progress
from training.errors import UserError


def run_telling(niceness: int, work: Callable[[Progress], object]) -> int:
    """Do the `work`, which is handed what tells its progress, at this niceness; returns the exit code."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    os.nice(niceness)
    last = [-1]

    def progress(fraction: float, text: str) -> None:
        if int(100 * fraction) != last[0]:
            last[0] = int(100 * fraction)
            _say(fraction=round(fraction, 3), text=text.rstrip(":"))

    try:
        work(progress)
    except UserError as error:
        _say(error=str(error))
        return 2
    return 0


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def _end_with_the_server() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)
