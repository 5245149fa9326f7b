"""kill -9 of the trainer: at any moment from its start to its end, and in the middle of a save.

A run is killed several times and resumed after each. All complete lines of its metrics parse and those of before are
still there, its newest checkpoint loads, its state is `crashed`, and in the end its weights are, bit by bit, those of a
run that nobody disturbed.
"""

import json
import os
import time
from pathlib import Path

from benchmarks.drills.ground import Child, Ground, finish
from benchmarks.drills.tally import Tally, expect
from training import checkpoint
from training.run import RunFolder

KILLS_A_RUN = 5


def drill(ground: Ground, tally: Tally) -> None:
    """Kill as often as the ground says."""
    twin = ground.twin
    number = mid_save = 0
    while tally.tried < ground.kills:
        run = RunFolder(ground.folder / "runs" / f"killed-{number}")
        number, kept = number + 1, b""
        for _ in range(min(KILLS_A_RUN, ground.kills - tally.tried)):
            child = ground.trainer(run)
            in_save = ground.chance.random() < 0.5 and wait_for_save(child, run.path, ground.chance.randrange(12))
            if not in_save:
                time.sleep(ground.chance.random() * ground.usual_seconds)
            if not child.kill():
                break  # it came to its end before
            mid_save += in_save
            with tally.one(f"kill {tally.tried + 1} {'in a save' if in_save else 'at random'}"):
                kept = check_killed(run, kept, tally)
        if run.status().state != "finished":
            finish(ground.trainer(run))
        with tally.also(f"the run after kill {tally.tried}"):
            check_finished(run, twin)
    tally.notes["in_a_save"] = mid_save


def wait_for_save(child: Child, folder: Path, more: int) -> bool:
    """Wait until a file of a snapshot or a checkpoint is half written, for the `more` + 1st time; False where none is."""
    seen: set[str] = set()
    while child.process.poll() is None:
        for name in ("snapshots", "checkpoints"):
            try:
                half = {left for left in os.listdir(folder / name) if left.endswith(".tmp")}
            except OSError:
                half = set()
            seen |= half
            if half and len(seen) > more:
                return True
        time.sleep(0.0002)
    return False


def check_killed(run: RunFolder, kept: bytes, tally: Tally) -> bytes:
    """What must be so after a kill; the complete lines of the metrics. `kept` are those after the kill before."""
    if not run.exists():
        expect(not run.metrics_path().exists(), "There are metrics of a run without a configuration.")
        return b""
    status = run.status()
    expect(status.state in ("crashed", "waiting", "finished"), f"The state is {status.state}: {status.message}")
    content = run.metrics_path().read_bytes() if run.metrics_path().exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    tally.lines += whole != content
    for line in whole.splitlines():
        json.loads(line)
    expect(whole.startswith(kept), "Lines of the metrics that were there before are gone.")
    rows = run.metrics()
    expect(status.step <= max((row["step"] for row in rows), default=0), "The status knows of a step without metrics.")
    if run.checkpoints():
        step, warnings = checkpoint.latest(run)
        expect(not warnings, f"The newest checkpoint is not sound: {warnings}.")
        expect(bool(checkpoint.weights(run, step)), "The newest checkpoint holds no weights.")
        expect(any(row["step"] == step for row in rows), f"The measures of step {step} are missing.")
    return whole


def check_finished(run: RunFolder, twin: RunFolder) -> None:
    """Whether a run ended as its undisturbed twin did, and left nothing half written."""
    status, step = run.status(), twin.status().step
    expect(status.state == "finished", f"The run is {status.state}: {status.message}")
    expect(run.manifest(step).get("weights") == twin.manifest(step)["weights"], "The weights are others.")
    left = [str(path.relative_to(run.path)) for path in run.path.rglob("*.tmp")]
    expect(not left, f"Half-written files stayed: {left}.")
