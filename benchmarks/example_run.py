"""Makes assets/example_run: a small finished run on the built-in set, so that the page lives before the first training.

    make example-run

It holds weights, embeddings, measures and map coordinates, and names clips by id; there is no sound in it.
"""

import shutil
import subprocess
import sys

from training.config import new_config
from training.run import RunWriter, create_run
from training.run.example import EXAMPLE_FOLDER
from training.snapshot import steps_to_drop

SECONDS = 120.0
PROBE_CLIPS = 1000
SNAPSHOTS = 10


def main() -> None:
    """Train, thin out, ask what was learned, and lay out the maps."""
    shutil.rmtree(EXAMPLE_FOLDER, ignore_errors=True)
    config = new_config({"probe_clips": PROBE_CLIPS}, data="starter", seconds=SECONDS)
    create_run(EXAMPLE_FOLDER, config.to_json())
    subprocess.run([sys.executable, "-m", "training", "run", str(EXAMPLE_FOLDER)], check=True)
    thin_out()
    subprocess.run([sys.executable, "-m", "training", "knows", str(EXAMPLE_FOLDER)], check=True)
    subprocess.run([sys.executable, "-m", "explorer.projector", "make", str(EXAMPLE_FOLDER)], check=True)


def thin_out() -> None:
    """Leave what the page reads: a few snapshots with their weights, and nothing that only a resume needs."""
    run = RunWriter(EXAMPLE_FOLDER)
    for step in steps_to_drop(run.snapshots(), keep=SNAPSHOTS):
        run.drop_snapshot(step)
    for step in run.checkpoints():
        run.state_path(step).unlink(missing_ok=True)
    run.close()
    for left_over in (run.path / "control", run.path / ".lock", run.log_path, *run.path.glob("events.out.*")):
        if left_over.is_dir():
            left_over.rmdir()
        else:
            left_over.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
