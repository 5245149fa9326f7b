"""Decoded clips on disk: one raw int16 file and one description beside it, mapped into memory when opened.

    <cache>/data/<fingerprint>/samples.i16    all clips, one after the other, mono at 16 kHz, little-endian
    <cache>/data/<fingerprint>/clips.json     everything else that a Dataset holds

A set becomes visible whole, or not at all: training.data.clip_writer. One that came out of a pack only claims its
fingerprint: once the sounds themselves are at hand, their clips take its place.
"""

import contextlib
import errno
import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.data.dataset import Dataset, Facet, Progress, Skipped
from training.data.progress import quiet
from training.errors import UserError
from training.own_files import own_folder

SCHEMA = 1
LOCK_POLL_SECONDS = 0.2
"""How often who waits for another process looks whether it is done."""
WAITING = "Waiting for another process that prepares these sounds."
"""What who waits is told before the other says how far it is."""
TOLD_BYTES = 512
"""Of a lock's file, in which who holds it says how far it is."""


def cache_root() -> Path:
    """`$XDG_CACHE_HOME/hearsight`, or `~/.cache/hearsight` where that is unset, empty or relative. Raises UserError."""
    return own_folder("XDG_CACHE_HOME", ".cache")


def mel_folder(root: Path | None = None) -> Path:
    """Where spectrograms lie, in files that begin with their set's fingerprint; see `training.data.store`."""
    return (cache_root() if root is None else root) / "mel"


def sets_folder(root: Path | None = None) -> Path:
    """Where the sets lie, each in a folder of its own."""
    return (cache_root() if root is None else root) / "data"


def writable(folder: Path) -> Path:
    """`folder`, made if need be. Raises UserError where it can't be made, or nothing be written into it."""
    with _sentence_for_cache_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OSError(errno.EACCES, "nothing can be written there")
    return folder


@contextlib.contextmanager
def locked(path: Path, progress: Progress = quiet) -> Iterator[Progress]:
    """Holds the file `path` for this process alone, waiting for whoever has it. It stays: removing it would race.

    Gives `progress` for what is done meanwhile, of which those who wait are told, too. `progress` is called all the while it
    waits, with what the other one says, and may raise to give up. Raises UserError where the file can't be used.
    """
    folder = writable(path.parent)
    with _sentence_for_cache_errors(folder):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    with os.fdopen(file, "r+b", buffering=0):
        while not _taken(file, folder):
            progress(*_progress_told(file))
            time.sleep(LOCK_POLL_SECONDS)
        _tell(file, 0.0, WAITING)

        def telling(fraction: float, sentence: str) -> None:
            _tell(file, fraction, sentence)
            progress(fraction, sentence)

        yield telling


def making(
    fingerprint: str, root: Path | None = None, progress: Progress = quiet
) -> contextlib.AbstractContextManager[Progress]:
    """As `locked`: while held, no other process makes this set. Look with `load` once more after it was got."""
    return locked(sets_folder(root) / f"{checked(fingerprint)}.lock", progress)


def checked(fingerprint: str) -> str:
    """`fingerprint` itself. Raises ValueError where it cannot name a folder."""
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", fingerprint) or ".part-" in fingerprint:
        raise ValueError(f"{fingerprint!r} cannot name a folder")
    return fingerprint


def load(fingerprint: str, root: Path | None = None, *, claims: bool = True) -> Dataset | None:
    """The set, its samples memory-mapped read-only; None when it isn't there, is damaged or of another schema.

    `claims`: whether one counts of which nothing but a pack says that it is this set.
    """
    folder = sets_folder(root) / checked(fingerprint)
    try:
        about = json.loads((folder / "clips.json").read_bytes())
        counts = about["schema"] == SCHEMA and (claims or not about.get("claimed"))
        return _dataset(about, folder / "samples.i16") if counts else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def made_once(
    fingerprint: str,
    make: Callable[[Progress], Dataset],
    progress: Progress = quiet,
    root: Path | None = None,
    *,
    claims: bool = False,
) -> Dataset:
    """The cached set, or what `make` makes; of two processes that ask at once the second waits for the first, and is told
    what `make` says to the progress that it is given.

    `claims`: see `load`.
    """
    found = load(fingerprint, root, claims=claims)
    if found is None:
        with making(fingerprint, root, progress) as telling:
            found = load(fingerprint, root, claims=claims)
            if found is None:
                found = make(telling)
    return found


@contextlib.contextmanager
def _sentence_for_cache_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "XDG_CACHE_HOME may name another"
        raise UserError(f"The cache folder {folder} cannot be used: {error.strerror}; {advice}.") from error


def _taken(lock: int, folder: Path) -> bool:
    with _sentence_for_cache_errors(folder):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _tell(lock: int, fraction: float, sentence: str) -> None:
    """One write of always as many bytes, so that nobody reads half of one and half of another."""
    said = json.dumps([fraction, sentence]).encode()
    if len(said) <= TOLD_BYTES:
        with contextlib.suppress(OSError):  # a full disk stops what is made, and not what is said of it
            os.pwrite(lock, said.ljust(TOLD_BYTES), 0)


def _progress_told(lock: int) -> tuple[float, str]:
    try:
        fraction, sentence = json.loads(os.pread(lock, TOLD_BYTES, 0))
        return float(fraction), str(sentence)
    except (OSError, ValueError, TypeError):
        return 0.0, WAITING


def _dataset(about: Mapping[str, Any], samples_file: Path) -> Dataset:
    """Raises ValueError or KeyError where the description and the samples disagree."""
    lengths = np.array(about["lengths"], dtype=np.int64)
    total = int(lengths.sum())
    clips = len(lengths)
    facets = {
        key: Facet(tuple(facet["names"]), np.array(facet["codes"], dtype=np.int32))
        for key, facet in about["facets"].items()
    }
    companions = {key: tuple(values) for key, values in about["companions"].items()}
    columns = [about["ids"], about["files"], about["offsets_seconds"], *companions.values()]
    columns += [facet.codes for facet in facets.values()]
    clipped = np.array(about["clipped"], np.float32) if "clipped" in about else None  # not in sets of earlier versions
    columns += [] if clipped is None else [clipped]
    if any(len(column) != clips for column in columns) or (clips and lengths.min() < 1):
        raise ValueError("columns of different length")
    if any(clips and not -1 <= facet.codes.min() <= facet.codes.max() < len(facet.names) for facet in facets.values()):
        raise ValueError("a label that has no name")
    if samples_file.stat().st_size != 2 * total or about["group"] not in facets:
        raise ValueError("the samples are not those described")
    return Dataset(
        name=about["name"],
        fingerprint=about["fingerprint"],
        samples=np.memmap(samples_file, dtype="<i2", mode="r") if total else np.zeros(0, np.int16),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        ids=tuple(about["ids"]),
        facets=facets,
        group=about["group"],
        files=tuple(about["files"]),
        offsets_seconds=np.array(about["offsets_seconds"], dtype=np.float64),
        skipped=tuple(Skipped(*entry) for entry in about["skipped"]),
        warnings=tuple(Skipped(*entry) for entry in about["warnings"]),
        companions=companions,
        highest_rate=about.get("highest_rate"),
        clipped=clipped,
    )
