"""A run has one writer, which leaves nothing half written."""

import os
import subprocess
import sys

import pytest

from training.errors import UserError
from training.run import (
    Control,
    RunFolder,
    RunWriter,
)


def test_a_second_writer_is_refused_and_the_lock_ends_with_its_holder(run: RunFolder) -> None:
    first = RunWriter(run.path)
    with pytest.raises(UserError, match="already being trained by another process"):
        RunWriter(run.path)
    first.close()
    RunWriter(run.path).close()


def test_durability_a_second_writer_in_another_process_is_refused_within_two_seconds(run: RunFolder) -> None:
    script = f"import sys\nfrom training.run import RunWriter\nheld = RunWriter({str(run.path)!r})\nprint('held', flush=True)\nsys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        with pytest.raises(UserError):
            RunWriter(run.path)
    finally:
        holder.kill()
        holder.communicate()
    RunWriter(run.path).close()


def test_durability_what_a_killed_writer_left_half_written_is_removed(run: RunFolder) -> None:
    RunWriter(run.path).close()
    left = [run.path / ".status.json.123.tmp", run.path / "checkpoints" / ".000005.safetensors.123.tmp"]
    for path in left:
        path.write_bytes(b"half")
    RunWriter(run.path).close()
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize("name", [".lock", ".reserve", "metrics.jsonl"])
def test_bad_input_a_writer_never_waits_at_a_pipe(run: RunFolder, name: str) -> None:
    os.mkfifo(run.path / name)
    with pytest.raises(UserError, match="cannot be written: Not a regular file"):
        RunWriter(run.path)


def test_controls_come_in_the_order_they_were_asked(run: RunFolder) -> None:
    writer = RunWriter(run.path)
    for i, control in enumerate((Control.STOP, Control.PAUSE, Control.RESUME)):
        run.ask(control)
        os.utime(run.path / "control" / control.value, ns=(i, i))
    assert writer.controls() == [Control.STOP, Control.PAUSE, Control.RESUME]
    assert writer.controls() == []
    run.ask(Control.STOP)
    writer.close()
    assert not list((run.path / "control").iterdir())


def test_dropping_a_snapshot_drops_its_weights(full: RunFolder) -> None:
    writer = RunWriter(full.path)
    writer.drop_snapshot(10)
    writer.close()
    assert full.snapshots() == full.checkpoints() == [0, 20]
    assert not list(full.path.rglob("000010*"))
