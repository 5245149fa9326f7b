"""kill -9 of the process that makes the maps, from its start on, also while it writes one.

It is started again by itself; every map that is there is whole, and in the end each snapshot has one.
"""

import shutil
import time
from pathlib import Path

import explorer.projector
from benchmarks.drills.ground import ROOT, Child, Ground
from benchmarks.drills.tally import Tally, expect, within
from explorer.projector import Projector
from explorer.queries.layouts import LayoutFolders
from training.run import RunFolder

RESTART_SECONDS = 0.2
MAP_SECONDS = 120.0
"""The longest until maps are there again on a busy machine: what makes them is imported first."""
LONGEST_LIFE_SECONDS = 12.0


def drill(ground: Ground, tally: Tally) -> None:
    """Kill it at random while somebody looks at a run whose maps are not made yet."""
    run = RunFolder(shutil.copytree(ROOT / "assets" / "example_run", ground.folder / "example"))
    shutil.rmtree(run.path / "layouts", ignore_errors=True)
    explorer.projector.RESTART_SECONDS = RESTART_SECONDS
    folders, projector, died = LayoutFolders(), Projector(), []
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
    left = [path.name for path in folders.root.rglob(".*") if any(f".{pid}." in path.name for pid in died)]
    tally.notes["half_written_files_left"] = len(left)


def all_there(projector: Projector, folders: LayoutFolders, run: RunFolder) -> bool:
    """Whether each snapshot has a map; somebody goes on looking."""
    projector.want(run.path)
    return len(folders.summary(run).steps) == len(run.snapshots())


def check_maps(folders: LayoutFolders, run: RunFolder) -> None:
    """Each file of a map is one that can be read."""
    whole = list(folders.root.glob("??/[!.]*.npz"))
    for step in run.snapshots():
        found = folders.find(run, step)
        expect(found is None or len(found.places) > 0, f"The map of step {step} is empty.")
    found_steps = folders.summary(run).steps
    expect(len({path.name.partition(".")[0] for path in whole}) == len(found_steps), "A file of a map cannot be read.")


def _lesser(root: Path) -> bool:
    """Whether some maps still wait for their better ones."""
    return any(root.glob("??/*.pca.npz")) or any(root.glob("??/*.quick.npz"))
