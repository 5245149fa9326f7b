"""What is asked of every run whenever they are listed, read once for as long as the files stay as they are."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.runs.snapshots import file_stamp
from training.run import RunFolder, Status
from training.run.twins import FILE as TWIN_FILE
from training.run.twins import twin_of

MOST_RUNS = 2_048


def config_of(run: RunFolder) -> dict[str, Any]:
    """As `run.config()`; not to be changed."""
    return _config(run.path, file_stamp(run.path / "config.json"))


def status_of(run: RunFolder) -> Status:
    """As `run.status()`. That of a trainer at work is looked up, since it may end without a word."""
    found = _status(run.path, _stamps(run))
    return run.status() if found.active else found


def is_watched(run: RunFolder) -> bool:
    """As `run.watched`."""
    return config_of(run).get("watched") is True


def is_newer(run: RunFolder) -> bool:
    """As `run.is_newer()`."""
    return _is_newer(run.path, _stamps(run))


def twin_words(run: RunFolder) -> str:
    """What tells a run from its twin, in words; empty for one without."""
    return _twin_words(run.path, file_stamp(run.path / TWIN_FILE))


def _stamps(run: RunFolder) -> tuple[Any, ...]:
    files = (run.path / "config.json", run.path / "status.json", run.lock_path, run.added_path / "status.json")
    return tuple(file_stamp(path) for path in files)


@lru_cache(maxsize=MOST_RUNS)
def _config(path: Path, stamp: Any) -> dict[str, Any]:
    return RunFolder(path).config()


@lru_cache(maxsize=MOST_RUNS)
def _status(path: Path, stamps: Any) -> Status:
    return RunFolder(path).status()


@lru_cache(maxsize=MOST_RUNS)
def _is_newer(path: Path, stamps: Any) -> bool:
    return RunFolder(path).is_newer()


@lru_cache(maxsize=MOST_RUNS)
def _twin_words(path: Path, stamp: Any) -> str:
    twin = twin_of(RunFolder(path)) if stamp is not None else None
    return "" if twin is None else twin.words
