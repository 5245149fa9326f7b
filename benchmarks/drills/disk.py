"""The disk is full: small file systems of many sizes, each filled by a training.

The run says that the disk is full, everything before can be read, nothing half written stays; and with more room it
comes to the same end as a run that nobody disturbed.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.drills.ground import Ground, finish
from benchmarks.drills.tally import NotHeld, Tally, expect
from benchmarks.drills.trainer import check_finished
from training import checkpoint
from training.run import RunFolder, find_runs

ROOM_BYTES = 256 << 20


def drill(ground: Ground, tally: Tally) -> None:
    """As many sizes as kills; the smallest doesn't hold the run's first files."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        raise NotHeld("only root may mount a small file system")
    twin = ground.twin
    whole = sum(path.stat().st_size for path in twin.path.rglob("*") if path.is_file())
    full = 0
    for number in range(ground.kills):
        share = 0.5 if ground.quick else ground.chance.uniform(0.001, 1.0)
        with small_disk(ground.folder / "disk", round(whole * share)) as disk, tally.one(f"disk {number + 1}"):
            run = RunFolder(disk / "run")
            finish(ground.trainer(run))
            full += check_full(run)
            subprocess.run(["mount", "-o", f"remount,size={ROOM_BYTES}", disk], check=True)
            if not run.exists():
                shutil.rmtree(run.path, ignore_errors=True)
            if run.status().state != "finished":
                finish(ground.trainer(run))
            check_finished(run, twin)
    tally.notes["said_disk_full"] = full


def check_full(run: RunFolder) -> bool:
    """What must be so on a full disk; whether the run could say that it is full."""
    left = [path.name for path in run.path.rglob("*.tmp")] if run.path.exists() else []
    expect(not left, f"Half-written files stayed: {left}.")
    if not run.exists():
        return False  # the trainer said so and ended: not even the configuration had room
    expect([found.name for found in find_runs(run.path.parent)] == [run.name], "The run is not listed.")
    status = run.status()
    expect(status.state in ("disk_full", "finished"), f"The state is {status.state}: {status.message}")
    if run.metrics_path().exists():
        content = run.metrics_path().read_bytes()
        for line in content[: content.rfind(b"\n") + 1].splitlines():
            json.loads(line)
    if run.checkpoints():
        step, warnings = checkpoint.latest(run)
        expect(not warnings and bool(checkpoint.weights(run, step)), "The checkpoint before is not sound.")
    return status.state == "disk_full"


@contextmanager
def small_disk(folder: Path, room: int) -> Iterator[Path]:
    """A file system of so many bytes. Raises NotHeld where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    size = max(room, 16_384)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if made.returncode:
        raise NotHeld("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
