"""What was read ahead is what would have been read."""

import threading

import pytest
import torch

from training.data.dataset import Dataset
from training.data.read_ahead import ReadAhead
from training.data.store import ClipStore, waveform_store

CPU = torch.device("cpu")
BATCHES = [torch.tensor([1, 5, 9]), torch.tensor([0, 5, 2]), torch.tensor([63, 62, 61])]


def batches(reader: ReadAhead) -> list[torch.Tensor]:
    coming = [*BATCHES[1:], None]
    return [reader.batch(clips, after).audio for clips, after in zip(BATCHES, coming, strict=True)]


@pytest.mark.parametrize("on_disk", [False, True])
def test_every_batch_is_the_clips_own(tones: Dataset, on_disk: bool) -> None:
    store = waveform_store(tones, CPU, on_disk)
    for got, clips in zip(batches(ReadAhead(store, {}, lambda x: x)), BATCHES, strict=True):
        assert torch.equal(got, store.audio(clips))


def test_who_asks_for_others_than_were_told_gets_them(tones: Dataset) -> None:
    store = waveform_store(tones, CPU, on_disk=True)
    reader = ReadAhead(store, {}, lambda x: x)
    reader.batch(BATCHES[0], BATCHES[1])
    assert torch.equal(reader.batch(BATCHES[2], None).audio, store.audio(BATCHES[2]))


def test_another_thread_reads_each_batch_once(tones: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    store, readers = waveform_store(tones, CPU, on_disk=True), []
    read = ClipStore.read

    def noted(self: ClipStore, clips: torch.Tensor, longest: int | None = None) -> torch.Tensor:
        readers.append(threading.current_thread() is threading.main_thread())
        return read(self, clips, longest)

    monkeypatch.setattr(ClipStore, "read", noted)
    batches(ReadAhead(store, {}, lambda x: x))
    assert sorted(readers) == [False, False, True]
