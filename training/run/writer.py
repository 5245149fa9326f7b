"""The trainer's hand on its run's folder."""

import contextlib
import errno
import fcntl
import io
import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from training import durable
from training.errors import UserError
from training.process import current_process
from training.run import reading
from training.run.folder import RunFolder
from training.run.schema import Schema
from training.run.status import SCHEMA, Control, Status
from training.run.verdict import Verdict

LARGEST_HALF = 6e4
"""Numbers up to this fit into half precision."""


def rows_kept(rows: np.ndarray) -> np.ndarray:
    """Embeddings or projections (n, D) as a snapshot keeps them: float16, or float32 where one of them is too large for it."""
    return rows.astype(np.float16 if np.abs(rows).max(initial=0.0) < LARGEST_HALF else np.float32)


class BeingWritten(UserError):
    """Another process writes the run."""


class RunWriter(RunFolder):
    """The trainer's hand on its run's folder: one writer at a time, held by a lock for its whole life."""

    def __init__(self, path: Path | str):
        """Raises BeingWritten where another process does so, UserError where a newer version did or the folder can't be written."""
        super().__init__(path)
        self.check_not_newer()
        folders = (self.path, self.path / "snapshots", self.path / "checkpoints", self.path / "control")
        opened = contextlib.ExitStack()
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = opened.enter_context(self._locked())
            for left in [file for folder in folders for file in folder.glob(".*.tmp")]:
                left.unlink()  # half a file of a writer that was killed
            self._reserve = self.path / ".reserve"
            with reading.RegularFile(self._reserve, "wb") as held:
                held.write(b"\0" * 65_536)  # given back when the disk is full, so that the status can say so
            self._metrics = self._opened_metrics()
        except OSError as error:
            opened.close()
            raise UserError(f"The run's folder {self.path} cannot be written: {error.strerror}.") from None
        self._identity = current_process().to_json()
        self._heartbeat = 0

    def write_status(self, status: Status) -> None:
        """Replace status.json, with a fresh heartbeat and this process's identity."""
        self._heartbeat += 1
        stamped = {"heartbeat": self._heartbeat, "updated": time.time(), "process": self._identity}
        durable.write_json(self.path / "status.json", {**asdict(status), **stamped})

    def leave_word(self, status: Status) -> None:
        """Say how it ended in a file that is open already, where the folder can't be written any more; best effort."""
        stamped = {"updated": time.time(), "process": self._identity}
        with contextlib.suppress(OSError):
            os.write(self._lock.fileno(), json.dumps({**asdict(status), **stamped}).encode())

    def free_reserve(self) -> None:
        """Make room on a full disk, so that the status can still say that it is full; best effort."""
        with contextlib.suppress(OSError):
            self._reserve.unlink()

    def append_metrics(self, row: Mapping[str, Any]) -> None:
        """One row, one write: a crash tears the last line at most. Numbers that aren't finite become null."""
        finite = {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
        line = (json.dumps({"schema": SCHEMA, **finite}) + "\n").encode()
        if os.write(self._metrics, line) < len(line):  # as a disk does with its last free bytes
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def append_verdict(self, verdict: Verdict) -> None:
        """One row, whenever another kind of judgement is passed."""
        line = (json.dumps({"schema": SCHEMA, **verdict.to_json()}) + "\n").encode()
        with reading.RegularFile(self.path / "verdicts.jsonl", "ab") as file:
            file.write(line)

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Complete the configuration with what is known only once the data is open."""
        durable.write_json(self.path / "config.json", {"schema": SCHEMA, **config})

    def write_probe(self, probe: Mapping[str, Any]) -> None:
        """Name the clips of all snapshots."""
        durable.write_json(self.path / "probe.json", {"schema": SCHEMA, **probe})

    def write_schema(self, schema: Schema) -> None:
        """Declare what the run holds."""
        durable.write_json(self.path / "schema.json", {"schema": SCHEMA, **schema.to_json()})

    def write_columns(self, columns: Mapping[str, list[Any]]) -> None:
        """Keep the values of columns that no step changes: for each a list of numbers, texts or None, one a probe clip."""
        durable.write_json(self.path / "columns.json", {"schema": SCHEMA, "columns": columns})

    def write_baselines(self, baselines: Mapping[str, Any]) -> None:
        """Keep what the measures are compared with."""
        durable.write_json(self.path / "baselines.json", {"schema": SCHEMA, **baselines})

    def write_snapshot(self, step: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep one snapshot, whole or not at all."""
        held = io.BytesIO()
        np.savez(held, schema=np.array(SCHEMA), **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool
        durable.write_bytes(self.snapshot_path(step), held.getvalue())

    def write_checkpoint(self, step: int, weights: bytes, state: bytes, hashes: Mapping[str, str]) -> None:
        """Keep weights and state of one step; the manifest is written last and makes them count."""
        durable.write_bytes(self.weights_path(step), weights)
        durable.write_bytes(self.state_path(step), state)
        durable.write_json(self.path / "checkpoints" / f"{step:06d}.json", {"schema": SCHEMA, **hashes})
        for old in self.checkpoints()[:-2]:
            self.state_path(old).unlink(missing_ok=True)

    def drop_snapshot(self, step: int) -> None:
        """Forget one snapshot and its weights."""
        self.snapshot_path(step).unlink(missing_ok=True)
        (self.path / "checkpoints" / f"{step:06d}.json").unlink(missing_ok=True)
        self.weights_path(step).unlink(missing_ok=True)
        self.state_path(step).unlink(missing_ok=True)

    def controls(self) -> list[Control]:
        """What was asked since the last look, oldest first; the asking files are taken away."""
        found = []
        for control in Control:
            asked = self.path / "control" / control.value
            try:
                found.append((asked.stat().st_mtime_ns, control))
                asked.unlink()
            except FileNotFoundError:
                continue
        return [control for _, control in sorted(found)]

    def close(self) -> None:
        """Let go of the folder. What was asked too late is not meant for the next trainer."""
        with contextlib.suppress(OSError):  # a folder that can no longer be written keeps what was asked
            self.controls()
        self.free_reserve()
        os.close(self._metrics)
        self._lock.close()

    def _locked(self) -> IO[bytes]:
        lock = reading.RegularFile(self.lock_path, "ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise BeingWritten(f"The run {self.name} is already being trained by another process.") from None
        lock.truncate(0)  # the last words of the trainer before
        return lock

    def _opened_metrics(self) -> int:
        """A descriptor that appends, after cutting a line that a crash or a full disk left torn."""
        descriptor = reading.regular(self.metrics_path(), os.O_RDWR | os.O_CREAT | os.O_APPEND)
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, min(size, 1 << 20), max(0, size - (1 << 20)))
        os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)
        return descriptor
