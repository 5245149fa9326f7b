"""A new run's folder."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training import durable
from training.errors import UserError
from training.process import current_process
from training.run.folder import RunFolder
from training.run.status import SCHEMA, State, Status


def create_run(path: Path, config: Mapping[str, Any], *, trained_here: bool = False) -> RunFolder:
    """A new run that waits for its trainer, which is this process where it is `trained_here`.

    Raises UserError where the folder holds a run already.
    """
    if RunFolder(path).exists():
        raise UserError(f"The folder {path} holds a run already; give --out a new folder, or resume it.")
    try:
        path.mkdir(parents=True, exist_ok=True)
        state = {"state": State.PREPARING, "process": current_process().to_json()} if trained_here else {}
        durable.write_json(path / "status.json", {**asdict(Status(updated=time.time())), **state})
        durable.write_json(path / "config.json", {"schema": SCHEMA, **config})  # last, as it makes the folder a run
    except OSError as error:
        raise UserError(f"The run cannot be written to {path}: {error.strerror}.") from None
    return RunFolder(path)
