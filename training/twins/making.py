"""Two runs of the same seed, data and settings, of which one is broken."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from training.breaks.wrong import broken
from training.config import RunConfig
from training.errors import UserError
from training.run import RunFolder, create_run
from training.run.twins import FILE, Prediction, Role, Twin, check_alone, write_twin


def create_twins(
    config: RunConfig,
    wrong: str,
    folders: dict[Role, Path],
    prediction: Prediction | None,
    *,
    trained_here: bool = False,
) -> dict[Role, RunFolder]:
    """Both runs, which wait for their trainer; `config` is the healthy one's. The folders lie beside each other.

    Raises UserError where the method can't be broken so, where several devices are asked for, and where one of the folders holds a run or can't be
    written; then neither is left.
    """
    check_alone(config.devices)
    healthy = replace(config, breaks=())
    configs = {Role.HEALTHY: healthy, Role.BROKEN: broken(healthy, wrong)}
    for folder in folders.values():
        if RunFolder(folder).exists():
            raise UserError(f"The folder {folder} holds a run already; give --out a new folder, or resume it.")
    made: dict[Role, RunFolder] = {}
    try:
        for role, folder in folders.items():
            _write_twin(folder, Twin(role, folders[role.other].name, wrong, prediction))
        for role, folder in folders.items():
            made[role] = create_run(folder, configs[role].to_json(), trained_here=trained_here)
    except BaseException:
        for role, folder in folders.items():
            if role in made or not RunFolder(folder).exists():  # else it is a run that somebody made meanwhile
                _take_back(folder)
        raise
    return made


def _write_twin(folder: Path, twin: Twin) -> None:
    try:
        write_twin(folder, twin)
    except OSError as error:
        raise UserError(f"The run cannot be written to {folder}: {error.strerror}.") from None


def _take_back(folder: Path) -> None:
    """Remove what was written of a run, and its folder where nothing else is there."""
    for name in ("config.json", "status.json", FILE):  # the first one makes the folder a run
        with suppress(OSError):
            (folder / name).unlink()
    with suppress(OSError):
        folder.rmdir()
