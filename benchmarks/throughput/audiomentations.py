"""Views by the package torch-audiomentations, which changes whole batches of samples, and their spectrograms."""

import warnings
from collections.abc import Callable

import torch
import torchaudio
from torch import Tensor

from benchmarks.throughput.steps import Trained
from benchmarks.throughput.textbook import SECONDS, SNR_DB
from training.data.dataset import SAMPLE_RATE


def views(trained: Trained) -> Callable[[], tuple[Tensor, Tensor]] | None:
    """Two views of a batch of ready stretches: loudness, noise, a filter, a shift, a spectrogram; None where it isn't installed.

    Every change is drawn for each clip, as the package advises.
    """
    try:
        import torch_audiomentations as package
    except ImportError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = {"p": 1.0, "mode": "per_example", "sample_rate": SAMPLE_RATE, "output_type": "tensor"}
        changes = package.Compose(
            [
                package.Shift(-0.5, 0.5, **drawn),
                package.Gain(-6.0, 6.0, **drawn),
                package.LowPassFilter(**{**drawn, "p": 0.5}),
                package.AddColoredNoise(*SNR_DB, **drawn),
            ],
            output_type="tensor",
        )
    front_end = trained.learner.method.augment.front_end
    hop = round(front_end.hop_seconds * SAMPLE_RATE)
    mel = torchaudio.transforms.MelSpectrogram(SAMPLE_RATE, n_fft=1024, hop_length=hop, n_mels=front_end.mels)
    mel = mel.to(trained.machine.device)
    ready = torch.randn(trained.size, 1, round(SECONDS * SAMPLE_RATE), device=trained.machine.device)

    def one() -> Tensor:
        changed: Tensor = changes(ready, sample_rate=SAMPLE_RATE)
        return (mel(changed[:, 0]) + 1e-6).log()

    return lambda: (one(), one())
