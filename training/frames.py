"""What an encoder says of each moment of a sound, and when that moment is: for phone probes, ABX, units and the like.

Shapes:  B sounds, F mel bands, T frames or samples that it hears, U frames that it gives, D encoder width.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.data.dataset import SAMPLE_RATE
from training.methods.method import Method


@dataclass(frozen=True)
class FrameTimes:
    """When the frames of an encoder are."""

    hop_samples: int
    first_samples: float
    """The middle of the first frame: of the moments that it is of, as a spectrogram's first one has its middle at 0."""

    @property
    def hop_seconds(self) -> float:
        """From one frame to the next."""
        return self.hop_samples / SAMPLE_RATE

    @property
    def first_seconds(self) -> float:
        """The middle of the first frame."""
        return self.first_samples / SAMPLE_RATE

    def seconds(self, count: int) -> np.ndarray:
        """(U,) float64: the middle of each of the first frames of a sound."""
        return self.first_seconds + self.hop_seconds * np.arange(count)


def frame_times(method: Method) -> FrameTimes:
    """Of the frames that `embed_frames` gives."""
    stride = method.encoder.stride
    one = method.augment.front_end.hop_samples if method.encoder.domain == "mel" else 1
    return FrameTimes(stride * one, (stride - 1) / 2 * one)


@torch.no_grad()
def embed_frames(method: Method, audio: Tensor, length: Any, samples: Any) -> Tensor:
    """Frames (B, U, D) float32 of whole sounds of one length, in eval mode: U = samples / hop, and at least one.

    audio (B, F, T) mel power or (B, S) samples, of which `length` are of the sounds, that last `samples`. A sound shorter than a
    view lies at the view's start, silence behind it, as where it is embedded as a whole.
    """
    was_training = method.training
    method.eval()
    heard = max(length, method.augment.view_length)
    behind = max(audio.shape[-1], heard) + method.encoder.stride * method.encoder.margin - audio.shape[-1]
    whole = method.augment.whole(torch.nn.functional.pad(audio, (0, behind)))
    frames = method.frames(whole, torch.full((len(audio),), heard, device=audio.device))
    method.train(was_training)
    return frames[:, : max(1, samples // frame_times(method).hop_samples)].float()
