"""Views of a batch: augmentations, pure and batched on the device, with their randomness handed in."""

from training.views.mel import MelViews
from training.views.waveform import WaveformViews

__all__ = ["VIEWS", "MelViews", "WaveformViews"]

VIEWS: dict[str, type[MelViews] | type[WaveformViews]] = {"mel": MelViews, "waveform": WaveformViews}
"""The views for each of an encoder's domains."""
