"""Decoded clips on disk: one raw int16 file and one description beside it, mapped into memory when opened.

    <cache>/data/<fingerprint>/samples.i16    all clips, one after the other, mono at 16 kHz, little-endian
    <cache>/data/<fingerprint>/clips.json     everything else that a Dataset holds

A set is written to `<fingerprint>.part-*` and becomes visible whole, by one rename, or not at all. One that came out of
a pack only claims its fingerprint: once the sounds themselves are at hand, their clips take its place.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from training.data.dataset import Dataset, Facet, Progress, Skipped
from training.data.progress import quiet
from training.errors import UserError

SCHEMA = 1
NOTHING_BESIDE: Mapping[str, str | None] = {}
LOCK_POLL_SECONDS = 0.2
"""How often who waits for another process looks whether it is done."""


def cache_root() -> Path:
    """`$XDG_CACHE_HOME/hearsight`, or `~/.cache/hearsight` where that is unset, empty or relative."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "hearsight"


def mel_folder(root: Path | None = None) -> Path:
    """Where spectrograms lie, in files that begin with their set's fingerprint; see `training.data.store`."""
    return (cache_root() if root is None else root) / "mel"


def writable(folder: Path) -> Path:
    """`folder`, made if need be. Raises UserError where it can't be made."""
    with _sentence_for_cache_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def locked(path: Path, progress: Progress = quiet) -> Iterator[None]:
    """Holds the file `path` for this process alone, waiting for whoever has it. It stays: removing it would race.

    `progress` is called all the while it waits, and may raise to give up. Raises UserError where the file can't be used.
    """
    folder = writable(path.parent)
    with _sentence_for_cache_errors(folder):
        file = open(path, "ab")  # noqa: SIM115 - the sentence is for opening it, not for what is done while it is held
    with file:
        while not _taken(file, folder):
            progress(0.0, "Waiting for another process that prepares these sounds.")
            time.sleep(LOCK_POLL_SECONDS)
        yield


def making(
    fingerprint: str, root: Path | None = None, progress: Progress = quiet
) -> contextlib.AbstractContextManager[None]:
    """While held, no other process makes this set. Look with `load` once more after it was got."""
    return locked(_sets(root) / f"{checked(fingerprint)}.lock", progress)


def checked(fingerprint: str) -> str:
    """`fingerprint` itself. Raises ValueError where it cannot name a folder."""
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", fingerprint) or ".part-" in fingerprint:
        raise ValueError(f"{fingerprint!r} cannot name a folder")
    return fingerprint


def load(fingerprint: str, root: Path | None = None, *, claims: bool = True) -> Dataset | None:
    """The set, its samples memory-mapped read-only; None when it isn't there, is damaged or of another schema.

    `claims`: whether one counts of which nothing but a pack says that it is this set.
    """
    folder = _sets(root) / checked(fingerprint)
    try:
        about = json.loads((folder / "clips.json").read_bytes())
        counts = about["schema"] == SCHEMA and (claims or not about.get("claimed"))
        return _dataset(about, folder / "samples.i16") if counts else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def made_once(
    fingerprint: str,
    make: Callable[[], Dataset],
    progress: Progress = quiet,
    root: Path | None = None,
    *,
    claims: bool = False,
) -> Dataset:
    """The cached set, or what `make` makes; of two processes that ask at once the second waits for the first.

    `claims`: see `load`.
    """
    found = load(fingerprint, root, claims=claims)
    if found is None:
        with making(fingerprint, root, progress):
            found = load(fingerprint, root, claims=claims)
            if found is None:
                found = make()
    return found


class ClipWriter:
    """Streams clips to disk in constant memory; `finish` makes the set visible, `abandon` leaves nothing behind.

    Raises UserError when the disk is full or the cache can't be written.
    """

    def __init__(self, name: str, fingerprint: str, root: Path | None = None, *, claimed: bool = False) -> None:
        """`claimed`: nothing but a pack says that these clips are of this fingerprint."""
        self.name = name
        self.claimed = claimed
        self.fingerprint = checked(fingerprint)
        self._root = root
        self._clips: list[dict[str, Any]] = []
        self._total_samples = 0
        sets = writable(_sets(root))
        with self._sentence_for_disk_errors(), locked(sets / "parts.lock"):
            _remove_dead_parts(sets)
            self._part = Path(tempfile.mkdtemp(prefix=f"{fingerprint}.part-", dir=sets))
            self._file = open(self._part / "samples.i16", "wb")  # noqa: SIM115 - open until finish or abandon
            fcntl.flock(self._file, fcntl.LOCK_EX)

    @property
    def count(self) -> int:
        """Clips added so far."""
        return len(self._clips)

    def add(
        self,
        samples: np.ndarray,
        *,
        id: str,
        labels: Mapping[str, str | None],
        file: str,
        offset_seconds: float = 0.0,
        companions: Mapping[str, str | None] = NOTHING_BESIDE,
    ) -> None:
        """Appends one clip. `samples`: (S,) int16 at 16 kHz, S ≥ 1; `offset_seconds`: where in `file` it begins."""
        if samples.dtype != np.int16 or samples.ndim != 1 or not len(samples):
            raise ValueError(f"expected (S,) int16 with S ≥ 1, found {samples.shape} {samples.dtype}")
        with self._sentence_for_disk_errors():
            self._file.write(samples.astype("<i2", copy=False).tobytes())
        self._total_samples += len(samples)
        self._clips.append(
            {
                "id": id,
                "length": len(samples),
                "labels": dict(labels),
                "file": file,
                "offset": float(offset_seconds),
                "companions": dict(companions),
            }
        )

    def keep_first(self, count: int) -> None:
        """Takes back every clip but the first `count`, for a file that turns out broken after some of its windows."""
        self._total_samples -= sum(clip["length"] for clip in self._clips[count:])
        del self._clips[count:]
        with self._sentence_for_disk_errors():
            self._file.seek(2 * self._total_samples)
            self._file.truncate()

    def finish(self, group: str, skipped: Iterable[Skipped] = (), warnings: Iterable[Skipped] = ()) -> Dataset:
        """Makes the set whole on disk and opens it. Where another process was first, its equal set is opened."""
        about = self._description(group, skipped, warnings)
        whole = _sets(self._root) / self.fingerprint
        with self._sentence_for_disk_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            with open(self._part / "clips.json", "w", encoding="utf-8") as file:
                json.dump(about, file)
                file.flush()
                os.fsync(file.fileno())
            _sync_folder(self._part)
            with locked(whole.parent / "parts.lock"):
                if load(self.fingerprint, self._root, claims=self.claimed) is None:
                    if whole.exists():
                        _forget_mel(self.fingerprint, self._root)
                    shutil.rmtree(whole, ignore_errors=True)
                    self._part.replace(whole)
                    _sync_folder(whole.parent)
        self.abandon()
        made = load(self.fingerprint, self._root)
        if made is None:
            raise UserError(f"The clips written to {whole} could not be read back.")
        return made

    def abandon(self) -> None:
        """Closes and removes what is not visible yet. May be called twice, and after `finish`."""
        with contextlib.suppress(OSError):
            self._file.close()
        shutil.rmtree(self._part, ignore_errors=True)

    def _description(self, group: str, skipped: Iterable[Skipped], warnings: Iterable[Skipped]) -> dict[str, Any]:
        facets = {}
        for key in dict.fromkeys(key for clip in self._clips for key in clip["labels"]):
            labels = [clip["labels"].get(key) for clip in self._clips]
            names = sorted({label for label in labels if label is not None})
            codes = {name: code for code, name in enumerate(names)}
            facets[key] = {"names": names, "codes": [-1 if label is None else codes[label] for label in labels]}
        if group not in facets:
            raise ValueError(f"no clip carries the group facet {group!r}; the facets are {list(facets)}")
        beside = dict.fromkeys(key for clip in self._clips for key in clip["companions"])
        return {
            "schema": SCHEMA,
            "name": self.name,
            "fingerprint": self.fingerprint,
            **({"claimed": True} if self.claimed else {}),
            "group": group,
            "ids": [clip["id"] for clip in self._clips],
            "lengths": [clip["length"] for clip in self._clips],
            "files": [clip["file"] for clip in self._clips],
            "offsets_seconds": [clip["offset"] for clip in self._clips],
            "facets": facets,
            "companions": {key: [clip["companions"].get(key) for clip in self._clips] for key in beside},
            "skipped": [[entry.file, entry.reason] for entry in skipped],
            "warnings": [[entry.file, entry.reason] for entry in warnings],
        }

    @contextlib.contextmanager
    def _sentence_for_disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if hasattr(self, "_part"):
                self.abandon()
            raise UserError(f"The clips could not be written to {_sets(self._root)}: {error.strerror}.") from error


@contextlib.contextmanager
def _sentence_for_cache_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "XDG_CACHE_HOME may name another"
        raise UserError(f"The cache folder {folder} cannot be used: {error.strerror}; {advice}.") from error


def _taken(lock: IO[bytes], folder: Path) -> bool:
    with _sentence_for_cache_errors(folder):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _sets(root: Path | None) -> Path:
    return (cache_root() if root is None else root) / "data"


def _forget_mel(fingerprint: str, root: Path | None) -> None:
    """Of clips that were taken for this set, and need not have been."""
    for path in mel_folder(root).glob(f"{fingerprint}-*.npy"):
        path.unlink(missing_ok=True)


def _remove_dead_parts(sets: Path) -> None:
    """Removes the unfinished sets of processes that died: a living writer holds a lock on its samples."""
    for part in sets.glob("*.part-*"):
        try:
            with open(part / "samples.i16", "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        except OSError:
            pass  # died before its first sample
        shutil.rmtree(part, ignore_errors=True)


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
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
