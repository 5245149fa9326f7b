"""The front end: waveform to linear mel power, levelled, so that augmentation can mix and filter before the log.

Shapes:  B clips, S samples, F mel bands, T frames.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import torch
import torchaudio
from torch import Tensor

from training.data.dataset import SAMPLE_RATE
from training.errors import SettingError
from training.settings import setting

FLOOR = 1e-5
"""Power, relative to a clip's active frames, below which everything counts as silence (-50 dB)."""
ACTIVE = 1e-3
"""A frame is active when its power is above this part of the clip's loudest frame (-30 dB)."""
Count = TypeVar("Count", int, np.ndarray, Tensor)

AS_SET = "as set"
RESOLUTIONS = {
    "40 bands every 20 ms": (40, 0.02),
    "64 bands every 10 ms": (64, 0.01),
    "80 bands every 10 ms": (80, 0.01),
}
"""Choices of `resolution`: its mels and hop_seconds. The fine ones are those of the papers, and take twice the time."""


@dataclass(frozen=True)
class FrontEnd:
    """How sound becomes a picture. Equal front ends share one cache.

    A `resolution` is a shorthand: what is kept are the mels and hop_seconds that it stands for.
    """

    resolution: str = setting(
        AS_SET,
        "Bands and time between frames in one choice, which replaces mels and hop_seconds; 'as set' leaves them as they are.",
        choices=(AS_SET, *RESOLUTIONS),
        before=AS_SET,
    )
    mels: int = setting(40, "How many mel bands a spectrogram has.", low=8, high=128)
    hop_seconds: float = setting(0.02, "Time from one frame to the next.", low=0.005, high=0.05, unit="s")
    analysis_seconds: float = setting(0.032, "Length of the analysis window.", low=0.01, high=0.1, unit="s")
    low_hz: float = setting(60.0, "Lower edge of the lowest mel band.", low=0.0, high=2000.0, unit="Hz")
    high_hz: float = setting(7800.0, "Upper edge of the highest mel band.", low=2000.0, high=8000.0, unit="Hz")

    def __post_init__(self) -> None:
        if self.resolution != AS_SET:
            mels, hop_seconds = RESOLUTIONS[self.resolution]
            for name, value in {"mels": mels, "hop_seconds": hop_seconds, "resolution": AS_SET}.items():
                object.__setattr__(self, name, value)
        if self.low_hz >= self.high_hz:
            upper = f"the upper edge of the highest band, {self.high_hz:g}"
            raise SettingError("low_hz", f"is {self.low_hz:g}, but a number below {upper}, was expected.")

    @property
    def key(self) -> dict[str, float]:
        """What decides its numbers, by name: equal keys, equal spectrograms."""
        return {name: value for name, value in asdict(self).items() if name != "resolution"}

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return round(self.hop_seconds * SAMPLE_RATE)

    @property
    def window_samples(self) -> int:
        """Samples of the analysis window."""
        return round(self.analysis_seconds * SAMPLE_RATE)

    @property
    def transform_samples(self) -> int:
        """Length of the Fourier transform; below 512 the lowest bands would hold no bin."""
        return max(512, 1 << (self.window_samples - 1).bit_length())

    @property
    def band_hz(self) -> np.ndarray:
        """(F,) centre of each band, by the mel scale 2595 · log10(1 + f / 700)."""
        low, high = (2595 * np.log10(1 + hz / 700) for hz in (self.low_hz, self.high_hz))
        return np.asarray(700 * (10 ** (np.linspace(low, high, self.mels + 2)[1:-1] / 2595) - 1))

    @property
    def bands(self) -> np.ndarray:
        """(F, K) float32: how much of each frequency's power a band holds."""
        bands: np.ndarray = self._transform.mel_scale.fb.T.numpy(force=True)
        return bands

    def frames(self, samples: Count) -> Count:
        """How many frames waveforms of so many samples give."""
        return samples // self.hop_samples + 1

    def transform(self) -> torchaudio.transforms.MelSpectrogram:
        """A module that makes `power` of waveforms."""
        return torchaudio.transforms.MelSpectrogram(
            sample_rate=SAMPLE_RATE,
            n_fft=self.transform_samples,
            win_length=self.window_samples,
            hop_length=self.hop_samples,
            f_min=self.low_hz,
            f_max=self.high_hz,
            n_mels=self.mels,
            pad_mode="constant",  # reflection fails on clips shorter than half a window
        )

    @cached_property
    def _transform(self) -> torchaudio.transforms.MelSpectrogram:
        return self.transform()

    def power(self, waveforms: Tensor) -> Tensor:
        """(B, S) in [-1, 1] → (B, F, T) mel power, on the device of `waveforms`."""
        return self._transform.to(waveforms.device)(waveforms)


def check_said_once(names: Collection[str], resolution: str) -> None:
    """Raises UserError where settings with these `names` were given beside a `resolution` that replaces them."""
    replaced = [name for name in ("mels", "hop_seconds") if name in names]
    if resolution != AS_SET and replaced:
        raise SettingError(
            "resolution", f"is {resolution!r}, which says {replaced[0]} too; give the one or the other.", *replaced
        )


def levelled(power: Tensor, lengths: Tensor) -> Tensor:
    """Power divided by its mean over the clip's active frames, so that a quiet recording looks like a loud one.

    power (B, F, T), lengths (B,) in frames; frames past a clip's length come back as 0. A silent clip stays 0.
    """
    inside = torch.arange(power.shape[2], device=power.device) < lengths[:, None]  # (B, T)
    loudness = power.mean(1) * inside
    active = loudness > ACTIVE * loudness.amax(1, keepdim=True)
    level = (loudness * active).sum(1) / active.sum(1).clamp(min=1)
    # A level of -100 dB re full scale and below is rounding noise of int16 and must not be blown up.
    return power * inside[:, None] / level.clamp(min=1e-10)[:, None, None]


def log_mel(power: Tensor) -> Tensor:
    """Natural log of levelled power, from the floor up: 0 is the level of the clip's active part."""
    return power.add(FLOOR).log()
