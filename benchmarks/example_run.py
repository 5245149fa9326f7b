"""Makes assets/example_run: a small finished run on the built-in set, so that the page lives before the first training.

    make example-run
    python -m benchmarks.example_run schema      # its words alone, where only these have changed

It holds weights, embeddings, measures and map coordinates, and names clips by id; there is no sound in it.
"""

import shutil
import subprocess
import sys

from training.building import built_method
from training.config import RunConfig, new_config
from training.data import open_dataset
from training.declarations import declared_schema
from training.run import RunFolder, RunWriter, create_run
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


def declare() -> None:
    """Write what it declares as the code says it today. It holds what it held: measures that are new since then need a new run."""
    kept = RunFolder(EXAMPLE_FOLDER)
    config = RunConfig.from_json(kept.config())
    schema = declared_schema(
        built_method(config, 1, 1), open_dataset(config.data, window_seconds=config.window_seconds)
    )
    new = {curve.key for curve in schema.curves} - {curve.key for curve in kept.schema().curves}
    if new:
        sys.exit(f"It holds nothing of {', '.join(sorted(new))}: make example-run trains it anew.")
    run = RunWriter(EXAMPLE_FOLDER)
    run.write_schema(schema)
    run.close()
    (run.path / ".lock").unlink(missing_ok=True)


if __name__ == "__main__":
    declare() if sys.argv[1:] == ["schema"] else main()
