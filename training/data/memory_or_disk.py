"""Where the clips of a run lie while it trains: in the memory of its device where they fit, else on disk."""

import os
import sys
from pathlib import Path

import torch

from training.data.dataset import Dataset, Progress
from training.data.mel_cache import frames_of
from training.data.store import ClipStore, made_mel_store, mel_store, waveform_store
from training.spectrogram import FrontEnd

SHARE = 0.4
"""Of the memory that is free, so much may be taken by clips: the rest is for what a step computes, and for others."""
CONTAINER = Path("/sys/fs/cgroup")


def clip_store(
    dataset: Dataset,
    front_end: FrontEnd | None,
    device: torch.device,
    progress: Progress,
    clips_in: str = "auto",
    processes: int = 1,
) -> ClipStore:
    """The clips as mel power by `front_end`, or as samples where it is None; `clips_in`: auto, memory or disk; `processes`: of
    this machine that each hold all of them.

    Raises UserError where they must lie on disk and can't be written.
    """
    rows = dataset.lengths.sum() if front_end is None else frames_of(dataset, front_end).sum() * front_end.mels
    on_disk = clips_in == "disk" or (clips_in == "auto" and 2 * int(rows) > SHARE * room_for_each(device, processes))
    if front_end is None:
        return waveform_store(dataset, device, on_disk)
    if on_disk and device.type == "cuda":
        return made_mel_store(dataset, front_end, device)
    return mel_store(dataset, front_end, device, progress, on_disk)


def room_for_each(device: torch.device, processes: int) -> int:
    """Free bytes for the clips of one process: on their way to a GPU they lie in the memory of its machine, which all share."""
    machine = free_bytes(torch.device("cpu")) // processes
    return machine if device.type == "cpu" else min(machine, free_bytes(device))


def free_bytes(device: torch.device) -> int:
    """How much memory the device could still give: of a container, what it may still take."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return min(_available(), _left_to_the_container())


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):  # not Linux: half of what there is
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _left_to_the_container() -> int:
    try:
        most, taken = (int((CONTAINER / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # none, or one without a limit ("max")
        return sys.maxsize
    return max(0, most - taken)
