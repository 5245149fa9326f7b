"""Stands for a run's model: a sound's embedding is its spectrum in 16 bands, which part as the step grows."""

import os
import time
from collections.abc import Sequence

import numpy as np

from training.data.texts import pieces_of
from training.errors import UserError
from training.run import RunFolder

NAMES = ("bell", "dog", "rain", "seven", "violin")
"""What the tones of `write_dataset` are called, each 220 Hz above the one before."""


class FakeEmbedder:
    """Used as `training.embedder.Embedder` is."""

    def __init__(self, run: RunFolder, step: int):
        self._step = step
        self._fault = run.config().get("fault")

    def embed(self, waveforms: Sequence[np.ndarray]) -> np.ndarray:
        """(n, 16) float32."""
        if self._fault == "refuses":
            raise UserError("These weights are of another model.")
        if self._fault == "breaks":
            raise ZeroDivisionError
        if self._fault == "dies":
            os._exit(1)
        if self._fault == "slow":
            time.sleep(0.05 * len(waveforms))
        return np.stack([spectrum(waveform, self._step) for waveform in waveforms])

    def embed_views(self, views: Sequence[np.ndarray]) -> np.ndarray:
        """(n, 16) float32: of log-mel its mean over time, in 16 steps of its bands."""
        return np.stack([view[:16].mean(axis=1) * (1 + self._step) for view in views])

    def project(self, h: np.ndarray) -> np.ndarray:
        """(n, 8) float32: the lower half of it."""
        return h[:, : h.shape[1] // 2]

    def project_texts(self, pieces: Sequence[Sequence[int]]) -> np.ndarray:
        """(n, 8) float32: the projection of the tone that a text names, of the tones of `write_dataset`."""
        names = [set(pieces_of(name)) - {0} for name in NAMES]
        tones = [next((i for i, name in enumerate(names) if name <= set(text)), 0) for text in pieces]
        times = np.arange(4_000) / 16_000
        return self.project(self.embed([np.sin(2 * np.pi * 220 * (1 + i) * times) for i in tones]))


def spectrum(waveform: np.ndarray, step: int) -> np.ndarray:
    """(16,) float32: power in 16 bands up to 1.6 kHz, more and more of it above what all sounds share."""
    power = np.abs(np.fft.rfft(waveform, 16_000)[:1_600].reshape(16, 100)).mean(axis=1)
    shared = 20 / (1 + step)
    return (power / (power.sum() + 1e-9) + shared / 16).astype(np.float32)
