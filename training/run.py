"""A run's folder: the only tie between the trainer, which writes it, and whoever looks on, who reads it.

    config.json       everything needed to repeat the run
    status.json       where it stands now, replaced atomically about once a second
    metrics.jsonl     one line a logged step or snapshot, append only
    probe.json        ids and labels of the clips that every snapshot embeds
    baselines.json    what to compare the measures with: random initialisation, log-mel and MFCC statistics, chance
    snapshots/        000500.npz: their embeddings and projections, singular values, the method's picture
    checkpoints/      000500.safetensors (weights), 000500.state (the rest, last two), 000500.json (their hashes)
    control/          pause, resume, stop: small files the trainer looks for
    events.out.*      the curves for TensorBoard;  log.txt: what the trainer printed

This file alone knows these names. It needs no torch, so that the page can read runs cheaply. Every reading function
takes a folder in any condition (half-written, mutilated, from a newer version) and never raises for it.
"""

import errno
import fcntl
import io
import json
import os
import re
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import numpy as np

from training import durable
from training.errors import UserError
from training.process import ProcessIdentity, current_process

SCHEMA = 1
"""Version of every file in the folder. Readers show a newer one read-only and never write to it."""
SILENT_SECONDS = 10.0
"""A trainer on another machine whose heartbeat is older than this counts as crashed."""


class State(StrEnum):
    """Where a run stands. The first four hold a trainer process or wait for one."""

    WAITING = "waiting"
    PREPARING = "preparing"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"
    CRASHED = "crashed"
    DISK_FULL = "disk_full"


ACTIVE = frozenset({State.PREPARING, State.TRAINING, State.PAUSED, State.STOPPING})
"""States in which a trainer process must be alive."""
RESUMABLE = frozenset({State.STOPPED, State.CRASHED, State.DISK_FULL, State.FAILED})


class Control(StrEnum):
    """What anyone may ask of a trainer by dropping a file of this name."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class Status:
    """The contents of status.json."""

    state: State = State.WAITING
    schema: int = SCHEMA
    attempt: int = 0
    step: int = 0
    steps: int | None = None
    """Planned steps; None for a run bounded by seconds."""
    seconds: float = 0.0
    """Seconds trained so far, over all attempts, snapshots included, preparing and pauses not."""
    progress: float = 0.0
    """0 to 1, of the training; while preparing, of the preparation."""
    seconds_left: float | None = None
    steps_per_second: float = 0.0
    clips_per_second: float = 0.0
    message: str = ""
    """What is being done just now, or why it failed: one plain sentence."""
    warning: str = ""
    """What the user should know although training goes on, such as a collapse."""
    device: str = ""
    heartbeat: int = 0
    """Grows while the trainer lives, whatever the clock says."""
    updated: float = 0.0
    """Unix time of the last write."""
    process: dict[str, Any] | None = None

    @property
    def active(self) -> bool:
        """Whether a trainer is at work on it."""
        return self.state in ACTIVE


class RunFolder:
    """Reading a run, and asking its trainer to do something."""

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def name(self) -> str:
        """The run's name: its folder's."""
        return self.path.name

    @property
    def log_path(self) -> Path:
        """Where the trainer's own words are kept."""
        return self.path / "log.txt"

    def exists(self) -> bool:
        """Whether the folder is a run at all."""
        return os.path.isfile(self.path / "config.json")  # Path.is_file raises where a folder may not be entered

    def config(self) -> dict[str, Any]:
        """The run's configuration as plain values; empty where it cannot be read."""
        return _read_object(self.path / "config.json")

    def status(self) -> Status:
        """Where the run stands; `crashed` where it claims to be active and its trainer is gone."""
        found = _read_object(self.path / "status.json")
        status = _status(found)
        if status is None:
            return Status(State.FAILED, message="The file status.json of this run cannot be read.")
        if status.active and not self._trainer_lives(status):
            changes = {"state": State.CRASHED, "message": "The trainer ended without a word; the run can be resumed."}
            return Status(**{**_shallow(status), **changes})
        return status

    def read_only(self) -> bool:
        """Whether a newer version wrote it, so that this one must not touch it."""
        schemas = (_read_object(self.path / name).get("schema", SCHEMA) for name in ("config.json", "status.json"))
        return any(isinstance(s, int) and s > SCHEMA for s in schemas)

    def probe(self) -> dict[str, Any]:
        """Which clips the snapshots embed: {"ids": […], "fingerprint": …, "data": …}."""
        return _read_object(self.path / "probe.json")

    def baselines(self) -> dict[str, Any]:
        """Values to draw beside the curves; empty until they are measured."""
        return _read_object(self.path / "baselines.json")

    def snapshots(self) -> list[int]:
        """Steps of the snapshots that are there, ascending."""
        return _steps(self.path / "snapshots", ".npz")

    def snapshot_path(self, step: int) -> Path:
        """The file of one snapshot."""
        return self.path / "snapshots" / f"{step:06d}.npz"

    def snapshot(self, step: int) -> dict[str, np.ndarray] | None:
        """Arrays of one snapshot: "embeddings" (n, D) float16, "projections" (n, P), "singular_values" (D,), "lens/…".

        None where it is missing or damaged.
        """
        try:
            with self.snapshot_path(step).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, KeyError, TypeError, NotImplementedError, zipfile.BadZipFile):
            return None

    def checkpoints(self) -> list[int]:
        """Steps of which weights are kept, ascending. Only a manifest makes a checkpoint count."""
        return _steps(self.path / "checkpoints", ".json")

    def weights_path(self, step: int) -> Path:
        """The safetensors file with the weights of one step."""
        return self.path / "checkpoints" / f"{step:06d}.safetensors"

    def state_path(self, step: int) -> Path:
        """The file with all else a resume needs (last two checkpoints only)."""
        return self.path / "checkpoints" / f"{step:06d}.state"

    def manifest(self, step: int) -> dict[str, Any]:
        """Hashes of one checkpoint's files: {"weights": sha256, "state": sha256}."""
        return _read_object(self.path / "checkpoints" / f"{step:06d}.json")

    def metrics(self) -> list[dict[str, Any]]:
        """All rows that still hold, in order: those that a resume superseded are left out."""
        return current_rows(MetricsReader(self).read()[0])

    def metrics_path(self) -> Path:
        """The file that `MetricsReader` follows."""
        return self.path / "metrics.jsonl"

    def ask(self, control: Control) -> None:
        """Ask the trainer for something; it answers within a second by its state."""
        if self.read_only():
            raise UserError(f"The run {self.name} was written by a newer version of Hearsight and is read-only here.")
        folder = self.path / "control"
        try:
            folder.mkdir(exist_ok=True)
            (folder / control.value).touch()
        except OSError as error:
            raise UserError(
                f"The run {self.name} can't be asked, its folder is not writable: {error.strerror}."
            ) from None

    def _trainer_lives(self, status: Status) -> bool:
        identity = ProcessIdentity.from_json(status.process)
        if identity is None:
            return False
        if identity.here():
            return identity.alive()
        return time.time() - status.updated < SILENT_SECONDS


class MetricsReader:
    """Follows metrics.jsonl: each `read` gives only what is new."""

    def __init__(self, run: RunFolder):
        self._path = run.metrics_path()
        self._offset = 0
        self._tail = b""

    def read(self) -> tuple[list[dict[str, Any]], bool]:
        """New complete rows, and whether all that was read before is void (the file was truncated or replaced).

        A torn last line waits until it is whole; a line that isn't JSON is skipped.
        """
        try:
            with self._path.open("rb") as file:
                void = not self._same(file)
                if void:
                    self._offset, self._tail = 0, b""
                file.seek(self._offset)
                new = file.read()
        except OSError:
            void, new = self._offset > 0, b""
            self._offset, self._tail = 0, b""
        whole = new[: new.rfind(b"\n") + 1]
        self._offset += len(whole)
        self._tail = (self._tail + whole)[-256:]
        return [row for line in whole.splitlines() if (row := _parsed(line)) is not None], void

    def _same(self, file: IO[bytes]) -> bool:
        file.seek(self._offset - len(self._tail))
        return file.read(len(self._tail)) == self._tail


def current_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows without those that a later attempt superseded: a row {"resumed_from": k} voids earlier rows after step k."""
    kept: list[dict[str, Any]] = []
    for row in rows:
        if isinstance(row.get("resumed_from"), int):
            kept = [k for k in kept if k["step"] <= row["resumed_from"]]
        elif isinstance(row.get("step"), int):
            kept.append(dict(row))
    return kept


class RunWriter(RunFolder):
    """The trainer's hand on its run's folder: one writer at a time, held by a lock for its whole life."""

    def __init__(self, path: Path | str):
        """Raises UserError where another process writes it, a newer version did, or the folder can't be written."""
        super().__init__(path)
        if self.read_only():
            raise UserError(f"The run {self.name} was written by a newer version of Hearsight and is read-only here.")
        folders = (self.path, self.path / "snapshots", self.path / "checkpoints", self.path / "control")
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._locked()
            for left in [file for folder in folders for file in folder.glob(".*.tmp")]:
                left.unlink()  # half a file of a writer that was killed
            self._reserve = self.path / ".reserve"
            self._reserve.write_bytes(b"\0" * 65_536)  # given back when the disk is full, so that the status can say so
            self._metrics = self._opened_metrics()
        except OSError as error:
            raise UserError(f"The run's folder {self.path} cannot be written: {error.strerror}.") from None
        self._identity = current_process().to_json()
        self._heartbeat = 0

    def write_status(self, status: Status) -> None:
        """Replace status.json, with a fresh heartbeat and this process's identity."""
        self._heartbeat += 1
        stamped = {"heartbeat": self._heartbeat, "updated": time.time(), "process": self._identity}
        durable.write_json(self.path / "status.json", {**asdict(status), **stamped})

    def free_reserve(self) -> None:
        """Make room on a full disk, so that the status can still say that it is full."""
        self._reserve.unlink(missing_ok=True)

    def append_metrics(self, row: Mapping[str, Any]) -> None:
        """One row, one write: a crash tears the last line at most. Numbers that aren't finite become null."""
        finite = {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}
        line = (json.dumps({"schema": SCHEMA, **finite}) + "\n").encode()
        if os.write(self._metrics, line) < len(line):  # as a disk does with its last free bytes
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Complete the configuration with what is known only once the data is open."""
        durable.write_json(self.path / "config.json", {"schema": SCHEMA, **config})

    def write_probe(self, probe: Mapping[str, Any]) -> None:
        """Name the clips of all snapshots."""
        durable.write_json(self.path / "probe.json", {"schema": SCHEMA, **probe})

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
        self.controls()
        self._reserve.unlink(missing_ok=True)
        os.close(self._metrics)
        self._lock.close()

    def _locked(self) -> IO[bytes]:
        lock = (self.path / ".lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise UserError(f"The run {self.name} is already being trained by another process.") from None
        return lock

    def _opened_metrics(self) -> int:
        """A descriptor that appends, after cutting a line that a crash or a full disk left torn."""
        descriptor = os.open(self.metrics_path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        size = os.fstat(descriptor).st_size
        tail = os.pread(descriptor, min(size, 1 << 20), max(0, size - (1 << 20)))
        os.ftruncate(descriptor, size - len(tail) + tail.rfind(b"\n") + 1)
        return descriptor


def create_run(path: Path, config: Mapping[str, Any]) -> RunFolder:
    """A new run that waits for its trainer. Raises UserError where the folder holds a run already."""
    if (path / "config.json").exists():
        raise UserError(f"The folder {path} holds a run already; give --out a new folder, or resume it.")
    try:
        path.mkdir(parents=True, exist_ok=True)
        durable.write_json(path / "config.json", {"schema": SCHEMA, **config})
        durable.write_json(path / "status.json", asdict(Status(updated=time.time())))
    except OSError as error:
        raise UserError(f"The run cannot be written to {path}: {error.strerror}.") from None
    return RunFolder(path)


def find_runs(root: Path) -> list[RunFolder]:
    """Every run below `root`, newest first."""
    try:
        found = [run for path in root.iterdir() if (run := RunFolder(path)).exists()]
    except OSError:
        return []
    return sorted(found, key=lambda run: (str(run.config().get("created", "")), run.name), reverse=True)


def _shallow(status: Status) -> dict[str, Any]:
    return {f.name: getattr(status, f.name) for f in fields(status)}


def _status(found: Mapping[str, Any]) -> Status | None:
    """status.json as a Status, or None where its values have other types than they must."""
    known = {f.name: f for f in fields(Status)}
    try:
        values = {name: value for name, value in found.items() if name in known}
        status = Status(**{**values, "state": State(values["state"])})
    except (KeyError, TypeError, ValueError):
        return None
    counts = [status.schema, status.attempt, status.step, status.heartbeat]
    counts += [] if status.steps is None else [status.steps]
    numbers = [status.updated, status.seconds, status.progress, status.steps_per_second, status.clips_per_second]
    numbers += [] if status.seconds_left is None else [status.seconds_left]
    texts = (status.message, status.warning, status.device)
    good = (
        all(type(n) is int for n in counts)
        and all(type(n) in (int, float) for n in numbers)
        and all(type(t) is str for t in texts)
    )
    return status if good else None


def _read_object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _steps(folder: Path, suffix: str) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(m[1]) for n in names if (m := re.fullmatch(r"(\d{6,12})" + re.escape(suffix), n)))
