"""kill -9 of the process that makes the maps, from its start on, also while it writes one.

It is started again by itself; every map that is there is whole, and in the end each snapshot has one.
"""

import os
import shutil
import time
from pathlib import Path

import numpy as np

import explorer.background.worker
from benchmarks.drills.ground import Child, Ground
from benchmarks.drills.tally import Tally, expect, within
from explorer.background.worker import Worker
from explorer.runs.layouts import LayoutFolders
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

RESTART_SECONDS = 0.2
MAP_SECONDS = 120.0
"""The longest until maps are there again on a busy machine: what makes them is imported first."""
LONGEST_LIFE_SECONDS = 12.0


def drill(ground: Ground, tally: Tally) -> None:
    """Kill it at random while somebody looks at a run whose maps are not made yet."""
    run = RunFolder(shutil.copytree(EXAMPLE_FOLDER, ground.folder / "example"))
    shutil.rmtree(run.path / "layouts", ignore_errors=True)
    explorer.background.worker.RESTART_SECONDS = RESTART_SECONDS
    shared = os.environ["XDG_CACHE_HOME"]
    os.environ["XDG_CACHE_HOME"] = str(ground.folder / "cache")  # this run's maps alone
    folders, projector, died = LayoutFolders(), Worker("explorer.projector"), []
    try:
        for number in range(ground.kills):
            with tally.one(f"kill {number + 1}"):
                if all_there(projector, folders, run) and not _lesser(folders.root):
                    shutil.rmtree(folders.root)  # all is made: begin anew
                projector.want(run.path)
                until = time.monotonic() + ground.chance.random() * (1 if ground.quick else LONGEST_LIFE_SECONDS)
                while time.monotonic() < until:
                    projector.want(run.path)
                    time.sleep(0.05)
                process = projector._process
                assert process is not None
                expect(Child(process).kill(), "The process had ended by itself.")
                died.append(process.pid)
                check_maps(folders, run)
                time.sleep(RESTART_SECONDS)
        with tally.also("all maps after the last kill"):
            within(MAP_SECONDS, lambda: all_there(projector, folders, run), "Not every snapshot has a map.")
    finally:
        projector.close()
        os.environ["XDG_CACHE_HOME"] = shared
    left = [path.name for path in folders.root.rglob(".*") if any(f".{pid}." in path.name for pid in died)]
    tally.notes["half_written_files_left"] = len(left)


def all_there(projector: Worker, folders: LayoutFolders, run: RunFolder) -> bool:
    """Whether each snapshot has a map; somebody goes on looking."""
    projector.want(run.path)
    return len(folders.summary(run).steps) == len(run.snapshots())


def check_maps(folders: LayoutFolders, run: RunFolder) -> None:
    """Each file of a map is one that can be read."""
    for path in folders.root.glob("??/[!.]*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            expect(len(arrays["places"]) > 0, f"{path.name} is empty.")
    made = {path.name.partition(".")[0] for path in folders.root.glob("??/[!.]*.npz")}
    expect(len(made) == len(folders.summary(run).steps), "A map is not found.")


def _lesser(root: Path) -> bool:
    """Whether some maps still wait for their better ones."""
    return any(root.glob("??/*.pca.npz")) or any(root.glob("??/*.quick.npz"))
