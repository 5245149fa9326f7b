"""Reading a run's folder, and asking its trainer to do something."""

import os
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from training.errors import UserError
from training.run import reading
from training.run.example import EXAMPLE, EXAMPLE_FOLDER
from training.run.metrics_file import MetricsReader, current_rows, latest_values
from training.run.older import schema_of_older_run
from training.run.schema import Curve, Schema, joined
from training.run.standing import MOST_STATUS_BYTES, is_newer, stated
from training.run.status import Control, Status, parsed_status
from training.run.verdict import Verdict

MOST_CONFIG_BYTES = 1 << 20
"""It is read for each list of the runs, so it must be read quickly."""
MOST_MANIFEST_BYTES = 1 << 16
ADDED = "measured"
"""Folder within a run that is only watched: what Hearsight adds to it, in files of the same names and forms."""


class RunFolder:
    """Reading a run, and asking its trainer to do something."""

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def name(self) -> str:
        """The run's name: its folder's, or what the one is called that comes with the project."""
        return EXAMPLE if self.path == EXAMPLE_FOLDER else self.path.name

    @property
    def log_path(self) -> Path:
        """Where the trainer's own words are kept."""
        return self.path / "log.txt"

    @property
    def lock_path(self) -> Path:
        """The file that the trainer keeps open and locked; its last words, where it could write them nowhere else."""
        return self.path / ".lock"

    def exists(self) -> bool:
        """Whether the folder is a run at all."""
        return os.path.isfile(self.path / "config.json")  # Path.is_file raises where a folder may not be entered

    def config(self) -> dict[str, Any]:
        """The run's configuration as plain values; empty where it cannot be read."""
        return reading.read_object(self.path / "config.json", MOST_CONFIG_BYTES)

    @property
    def watched(self) -> bool:
        """Whether a loop that Hearsight doesn't know writes it, or an import did: by training/watch.py."""
        return self.config().get("watched") is True

    def check_trained_here(self) -> None:
        """Raises UserError for a run that is only watched."""
        if self.watched:
            raise UserError(
                f"The run {self.name} is trained outside Hearsight, which has neither its settings nor its weights: "
                "it can only be watched here."
            )

    def check_not_newer(self) -> None:
        """Raises UserError for a run that a newer version wrote."""
        if self.is_newer():
            raise UserError(f"The run {self.name} was written by a newer version of Hearsight and is read-only here.")

    @property
    def added_path(self) -> Path:
        """Where lies what Hearsight adds to a run that is only watched. All that reads the run joins it."""
        return self.path / ADDED

    def status(self) -> Status:
        """Where the run stands; `crashed` where it claims to be active and its trainer is gone."""
        status = stated(self.path, self.lock_path, self.config())
        judged = parsed_status(reading.read_object(self.added_path / "status.json", MOST_STATUS_BYTES))
        if judged is None:
            return status
        warning = status.warning or judged.warning
        return replace(status, verdict=judged.verdict, warning=warning, warned_by=judged.warned_by)

    def is_newer(self) -> bool:
        """Whether a newer version wrote it, so that this one must not touch it."""
        return is_newer(self.config(), reading.read_object(self.path / "status.json", MOST_STATUS_BYTES))

    def probe(self) -> dict[str, Any]:
        """Which clips the snapshots embed: {"ids": […], "fingerprint": …, "data": …}."""
        return self._joined("probe.json")

    def own_probe(self) -> dict[str, Any]:
        """The same as the run's own loop says it, without what was added: {"files": […], "facets": …, "data": …}."""
        return reading.read_object(self.path / "probe.json")

    def schema(self) -> Schema:
        """What the trainer declared of the run; what its version held for one of before there was a schema.json."""
        found = reading.read_object(self.path / "schema.json", MOST_STATUS_BYTES)
        if self.watched:
            return joined(found, reading.read_object(self.added_path / "schema.json", MOST_STATUS_BYTES))
        if found:
            return Schema.from_json(found)
        measured = self.baselines().get("cross_group_knn")
        facets = measured if isinstance(measured, dict) else {}
        return schema_of_older_run(str(self.config().get("method")), facets)

    def columns(self) -> dict[str, Any]:
        """Values of the trainer's columns that no step changes, by name: a list with one value a probe clip each."""
        found = self._joined("columns.json").get("columns")
        return found if isinstance(found, dict) else {}

    def verdicts(self) -> list[Verdict]:
        """The judgements that were passed, oldest first; what is torn or is none is left out."""
        files = [reading.read_end(path / "verdicts.jsonl", 1 << 20) for path in (self.path, self.added_path)]
        found = (Verdict.from_json(reading.parsed_json(line)) for file in files for line in file.splitlines())
        return [verdict for verdict in found if verdict is not None]

    def baselines(self) -> dict[str, Any]:
        """Values to draw beside the curves; empty until they are measured."""
        return self._joined("baselines.json")

    def snapshots(self) -> list[int]:
        """Steps of the snapshots that are there, ascending."""
        return _steps(self.path / "snapshots", ".npz")

    def newest_snapshot(self) -> int | None:
        """Step of the last of them; None before the first."""
        return max(self.snapshots(), default=None)

    def snapshot_path(self, step: int) -> Path:
        """The file of one snapshot."""
        return self.path / "snapshots" / f"{step:06d}.npz"

    def snapshot(self, step: int) -> dict[str, np.ndarray] | None:
        """Arrays of one snapshot: "embeddings" (n, D) float16 or float32, "projections" (n, P), "singular_values" (D,), "lens/…".

        None where it is missing or damaged.
        """
        return reading.read_arrays(self.snapshot_path(step))

    def added_snapshot_path(self, step: int) -> Path:
        """The file of what was added to one snapshot of a run that is only watched: its columns, its singular values."""
        return self.added_path / "snapshots" / f"{step:06d}.npz"

    def checkpoints(self) -> list[int]:
        """Steps of which weights are kept, ascending. Only a manifest makes a checkpoint count."""
        return _steps(self.path / "checkpoints", ".json")

    def weights_path(self, step: int) -> Path:
        """The safetensors file with the weights of one step."""
        return self.path / "checkpoints" / f"{step:06d}.safetensors"

    def state_path(self, step: int) -> Path:
        """The file with all else a resume needs (last two checkpoints only)."""
        return self.path / "checkpoints" / f"{step:06d}.state"

    def resumable(self) -> list[int]:
        """Steps of which all is kept that a resume needs, ascending."""
        return [step for step in self.checkpoints() if self.state_path(step).is_file()]

    def manifest(self, step: int) -> dict[str, Any]:
        """Hashes of one checkpoint's files: {"weights": sha256, "state": sha256}."""
        return reading.read_object(self.path / "checkpoints" / f"{step:06d}.json", MOST_MANIFEST_BYTES)

    def thorough_steps(self) -> list[int]:
        """Steps of which thorough measures are kept, ascending."""
        return _steps(self.path / "measures", ".json")

    def thorough_path(self, step: int) -> Path:
        """The file with the thorough measures of one step."""
        return self.path / "measures" / f"{step:06d}.json"

    def thorough(self, step: int) -> dict[str, Any]:
        """The thorough measures of one step, of each stage; empty where there are none."""
        return reading.read_object(self.thorough_path(step), MOST_STATUS_BYTES)

    def knowledge_path(self, part: str) -> Path:
        """The file with one part of what its model knows, see `training.knowledge`."""
        return self.path / "knowledge" / f"{part}.json"

    def knowledge(self, part: str) -> dict[str, Any]:
        """One part of what its model knows; empty where it was not computed."""
        return reading.read_object(self.knowledge_path(part), MOST_STATUS_BYTES)

    def metrics(self) -> list[dict[str, Any]]:
        """All rows that still hold, in order: those that a resume superseded are left out."""
        each = [current_rows(MetricsReader(path).read()[0]) for path in self.metrics_paths()]
        return sorted(chain(*each), key=lambda row: row["step"]) if all(each) else list(chain(*each))

    def latest(self) -> list[tuple[Curve, float]]:
        """The declared curves that have a number at the end of its metrics, each with its newest."""
        values = {name: value for path in self.metrics_paths() for name, value in latest_values(path).items()}
        return [(curve, values[curve.key]) for curve in self.schema().curves if curve.key in values]

    def metrics_path(self) -> Path:
        """The file that `MetricsReader` follows."""
        return self.path / "metrics.jsonl"

    def metrics_paths(self) -> tuple[Path, Path]:
        """It, and the one that holds what was measured afterwards of a run that is only watched; either may be missing."""
        return self.metrics_path(), self.added_path / "metrics.jsonl"

    def ask(self, control: Control) -> None:
        """Ask the trainer for something; it answers within a second by its state."""
        self.check_not_newer()
        folder = self.path / "control"
        try:
            folder.mkdir(exist_ok=True)
            (folder / control.value).touch()
        except OSError as error:
            raise UserError(
                f"The run {self.name} can't be asked, its folder is not writable: {error.strerror}."
            ) from None

    def _joined(self, name: str) -> dict[str, Any]:
        return reading.read_object(self.path / name) | reading.read_object(self.added_path / name)


def find_runs(root: Path) -> list[RunFolder]:
    """Every run below `root`, newest first."""
    try:
        found = [run for path in root.iterdir() if (run := RunFolder(path)).exists()]
    except OSError:
        return []
    return sorted(found, key=lambda run: (str(run.config().get("created", "")), run.name), reverse=True)


def _steps(folder: Path, suffix: str) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(m[1]) for n in names if (m := re.fullmatch(r"(\d{6,12})" + re.escape(suffix), n)))
