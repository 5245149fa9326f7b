"""Clips lie in memory where they fit, and on disk where they don't."""

from pathlib import Path

import pytest
import torch

from training.data import memory_or_disk
from training.data.dataset import Dataset
from training.data.mel_cache import frames_of
from training.data.memory_or_disk import SHARE, clip_store, free_bytes, room_for_each
from training.data.progress import quiet
from training.spectrogram import FrontEnd

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("front_end", [None, FrontEnd()])
@pytest.mark.parametrize("fits", [True, False])
def test_what_does_not_fit_stays_on_disk(
    tones: Dataset, front_end: FrontEnd | None, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 2 * (tones.lengths.sum() if front_end is None else frames_of(tones, front_end).sum() * front_end.mels)
    monkeypatch.setattr(memory_or_disk, "free_bytes", lambda device: int(size / SHARE) + (1 if fits else -10))
    assert clip_store(tones, front_end, CPU, quiet).on_disk != fits
    for asked in ("disk", "memory"):
        assert clip_store(tones, front_end, CPU, quiet, asked).on_disk == (asked == "disk")


GPU = torch.device("cuda", 0)


@pytest.mark.parametrize(
    ("device", "processes", "room"), [(CPU, 1, 800), (CPU, 4, 200), (GPU, 1, 500), (GPU, 2, 400), (GPU, 8, 100)]
)
def test_processes_of_one_machine_share_its_memory_on_the_way_to_gpus_too(
    device: torch.device, processes: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.data.memory_or_disk.free_bytes", lambda device: 800 if device.type == "cpu" else 500)
    assert room_for_each(device, processes) == room


def test_a_container_has_what_it_may_still_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_or_disk, "CONTAINER", tmp_path)
    free = free_bytes(CPU)
    assert 1e8 < free < 1e14
    monkeypatch.setattr(memory_or_disk, "_available", lambda: free)  # others take and give back memory meanwhile
    (tmp_path / "memory.current").write_text("300\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert free_bytes(CPU) == free
    (tmp_path / "memory.max").write_text("1000\n")
    assert free_bytes(CPU) == 700
    (tmp_path / "memory.max").write_text("100\n")
    assert free_bytes(CPU) == 0
