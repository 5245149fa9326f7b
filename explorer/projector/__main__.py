"""The projector's process: makes the maps of the runs that somebody looks at, with what is left of the CPU.

python -m explorer.projector serve          wanted runs arrive on stdin, one JSON list of folders a line; see IN_SPACE
python -m explorer.projector make RUN       all maps of one run, kept in RUN/layouts, for a run to be given away
"""

import argparse
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

from explorer.background.wanted import Wanted
from explorer.projector import IN_SPACE
from explorer.projector.chain import Chain, Task, Umap
from explorer.runs.layouts import LayoutFolders
from training.process import ProcessIdentity, run_when_idle
from training.run import RunFolder

PAUSE_SECONDS = 0.25
"""Between two looks for new snapshots."""
KEPT_DAYS = 30.0
NICENESS = 10
"""Of maps that somebody waits for."""

log = logging.getLogger("projector")


class Compiled:
    """UMAP, imported and compiled in a thread of its own, so that PCA need not wait for it."""

    def __init__(self) -> None:
        self.umap: Umap | None = None
        threading.Thread(target=self._compile, daemon=True).start()

    def _compile(self) -> None:
        from explorer.projector.umap_layout import umap_places, warm_up

        warm_up()
        self.umap = umap_places


class LeftOver:
    """Makes one map at a time with what a training leaves of the cores: one of its threads often waits for the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=run_when_idle)
        self._job: Future[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether one is being made."""
        return self._job is not None and not self._job.done()

    def begin(self, chain: Chain, task: Task, umap: Umap | None, failed: Callable[[], None]) -> None:
        """Have one made. `failed` is called where it could not be."""
        self._job = self._thread.submit(lambda: None if made(chain, task, umap) else failed())


class Serving:
    """The maps of the runs that somebody looks at, from one look for new snapshots to the next."""

    def __init__(self, folders: LayoutFolders):
        self._folders = folders
        self._left_over = LeftOver()
        self._chains: dict[str, Chain] = {}
        self._finished: dict[str, tuple[int, bool]] = {}
        """Folder of a run → how it stood when there was nothing more to do, or when a map could not be made."""

    def look(self, wanted: Iterable[str], umap: Umap | None) -> bool:
        """Make one map that is awaited for each run, or have one begun that isn't; whether one was made."""
        self._chains = {asked: self._chains.get(asked) or self._chain(asked) for asked in wanted}
        worked = False
        for folder, chain in self._chains.items():
            stamp = (_changed(chain.run), umap is not None)
            if self._finished.get(folder) == stamp:
                continue
            task = chain.next_task(umap is not None)
            if task is None:
                self._finished[folder] = stamp
            elif chain.awaited(task):
                if made(chain, task, umap):
                    worked = True
                else:
                    self._finished[folder] = stamp
            elif not self._left_over.busy:
                self._left_over.begin(chain, task, umap, partial(self._finished.__setitem__, folder, stamp))
        return worked

    def _chain(self, asked: str) -> Chain:
        folder = asked.removesuffix(IN_SPACE)
        return Chain(RunFolder(folder), self._folders, axes=2 if folder == asked else 3)


def serve(parent: ProcessIdentity | None) -> None:
    """Make what is wanted until stdin ends or the server that started this is gone."""
    wanted, compiled, folders = Wanted(), Compiled(), LayoutFolders()
    folders.forget_older_than(KEPT_DAYS, time.time())
    serving = Serving(folders)
    while parent is None or parent.alive():
        if not serving.look(wanted.folders, compiled.umap):
            wanted.changed.wait(PAUSE_SECONDS)
            wanted.changed.clear()


def made(chain: Chain, task: Task, umap: Umap | None) -> bool:
    """Make one map of a run; False where it could not be done."""
    try:
        chain.do(task, umap)
    except Exception:  # a full disk, or a run that is being deleted, must not end the maps of all others
        log.exception("The map of step %d of %s could not be made.", task.step, chain.run.name)
        return False
    return True


def make(run: RunFolder) -> None:
    """All maps of one run, into its own folder."""
    from explorer.projector.umap_layout import umap_places

    own = run.path / "layouts"
    chain = Chain(run, LayoutFolders(own / "none"), own)
    while (task := chain.next_task(True)) is not None and made(chain, task, umap_places):
        pass
    for kind in ("quick", "pca"):
        for lesser in own.glob(f"*.{kind}.npz"):
            if lesser.with_name(lesser.name.replace(f".{kind}.", ".umap.")).exists():
                lesser.unlink()


def _changed(run: RunFolder) -> int:
    try:
        return (run.path / "snapshots").stat().st_mtime_ns
    except OSError:
        return 0


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m explorer.projector", description="Makes the maps of runs.")
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="make the maps of the runs named on stdin")
    serving.add_argument("--parent", default="null", help="the process that this one must not outlive, as JSON")
    making = commands.add_parser("make", help="make all maps of one run and keep them in it")
    making.add_argument("run", type=Path)
    asked = parser.parse_args()
    os.nice(NICENESS)
    logging.basicConfig(format="projector: %(message)s")
    if asked.command == "serve":
        serve(ProcessIdentity.from_json(json.loads(asked.parent)))
    else:
        make(RunFolder(asked.run))


if __name__ == "__main__":
    main()
