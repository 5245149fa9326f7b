"""Two views of a sound, made by the very code that the trainer runs: to be seen, to be heard, and what was done in words.

Shapes:  S samples, F mel bands, V frames of a view.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.sounds.inversion import sound_of_log_mel
from explorer.sounds.spectrogram_image import SpectrogramImage, picture
from explorer.sounds.view_words import Scene, line_of
from training.data.dataset import SAMPLE_RATE
from training.data.mel_cache import clip_power, padded_waveforms
from training.parts.augment import Augment
from training.spectrogram import FLOOR, FrontEnd
from training.units import DECIBELS_PER_NEPER
from training.views import WaveformViews
from training.views.amounts import Apart

LOUDEST = 0.98
HEARD_RMS = 0.08
"""Mel views are heard equally loud: the model gets all clips at one level."""
ITSELF = "itself"


@dataclass(frozen=True)
class View:
    """One view of a sound."""

    given: np.ndarray
    """What the encoder gets: log-mel (F, V), or samples (S,)."""
    picture: SpectrogramImage
    """Of a mel view, the view itself: its bands and frames, in dB relative to the clip's active part, without a waveform."""
    line: str
    """What was done to the sound."""
    front_end: FrontEnd

    def heard(self) -> np.ndarray:
        """(S,) float32 at 16 kHz, within full scale. Of a mel view, a sound that would give it, which takes a while."""
        if self.given.ndim == 1:
            return within_full_scale(self.given)
        sound = sound_of_log_mel(self.given, self.front_end)
        level = float(np.sqrt(np.mean(np.square(sound))))
        return within_full_scale(sound * (HEARD_RMS / max(level, 1e-9)))


def two_views(
    sound: np.ndarray, others: Sequence[np.ndarray], names: Sequence[str], augment: Augment, seed: int
) -> tuple[View, View]:
    """Two views of `sound` (S,) in a batch with `others`, called `names`. The same seed, the same views.

    What one augmentation draws does not depend on the others, so that a switch shows what it switches and nothing else.
    """
    batch, drawn = [sound, *others], dict[str, tuple[Tensor, ...]]()

    def listen(setting: str, *amounts: Tensor) -> None:
        drawn[setting] = amounts

    samples = isinstance(augment.settings, WaveformViews)
    audio = padded_waveforms(batch) if samples else clip_power(batch, augment.front_end, torch.device("cpu"))
    pair = augment.pair(*audio, Apart(seed), listen)

    def name_of(row: int) -> str:
        return [ITSELF, *names][row % len(batch)]

    def view(given: np.ndarray, row: int) -> View:
        hop_seconds = 1 / SAMPLE_RATE if samples else augment.front_end.hop_seconds
        bands = 0 if samples else len(given)
        scene = Scene("waveform" if samples else "mel", hop_seconds, given.shape[-1], bands, name_of)
        line = line_of({name: [a[row].tolist() for a in amounts] for name, amounts in drawn.items()}, scene)
        shown = picture(within_full_scale(given)) if samples else picture_of_view(given, augment.front_end)
        return View(given, shown, line, augment.front_end)

    return view(pair[0][0].numpy(), 0), view(pair[1][0].numpy(), len(batch))


def within_full_scale(samples: np.ndarray) -> np.ndarray:
    """(S,) made quieter where it would be beyond full scale."""
    found: np.ndarray = samples / max(1.0, float(np.abs(samples).max(initial=0)) / LOUDEST)
    return found


def picture_of_view(view: np.ndarray, front_end: FrontEnd) -> SpectrogramImage:
    """The picture of log-mel (F, V): it has no waveform, and no level on the scale of sounds."""
    levels_db = view * DECIBELS_PER_NEPER
    low_db = float(DECIBELS_PER_NEPER * np.log(FLOOR))
    high_db = max(10.0, float(10 * np.ceil(levels_db.max() / 10)))
    shades = np.clip(np.rint((levels_db - low_db) * (255 / (high_db - low_db))), 0, 255).astype(np.uint8)
    return SpectrogramImage(
        seconds=view.shape[1] * front_end.hop_seconds,
        rms_db=float("nan"),
        peak_db=float("nan"),
        hop_seconds=front_end.hop_seconds,
        mel_hz=front_end.band_hz,
        low_db=low_db,
        high_db=high_db,
        spectrogram=np.ascontiguousarray(shades),
        peaks=np.zeros((0, 2), np.int8),
    )
