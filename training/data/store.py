"""All clips of a run, ready to be drawn by index: as levelled mel power, or as samples.

They lie in the memory of the device where they fit (training.data.memory_or_disk), and are read from the disk where they don't.

Shapes:  n clips, B clips of a batch, F mel bands, T frames (of the longest clip), S samples (likewise).
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from training.batch import Batch
from training.data.dataset import Dataset, Progress
from training.data.mel_cache import frames_of, halved, has_mel, keep_mel, kept_mel, made_mel, mel_path, write_mel
from training.errors import UserError
from training.spectrogram import FrontEnd, levelled, log_mel

SOME_CLIPS = 500
"""So many give the mean and the spread of all, where their mel power is not at hand."""


@dataclass(frozen=True)
class ClipStore:
    """n clips of different lengths, lying one after the other in one tensor."""

    rows: Tensor
    """(all frames, F) float16 mel power, or (all samples,) int16: on the device, or mapped from a file."""
    starts: Tensor
    """(n,) int64, where `rows` are: each clip's first row."""
    spans: Tensor
    """(n,) int64, where `rows` are: how many rows each clip has."""
    lengths: Tensor
    """(n,) int64, on the device as all that follows: frames or samples of each clip."""
    groups: Tensor
    """(n,) int64: which speaker, file or instrument each clip comes from."""
    recordings: Tensor
    """(n,) int64: which file each clip was cut from."""
    longest: int
    """Frames or samples of the longest clip."""
    on_disk: bool = False
    """Whether `rows` are read from a file as they are drawn."""
    front_end: FrontEnd | None = None
    """By which mel power is made of each batch, where `rows` are samples and mel power is wanted."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def device(self) -> torch.device:
        """Where batches are."""
        return self.lengths.device

    def audio(self, clips: Tensor, longest: int | None = None) -> Tensor:
        """(B, F, T) mel power or (B, S) samples in [-1, 1): float32, zero past each clip's length."""
        return self._heard(self.read(clips, longest), clips.to(self.device), longest or self.longest)

    def batch(self, clips: Tensor, companions: Mapping[str, Tensor], read: Tensor | None = None) -> Batch:
        """The clips (B,) with all that a method may ask of them; `read` is what `read` gave for them, if it did.

        Nobody waits for a GPU where the clips lie there, and `read` there or in pinned memory.
        """
        read = self.read(clips) if read is None else read
        clips = clips.to(self.device)
        return Batch(
            clips=clips,
            audio=self._heard(read, clips, self.longest),
            lengths=self.lengths[clips],
            groups=self.groups[clips],
            recordings=self.recordings[clips],
            companions={name: table[clips] for name, table in companions.items()},
        )

    def read(self, clips: Tensor, longest: int | None = None) -> Tensor:
        """The rows of the clips (B,), as they lie and where they lie; past a clip's end stands its last row.

        All reading of a disk happens here, in whichever thread calls it.
        """
        clips = clips.to(self.rows.device)
        spans = self.spans[clips]
        most = int(spans.max()) if self.front_end else longest or self.longest
        at = torch.arange(most, device=self.rows.device)
        return self.rows[self.starts[clips, None] + torch.minimum(at, spans[:, None] - 1)]

    @cached_property
    def _spans(self) -> Tensor:
        """`spans`, on the device."""
        return self.spans.to(self.device)

    def _heard(self, read: Tensor, clips: Tensor, longest: int) -> Tensor:
        """What was read of the clips (B,), which lie on the device, as `audio` gives it."""
        read, lengths = read.to(self.device, non_blocking=True), self.lengths[clips]
        spans = lengths if self.front_end is None else self._spans[clips]
        inside = torch.arange(read.shape[1], device=self.device) < spans[:, None]
        if read.dim() == 3:
            return (read.float() * inside[:, :, None]).transpose(1, 2)
        samples = read.float() * inside / 32768.0
        if self.front_end is None:
            return samples
        power = halved(levelled(self.front_end.power(samples), lengths)).float()
        return functional.pad(power, (0, longest - power.shape[2]))


def waveform_store(dataset: Dataset, device: torch.device, on_disk: bool = False) -> ClipStore:
    """The clips' samples as int16, on the device or on disk."""
    rows = _mapped(dataset.samples) if on_disk else torch.from_numpy(np.array(dataset.samples)).to(device)
    return _store(rows, dataset.starts, dataset.lengths, dataset, device, on_disk)


def mel_store(
    dataset: Dataset, front_end: FrontEnd, device: torch.device, progress: Progress, on_disk: bool = False
) -> ClipStore:
    """The clips' levelled mel power, made once for each front end and then read from the cache.

    Raises UserError where it must lie on disk and can't be written.
    """
    frames = frames_of(dataset, front_end)
    path, shape = mel_path(dataset.fingerprint, front_end), (int(frames.sum()), front_end.mels)
    power = _mel_on_disk(dataset, front_end, device, progress, path, shape) if on_disk else kept_mel(path, shape)
    if power is None:
        power, at = np.empty(shape, np.float16), 0
        for part in made_mel(dataset, front_end, device, progress):
            power[at : at + len(part)] = part
            at += len(part)
        keep_mel(path, power.shape, (power,))
    rows = _mapped(power) if on_disk else torch.from_numpy(power).to(device)
    return _store(rows, np.cumsum(frames) - frames, frames, dataset, device, on_disk)


def made_mel_store(dataset: Dataset, front_end: FrontEnd, device: torch.device) -> ClipStore:
    """The clips' samples on disk, of which each batch's mel power is made on the device.

    Where that is faster than reading mel power that was made before: a GPU makes it of a batch in less than a
    millisecond, and nobody waits for that of all clips before the first step.
    """
    frames = frames_of(dataset, front_end)
    store = waveform_store(dataset, device, on_disk=True)
    lengths = torch.from_numpy(frames).to(device)
    return replace(store, lengths=lengths, longest=int(frames.max()), front_end=front_end)


def input_statistics(store: ClipStore) -> tuple[float, float]:
    """Mean and standard deviation of log-mel over all frames of all clips; (0, 1) where samples are heard."""
    if store.front_end is not None:
        some = torch.linspace(0, len(store) - 1, min(len(store), SOME_CLIPS)).long()
        values = log_mel(store.audio(some).transpose(1, 2)[_inside(store, some)])
    elif store.rows.dim() == 1:
        return 0.0, 1.0
    else:
        values = log_mel(store.rows[:: max(1, len(store.rows) // 50_000)].float())
    return float(values.mean()), float(values.std())


def _inside(store: ClipStore, clips: Tensor) -> Tensor:
    """(B, T): which frames are of the clips themselves."""
    clips = clips.to(store.device)
    return torch.arange(store.longest, device=store.device) < store.lengths[clips, None]


def _mel_on_disk(
    dataset: Dataset, front_end: FrontEnd, device: torch.device, progress: Progress, path: Path, shape: tuple[int, int]
) -> np.ndarray:
    if not has_mel(path, shape):
        try:
            write_mel(path, shape, made_mel(dataset, front_end, device, progress))
        except OSError as error:
            raise UserError(
                f"The spectrograms of {dataset.name}, {shape[0] * shape[1] * 2 / 1e9:.1f} GB, are more than the memory "
                f"holds, and could not be written to {path.parent}: {error.strerror}."
            ) from error
    found = kept_mel(path, shape, mmap_mode="r")
    if found is None:
        raise UserError(f"The spectrograms written to {path.parent} could not be read back.")
    return found


def _mapped(array: np.ndarray) -> Tensor:
    """A tensor of a file's content, which nobody writes to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)


def _store(
    rows: Tensor, starts: np.ndarray, spans: np.ndarray, dataset: Dataset, device: torch.device, on_disk: bool
) -> ClipStore:
    return ClipStore(
        rows,
        starts=torch.from_numpy(np.array(starts)).to(rows.device),
        spans=torch.from_numpy(np.array(spans)).to(rows.device),
        lengths=torch.from_numpy(np.array(spans)).to(device),
        groups=torch.from_numpy(dataset.groups.codes.astype(np.int64)).to(device),
        recordings=torch.from_numpy(dataset.recordings).to(device),
        longest=int(spans.max()),
        on_disk=on_disk,
    )
