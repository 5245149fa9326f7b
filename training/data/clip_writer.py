"""Writes the clips of a set to the cache, one after the other, in constant memory.

A set is written to `<fingerprint>.part-*` and becomes visible whole, by one rename, or not at all.
"""

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.data.cache import SCHEMA, checked, load, locked, mel_folder, sets_folder, writable
from training.data.clipping import clipped_share
from training.data.dataset import SAMPLE_RATE, Dataset, Skipped
from training.durable import sync_folder
from training.errors import UserError

NOTHING_BESIDE: Mapping[str, str | None] = {}


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
        sets = writable(sets_folder(root))
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

    def tell_clipped(self, first: int, seconds: Mapping[int, float]) -> None:
        """What `training.data.clipping` found in the recording from which all clips but the first `first` were cut."""
        for clip in self._clips[first:]:
            end = clip["offset"] + clip["length"] / SAMPLE_RATE
            clip["clipped"] = round(clipped_share(seconds, clip["offset"], end), 6)

    def keep_first(self, count: int) -> None:
        """Takes back every clip but the first `count`, for a file that turns out broken after some of its windows."""
        self._total_samples -= sum(clip["length"] for clip in self._clips[count:])
        del self._clips[count:]
        with self._sentence_for_disk_errors():
            self._file.seek(2 * self._total_samples)
            self._file.truncate()

    def finish(
        self,
        group: str,
        skipped: Iterable[Skipped] = (),
        warnings: Iterable[Skipped] = (),
        without: Collection[str] = (),
        highest_rate: int | None = None,
    ) -> Dataset:
        """Makes the set whole on disk and opens it, `without` these facets, which turned out to say nothing more than others.

        `highest_rate`: the highest sampling rate of its files in Hz, where it is known. Where another process was first, its equal set is opened.
        """
        about = {**self._description(group, skipped, warnings, without), "highest_rate": highest_rate}
        whole = sets_folder(self._root) / self.fingerprint
        with self._sentence_for_disk_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
            with open(self._part / "clips.json", "w", encoding="utf-8") as file:
                json.dump(about, file)
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self._part)
            with locked(whole.parent / "parts.lock"):
                if load(self.fingerprint, self._root, claims=self.claimed) is None:
                    if whole.exists():
                        _forget_mel(self.fingerprint, self._root)
                    shutil.rmtree(whole, ignore_errors=True)
                    self._part.replace(whole)
                    sync_folder(whole.parent)
        self.abandon()
        made = load(self.fingerprint, self._root)
        if made is None:
            raise UserError(f"The clips written to {whole} could not be read back.")
        return made

    def abandon(self) -> None:
        """Closes and removes what is not visible yet. May be called twice, and after `finish`."""
        with contextlib.suppress(OSError, AttributeError):  # the latter where it could not even be opened
            self._file.close()
        shutil.rmtree(self._part, ignore_errors=True)

    def _description(
        self, group: str, skipped: Iterable[Skipped], warnings: Iterable[Skipped], without: Collection[str]
    ) -> dict[str, Any]:
        facets = {}
        for key in dict.fromkeys(key for clip in self._clips for key in clip["labels"] if key not in without):
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
            **(
                {"clipped": [clip["clipped"] for clip in self._clips]}
                if all("clipped" in c for c in self._clips)
                else {}
            ),
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
            raise UserError(
                f"The clips could not be written to {sets_folder(self._root)}: {error.strerror}."
            ) from error


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
