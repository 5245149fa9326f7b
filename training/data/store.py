"""All clips of a run on its device, ready to be drawn by index: as levelled mel power, or as samples.

Shapes:  n clips, B clips of a batch, F mel bands, T frames (of the longest clip), S samples (likewise).
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from training.batch import Batch
from training.data.cache import mel_folder
from training.data.dataset import Dataset, Progress
from training.spectrogram import FrontEnd, levelled, log_mel

CHUNK = 256
"""Clips whose spectrograms are made at once."""
LOUDEST = 65_504.0
"""The largest number of half precision; a short loud tone in a long quiet clip may have more times its mean power."""
MEL_VERSION = 1
"""Raised when the same front end gives other numbers than before."""


@dataclass(frozen=True)
class ClipStore:
    """n clips of different lengths, lying one after the other in one tensor on the device."""

    rows: Tensor
    """(all frames, F) float16 mel power, or (all samples,) int16."""
    starts: Tensor
    """(n,) int64: each clip's first row."""
    lengths: Tensor
    """(n,) int64: rows of each clip."""
    groups: Tensor
    """(n,) int64: which speaker, file or instrument each clip comes from."""
    recordings: Tensor
    """(n,) int64: which file each clip was cut from."""
    longest: int
    """Rows of the longest clip."""

    def __len__(self) -> int:
        return len(self.starts)

    def audio(self, clips: Tensor, longest: int | None = None) -> Tensor:
        """(B, F, T) mel power or (B, S) samples in [-1, 1): float32, zero past each clip's length."""
        at = torch.arange(longest or self.longest, device=self.rows.device)
        lengths = self.lengths[clips]
        index = self.starts[clips, None] + torch.minimum(at, lengths[:, None] - 1)  # (B, T)
        inside = at < lengths[:, None]
        if self.rows.dim() == 1:
            return self.rows[index].float() * inside / 32768.0
        return (self.rows[index].float() * inside[:, :, None]).transpose(1, 2)

    def batch(self, clips: Tensor, companions: Mapping[str, Tensor]) -> Batch:
        """The clips (B,) with all that a method may ask of them."""
        return Batch(
            clips=clips,
            audio=self.audio(clips),
            lengths=self.lengths[clips],
            groups=self.groups[clips],
            recordings=self.recordings[clips],
            companions={name: table[clips] for name, table in companions.items()},
        )


def waveform_store(dataset: Dataset, device: torch.device) -> ClipStore:
    """The clips' samples, as int16 on the device."""
    rows = torch.from_numpy(np.asarray(dataset.samples).copy()).to(device)
    return _store(rows, torch.from_numpy(np.asarray(dataset.starts)), np.asarray(dataset.lengths), dataset, device)


def mel_store(dataset: Dataset, front_end: FrontEnd, device: torch.device, progress: Progress) -> ClipStore:
    """The clips' levelled mel power, made once for each front end and then read from the cache."""
    frames = np.array([front_end.frames(int(s)) for s in dataset.lengths])
    path = mel_path(dataset.fingerprint, front_end)
    power = _cached(path, (int(frames.sum()), front_end.mels))
    if power is None:
        power = _made(dataset, front_end, frames, device, progress)
        keep_mel(path, power.shape, (power,))
    starts = torch.from_numpy(np.concatenate([[0], np.cumsum(frames)[:-1]]))
    return _store(torch.from_numpy(power).to(device), starts, frames, dataset, device)


def mel_path(fingerprint: str, front_end: FrontEnd) -> Path:
    """Where the mel power of a data set lies, keyed by every setting of the front end."""
    key = json.dumps([MEL_VERSION, front_end.key], sort_keys=True).encode()
    return mel_folder() / f"{fingerprint}-{hashlib.sha256(key).hexdigest()[:16]}.npy"


def has_mel(path: Path, shape: tuple[int, int]) -> bool:
    """Whether mel power of this shape lies at a place of `mel_path`."""
    return _cached(path, shape, mmap_mode="r") is not None


def keep_mel(path: Path, shape: tuple[int, ...], parts: Iterable[np.ndarray]) -> None:
    """Keeps mel power of the whole `shape` (frames, F) float16, given in parts of its rows, at a place of `mel_path`.

    Keeping it is a convenience: a full disk or an unwritable cache costs the next run some seconds, no more.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            about = {"descr": "<f2", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, about)
            for part in parts:
                file.write(np.ascontiguousarray(part, "<f2").data)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()


def input_statistics(store: ClipStore) -> tuple[float, float]:
    """Mean and standard deviation of log-mel over all frames of all clips; (0, 1) where the store holds samples."""
    if store.rows.dim() == 1:
        return 0.0, 1.0
    values = log_mel(store.rows[:: max(1, len(store.rows) // 50_000)].float())
    return float(values.mean()), float(values.std())


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
    lengths = torch.tensor([front_end.frames(int(s)) for s in samples], device=device)
    return levelled(front_end.power(padded.to(device)), lengths), lengths


def _store(rows: Tensor, starts: Tensor, lengths: np.ndarray, dataset: Dataset, device: torch.device) -> ClipStore:
    return ClipStore(
        rows,
        starts=starts.to(device),
        lengths=torch.from_numpy(lengths).to(device),
        groups=torch.from_numpy(dataset.groups.codes.astype(np.int64)).to(device),
        recordings=torch.from_numpy(dataset.recordings).to(device),
        longest=int(lengths.max()),
    )


def _made(
    dataset: Dataset, front_end: FrontEnd, frames: np.ndarray, device: torch.device, progress: Progress
) -> np.ndarray:
    rows = np.empty((int(frames.sum()), front_end.mels), np.float16)
    at = 0
    for first in range(0, len(dataset), CHUNK):
        clips = range(first, min(first + CHUNK, len(dataset)))
        power, lengths = clip_power([dataset.waveform(c) for c in clips], front_end, device)
        inside = torch.arange(power.shape[2], device=device) < lengths[:, None]
        made = power.transpose(1, 2)[inside].clamp(max=LOUDEST).half().cpu().numpy()  # (frames of these clips, F)
        rows[at : at + len(made)] = made
        at += len(made)
        progress(clips.stop / len(dataset), "Making spectrograms")
    return rows


def _cached(path: Path, shape: tuple[int, int], mmap_mode: Literal["r"] | None = None) -> np.ndarray | None:
    try:
        found = np.load(path, mmap_mode, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.float16 else None
