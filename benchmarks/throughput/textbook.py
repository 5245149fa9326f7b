"""SimCLR as a tutorial writes it: clips loaded and changed one at a time by torchaudio in a DataLoader's workers, the loss of the
package lightly, the same encoder, projector and optimiser as here.

Two kinds of views: "usual" takes a stretch of the sound, another loudness, noise, a spectrogram of it and SpecAugment's masks;
"same" makes the very views of this project, one clip at a time, of spectrograms that are ready.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
import torchaudio
from torch import Generator, Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as Clips

from benchmarks.throughput.steps import Trained
from training.data.dataset import SAMPLE_RATE, Dataset
from training.parts.heads import projector

WORKERS = (0, 1, 2)
"""Of the DataLoader; the fastest one counts."""
KINDS = ("usual", "same")
SECONDS = 0.96
SNR_DB = (5.0, 45.0)
MASKED = 10
"""Most frames, or bands, that a mask of SpecAugment hides."""


class UsualViews(Clips[tuple[Tensor, Tensor]]):
    """Two views (F, T) of a clip's samples."""

    def __init__(self, dataset: Dataset, trained: Trained):
        front_end = trained.learner.method.augment.front_end
        hop = round(front_end.hop_seconds * SAMPLE_RATE)
        self.dataset, self.samples = dataset, round(SECONDS * SAMPLE_RATE)
        self.mel = torchaudio.transforms.MelSpectrogram(SAMPLE_RATE, n_fft=1024, hop_length=hop, n_mels=front_end.mels)
        self.masks = nn.Sequential(
            torchaudio.transforms.TimeMasking(MASKED), torchaudio.transforms.FrequencyMasking(MASKED)
        )

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, clip: int) -> tuple[Tensor, Tensor]:
        waveform = torch.from_numpy(self.dataset.waveform(clip))
        return self.view(waveform), self.view(waveform)

    def view(self, waveform: Tensor) -> Tensor:
        """One of them."""
        missing = max(0, self.samples - len(waveform))
        before = int(torch.randint(missing + 1, ()))
        padded = torch.nn.functional.pad(waveform, (before, missing - before))
        first = int(torch.randint(len(padded) - self.samples + 1, ()))
        cut = padded[first : first + self.samples] * (10 ** (torch.rand(()) * 0.6 - 0.3))
        snr = torch.empty(1).uniform_(*SNR_DB)
        noisy = torchaudio.functional.add_noise(cut[None], torch.randn(1, self.samples), snr)
        return self.masks((self.mel(noisy) + 1e-6).log())[0]


class SameViews(Clips[tuple[Tensor, Tensor]]):
    """Two views (F, V) of a clip's ready spectrogram, by this project's own changes; mixing needs a second clip, and gets none."""

    def __init__(self, dataset: Dataset, trained: Trained):
        self.trained, self.count = trained, len(dataset)
        self.augment = trained.learner.method.augment
        self.generator = Generator().manual_seed(0)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, clip: int) -> tuple[Tensor, Tensor]:
        batch = self.trained.store.batch(torch.tensor([clip]), {})
        first, second = self.augment.pair(batch.audio, batch.lengths, self.generator)
        return first[0], second[0]


class Textbook:
    """Its training, a step at a time, without end."""

    def __init__(self, kind: str, dataset: Dataset, trained: Trained, workers: int):
        from lightly.loss import NTXentLoss

        method: Any = trained.learner.method
        self.machine, self.size = trained.machine, trained.size
        views = (UsualViews if kind == "usual" else SameViews)(dataset, trained)
        repeated = torch.utils.data.RandomSampler(views, replacement=True, num_samples=1 << 30)
        self.loader = DataLoader(
            views, self.size, sampler=repeated, num_workers=workers, drop_last=True, persistent_workers=workers > 0
        )
        self.batches: Iterator[tuple[Tensor, Tensor]] = iter(self.loader)
        encoder = type(method.encoder)(method.augment.front_end.mels)
        self.model = nn.Sequential(encoder, projector(encoder.width, 256, 128)).to(self.machine.device)
        if self.machine.channels_last:
            self.model.to(memory_format=torch.channels_last)
        self.criterion = NTXentLoss(temperature=0.1)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=3e-3)

    def step(self) -> None:
        """One."""
        first, second = (view.to(self.machine.device, non_blocking=True) for view in next(self.batches))
        with self.machine.autocast():
            z1, z2 = self.model(first), self.model(second)
        self.criterion(z1.float(), z2.float()).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def close(self) -> None:
        """End its workers."""
        del self.batches, self.loader


def fastest(kind: str, dataset: Dataset, trained: Trained, seconds: Callable[[Callable[[], object]], float]) -> int:
    """The number of workers at which a step takes least."""
    timed: dict[int, float] = {}
    for workers in WORKERS:
        book = Textbook(kind, dataset, trained, workers)
        timed[workers] = seconds(book.step)
        book.close()
    return min(timed, key=lambda workers: timed[workers])
