"""Views of a batch: augmentations, pure and batched on the device, with their randomness handed in."""

from training.views.mel import MelViews
from training.views.waveform import WaveformViews

__all__ = ["MelViews", "WaveformViews"]
