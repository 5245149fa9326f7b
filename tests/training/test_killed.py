"""kill -9 at every place where it could hurt: what was whole stays whole."""

import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training import checkpoint
from training.run import RunFolder, RunWriter, create_run

pytestmark = pytest.mark.whole


def killed_child(act: Callable[[], Any]) -> bool:
    """Run `act` in a forked process that is killed by itself or ends; True where it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def dies_at(call: int) -> None:
    """From now on this process kills itself at its `call`-th write, fsync, rename or open."""
    count = [0]

    def deadly(real: Callable[..., Any], half: bool) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **more: Any) -> Any:
            count[0] += 1
            if count[0] == call:
                if half:
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **more)

        return wrapped

    for name in ("write", "fsync", "replace", "open"):
        setattr(os, name, deadly(getattr(os, name), half=name == "write"))


def keep(writer: RunWriter, step: int) -> None:
    weights, state = (bytes([step]) * 5000, bytes([step + 1]) * 7000)
    hashes = {"weights": hashlib.sha256(weights).hexdigest(), "state": hashlib.sha256(state).hexdigest()}
    writer.write_snapshot(step, {"embeddings": np.full((5, 5), step, np.float16)})
    writer.write_checkpoint(step, weights, state, hashes)


def test_durability_killed_anywhere_in_a_save_the_latest_checkpoint_loads(tmp_path: Path) -> None:
    outcomes = set()
    for call in range(1, 40):
        run = create_run(tmp_path / str(call), {"method": "simclr"})
        writer = RunWriter(run.path)
        keep(writer, 10)
        writer.close()

        def save(run: RunFolder = run, call: int = call) -> None:
            writer = RunWriter(run.path)
            dies_at(call)
            keep(writer, 20)

        killed = killed_child(save)
        step, warnings = checkpoint.latest(run)
        outcomes.add((killed, step))
        assert warnings == [] and run.weights_path(step).read_bytes() == bytes([step]) * 5000
        assert all(run.snapshot(s) is not None for s in run.snapshots())
        writer = RunWriter(run.path)  # the lock has gone with its holder
        assert not list(run.path.rglob("*.tmp"))
        keep(writer, 20)
        writer.close()
        assert checkpoint.latest(run) == (20, [])
        if not killed:
            break
    assert outcomes >= {(True, 10), (True, 20), (False, 20)}


def test_durability_killed_at_random_at_most_one_row_is_lost(tmp_path: Path) -> None:
    chance = random.Random(0)
    run = create_run(tmp_path / "run", {})
    begun = 0
    for attempt in range(20):
        shown = tmp_path / f"shown{attempt}"

        def write(shown: Path = shown, begun: int = begun) -> None:
            writer = RunWriter(run.path)
            with shown.open("wb", buffering=0) as said:
                for step in range(begun, begun + 1_000_000):
                    writer.append_metrics({"step": step, "text": "x" * (step % 700)})
                    said.write(b".")

        pid = os.fork()
        if pid == 0:
            try:
                write()
            finally:
                os._exit(0)
        while not shown.exists() or shown.stat().st_size == 0:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.006)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        rows = run.metrics()
        assert [row["step"] for row in rows] == list(range(len(rows)))
        assert shown.stat().st_size <= len(rows) - begun <= shown.stat().st_size + 1
        whole = run.metrics_path().read_bytes().split(b"\n")[:-1]
        assert len([json.loads(line) for line in whole]) == len(rows)
        begun = len(rows)


@pytest.mark.parametrize("call", range(1, 6))
def test_durability_killed_while_the_status_is_written_the_old_one_or_the_new_one_is_there(
    tmp_path: Path, call: int
) -> None:
    run = create_run(tmp_path / "run", {})

    def say() -> None:
        from training.run import State, Status

        writer = RunWriter(run.path)
        dies_at(call)
        writer.write_status(Status(State.FINISHED, step=5))

    killed_child(say)
    assert run.status().state in ("waiting", "finished") and run.status().step in (0, 5)
