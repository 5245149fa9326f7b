"""Multi-format learning: the spectrogram of a clip and its samples must find each other.

Paper:   Wang & van den Oord 2021, arXiv 2103.06508, section 2
Differs: 1. Both encoders are small. The one of the samples is strided convolutions instead of a ResNet, half as wide as
            the encoder conv1d: it would take nearly all of the time.
         2. The two formats are views changed apart, not two pictures of the same stretch of sound. Samples are only moved,
            stretched and turned louder or over: to mix, filter or drown them takes time, and the spectrogram has that.
         3. AdamW, and batches of hundreds of clips instead of thousands.
         4. Other windows of a clip's own recording are no wrong answers (`same_recording`).
Shapes:  B clips, F mel bands, V view frames, S samples of the longest clip, D encoder width, P projection width.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.data.dataset import SAMPLE_RATE, Dataset
from training.encoders.conv1d import Conv1d
from training.encoders.encoder import Encoder
from training.errors import SettingError
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.symbols import TEMPERATURE
from training.methods.two_modalities import MatchingSettings, TwoModalities
from training.methods.two_views import SIMILARITY
from training.methods.wrong_answers import WrongAnswers
from training.parts.heads import projector
from training.views import WaveformViews

MOST_BYTES = 2 * 2**30
"""Of waveforms in memory."""


@dataclass(frozen=True)
class Settings(WrongAnswers, MatchingSettings):
    """Settings of multi-format learning."""


class MultiFormat(TwoModalities):
    """One encoder hears the mel spectrogram, another one the samples; each must recognise what the other heard."""

    Config = Settings
    encoders = ("conv2d", "resnet", "patch_transformer", "conv_gru")
    # Steps are few: small ones of short views make more of them.
    run_defaults: ClassVar = {"batch_size": 128, "views": {"crop_seconds": 0.64}}
    card = Card(
        title="Multi-format",
        family="across modalities",
        year=2021,
        paper="Wang & van den Oord, Multi-Format Contrastive Learning of Audio Representations, arXiv 2103.06508",
        summary="The same clip reaches two networks in two formats: one sees its spectrogram, the other hears its samples. "
        "Each must find, among all clips of the batch, the one that the other had. What the two have in common is what "
        "was heard, so that is what they learn; the quirks of either format are left out.",
        formula=r"\mathcal{L} = -\frac{1}{2B} \sum_i \left( \log \frac{e^{a_i \cdot b_i / \tau}}{\sum_k e^{a_i \cdot b_k / \tau}} "
        r"+ \log \frac{e^{a_i \cdot b_i / \tau}}{\sum_k e^{a_k \cdot b_i / \tau}} \right)",
        symbols={
            "a_i, b_i": "the projections of clip i's spectrogram and of its samples, of length 1",
            "B": "how many clips the batch has",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other clips of the batch: if all embeddings were equal, no format could find the other.",
        breaks="If one of the two networks learns nothing, neither does the other: the loss then stays at ln B. "
        "The network on the samples costs several times as much as the one on the spectrogram.",
        flow=Flow(
            (
                ("spectrogram", "view", "encoder", "projector"),
                ("waveform", "view", "second encoder", "projector"),
                ("other clips",),
            ),
            loss="which formats belong together",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "Views change the voice and the channel and keep what is said. The network on the samples takes most of the "
            "time, and until it hears something there is nothing to match: a minute was expected to be too short.",
            seconds=300,
        ),
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Spectrograms against samples",
            meaning="Each row is a clip's spectrogram, each column a clip's samples: bright on the diagonal means that the "
            "two formats of a clip found each other.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.remark = config.remark(task)
        self.listener = Conv1d(0, channels=(16, 32, 64), width=128)
        self.project_samples = projector(self.listener.width, config.hidden_width, config.projection_width)
        self.augment_samples = WaveformViews(
            crop_seconds=task.augment.settings.crop_seconds, mixup=0.0, noise=0.0, equalizer=0.0
        )

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        """The samples of every clip, int16, zero past its end. Raises UserError where they take too much memory."""
        longest = int(dataset.lengths.max())
        needed = len(dataset) * longest * 2
        if needed > MOST_BYTES:
            raise SettingError(
                "window_seconds",
                f"lets clips be up to {longest / SAMPLE_RATE:.1f} s long, and the samples of {len(dataset):,} of them take "
                f"{needed / 2**30:.1f} GB of memory, but this method holds at most {MOST_BYTES / 2**30:.0f} GB; choose less "
                "data or a smaller one.",
            )
        samples = torch.zeros(len(dataset), longest, dtype=torch.int16)
        for row, start, length in zip(samples, dataset.starts, dataset.lengths, strict=True):
            row[: int(length)] = torch.from_numpy(np.array(dataset.samples[start : start + length]))
        return {"samples": samples, "sample_count": torch.from_numpy(np.asarray(dataset.lengths).astype(np.int64))}

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A random view of each format, (B, F, V) and (B, samples); a clip's meaning is itself."""
        samples = batch.companions["samples"].float() / 32768.0
        return {
            "sound": self.augment.one(batch.audio, batch.lengths, generator),
            "samples": self.augment_samples(
                samples, batch.companions["sample_count"], generator, devices=self.augment.devices
            ),
            "meaning": batch.clips,
            **self.config.seen(batch),
        }

    def counterpart(self, views: dict[str, Tensor]) -> Tensor:
        """What the second encoder hears in the samples, (B, P)."""
        heard: Tensor = self.project_samples(self.listener(views["samples"]))
        return heard
