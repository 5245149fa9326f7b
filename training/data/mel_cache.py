"""Levelled mel power on disk, made once for each front end: `<cache>/mel/<fingerprint>-<front end>.npy`, (frames, F) float16."""

import contextlib
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Literal

import numpy as np
import torch
from torch import Tensor

from training.data.cache import mel_folder
from training.data.dataset import Dataset, Progress
from training.spectrogram import FrontEnd, levelled

CHUNK = 256
"""Clips whose spectrograms are made at once."""
LOUDEST = 65_504.0
"""The largest number of half precision; a short loud tone in a long quiet clip may have more times its mean power."""
MEL_VERSION = 1
"""Raised when the same front end gives other numbers than before."""


def mel_path(fingerprint: str, front_end: FrontEnd) -> Path:
    """Where the mel power of a data set lies, keyed by every setting of the front end."""
    key = json.dumps([MEL_VERSION, front_end.key], sort_keys=True).encode()
    return mel_folder() / f"{fingerprint}-{hashlib.sha256(key).hexdigest()[:16]}.npy"


def has_mel(path: Path, shape: tuple[int, int]) -> bool:
    """Whether mel power of this shape lies at a place of `mel_path`."""
    return kept_mel(path, shape, mmap_mode="r") is not None


def kept_mel(path: Path, shape: tuple[int, int], mmap_mode: Literal["r"] | None = None) -> np.ndarray | None:
    """The mel power of this shape at a place of `mel_path`, in memory or mapped; None where there is none that is sound."""
    try:
        found = np.load(path, mmap_mode, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.float16 else None


def keep_mel(path: Path, shape: tuple[int, ...], parts: Iterable[np.ndarray]) -> None:
    """Keeps mel power of the whole `shape` (frames, F) float16, given in parts of its rows, at a place of `mel_path`.

    Keeping it is a convenience: a full disk or an unwritable cache costs the next run some seconds, no more.
    """
    with contextlib.suppress(OSError):
        write_mel(path, shape, parts)


def write_mel(path: Path, shape: tuple[int, ...], parts: Iterable[np.ndarray]) -> None:
    """The same, where it must succeed: in the memory of one part. Raises OSError, and leaves nothing then."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_dead(path.parent)
        with _held(temporary) as file:
            about = {"descr": "<f2", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, about)
            for part in parts:
                file.write(np.ascontiguousarray(part, "<f2").data)
            file.flush()
            os.replace(temporary, path)  # while it is locked: without, another would take it for a dead one's
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _held(temporary: Path) -> IO[bytes]:
    """The file, opened to be written and locked as long as it is open."""
    while True:
        file = temporary.open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        if temporary.exists():
            file.truncate(0)
            return file
        file.close()  # it was taken for a dead one just before it was locked


def _remove_dead(folder: Path) -> None:
    """Half a file, which may have many gigabytes, of each process that died: a living one holds a lock on it."""
    for left in folder.glob(".*.npy.*"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def made_mel(dataset: Dataset, front_end: FrontEnd, device: torch.device, progress: Progress) -> Iterator[np.ndarray]:
    """The levelled mel power of all clips, some clips at a time: (frames of these clips, F) float16."""
    for first in range(0, len(dataset), CHUNK):
        clips = range(first, min(first + CHUNK, len(dataset)))
        power, lengths = clip_power([dataset.waveform(c) for c in clips], front_end, device)
        inside = torch.arange(power.shape[2], device=device) < lengths[:, None]
        yield halved(power).transpose(1, 2)[inside].cpu().numpy()
        progress(clips.stop / len(dataset), "Making spectrograms")


def frames_of(dataset: Dataset, front_end: FrontEnd) -> np.ndarray:
    """(n,) int64: how many frames each clip has."""
    return front_end.frames(np.asarray(dataset.lengths))


def halved(power: Tensor) -> Tensor:
    """Mel power, of any shape, in half precision, all of it finite."""
    return power.clamp(max=LOUDEST).half()


def padded_waveforms(waveforms: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Waveforms of different lengths as (B, S), zero past each end, and their lengths (B,) in samples."""
    lengths = torch.tensor([max(1, len(w)) for w in waveforms])
    padded = torch.zeros(len(waveforms), int(lengths.max()))
    for row, waveform in zip(padded, waveforms, strict=True):
        row[: len(waveform)] = torch.from_numpy(waveform)
    return padded, lengths


def clip_power(waveforms: list[np.ndarray], front_end: FrontEnd, device: torch.device) -> tuple[Tensor, Tensor]:
    """Levelled mel power (B, F, T) of waveforms of any lengths, and their lengths (B,) in frames."""
    padded, samples = padded_waveforms(waveforms)
    lengths = front_end.frames(samples).to(device)
    return levelled(front_end.power(padded.to(device)), lengths), lengths
