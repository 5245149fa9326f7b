"""The measurer's process: adds to the watched runs that somebody looks at what their loops didn't measure.

python -m explorer.measurer serve          wanted runs arrive on stdin, one JSON list of folders a line
python -m explorer.measurer know RUN       what one run knows, told as explorer.background.telling says
"""

import argparse
import json
import logging
import os
import sys
import time
from functools import partial
from pathlib import Path

from explorer.background.telling import run_telling
from explorer.background.wanted import Wanted
from training.errors import UserError
from training.knowledge.knowing import know
from training.process import ProcessIdentity
from training.run import RunFolder
from training.watching.measuring import Measuring

PAUSE_SECONDS = 1.0
"""Between two looks for new snapshots."""
IDLE_SECONDS = 300.0
"""After so long without a run to measure the process ends, since it holds torch in memory; it is started again."""
AGAIN_SECONDS = 60.0
"""A run that could not be measured is left alone for so long."""
NICENESS = 10

log = logging.getLogger("measurer")


class Serving:
    """The runs that somebody looks at, from one look for new snapshots to the next."""

    def __init__(self) -> None:
        self._runs: dict[str, Measuring] = {}
        self._refused: dict[str, float] = {}

    def look(self, wanted: tuple[str, ...]) -> None:
        """Measure what is new in each."""
        self._runs = {folder: self._runs.get(folder) or Measuring(RunFolder(folder)) for folder in wanted}
        for folder, run in self._runs.items():
            if time.monotonic() - self._refused.get(folder, -AGAIN_SECONDS) < AGAIN_SECONDS:
                continue
            try:
                run.work()
            except UserError as reason:
                self._refused[folder] = time.monotonic()
                log.warning("%s", reason)
            except Exception:  # a full disk, or a run that is being deleted, must not end the measures of all others
                self._refused[folder] = time.monotonic()
                log.exception("The run %s could not be measured.", run.run.name)


def serve(parent: ProcessIdentity | None) -> None:
    """Measure what is wanted until stdin ends, the server that started this is gone, or nothing was wanted for long."""
    wanted, serving, busy = Wanted(), Serving(), time.monotonic()
    while (parent is None or parent.alive()) and time.monotonic() - busy < IDLE_SECONDS:
        folders = wanted.folders
        if folders:
            busy = time.monotonic()
            serving.look(folders)
        wanted.changed.wait(PAUSE_SECONDS)
        wanted.changed.clear()


def main() -> int:
    """Do what the command line asks; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m explorer.measurer", description="Measures runs.")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="measure the runs named on stdin")
    serving.add_argument("--parent", default="null", help="the process that this one must not outlive, as JSON")
    knowing = commands.add_parser("know", help="compute what a run knows")
    knowing.add_argument("run", type=Path, help="its folder")
    asked = parser.parse_args()
    logging.basicConfig(format="measurer: %(message)s")
    if asked.command == "know":
        return run_telling(NICENESS, partial(know, RunFolder(asked.run)))
    os.nice(NICENESS)
    serve(ProcessIdentity.from_json(json.loads(asked.parent)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
