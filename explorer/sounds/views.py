"""Two views of a sound, made by the very code that the trainer runs, ready to be seen and heard.

Shapes:  S samples, F mel bands, V frames of a view.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from explorer.sounds.spectrogram_image import Picture, picture
from training.data.store import clip_power, padded_waveforms
from training.parts.augment import Augment
from training.spectrogram import FLOOR, FrontEnd
from training.views import MelViews, WaveformViews

DECIBEL_PER_NEPER = 10 / np.log(10)
LOUDEST = 0.98
HEARD_RMS = 0.08
"""Mel views are made equally loud: the model gets all clips at one level."""


@dataclass(frozen=True)
class View:
    """One view: what can be heard, and what the encoder gets."""

    waveform: np.ndarray
    """(S,) float32 at 16 kHz, within full scale. Of a mel view, a sound that would give it."""
    picture: Picture
    """Of a mel view, the view itself: its bands and frames, in dB relative to the clip's active part."""


def two_views(
    sound: np.ndarray, others: Sequence[np.ndarray], views: MelViews | WaveformViews, front_end: FrontEnd, seed: int
) -> tuple[View, View]:
    """Two views of `sound` (S,) in a batch with `others`, of which mixup takes its partners. The same seed, the same views."""
    augment = Augment(views, front_end)
    batch = [sound, *others]
    generator = torch.Generator().manual_seed(seed)
    if isinstance(views, WaveformViews):
        first, second = augment.pair(*padded_waveforms(batch), generator)
        return _waveform_view(first[0].numpy()), _waveform_view(second[0].numpy())
    first, second = augment.pair(*clip_power(batch, front_end, torch.device("cpu")), generator)
    return _mel_view(first[0].numpy(), front_end), _mel_view(second[0].numpy(), front_end)


def _waveform_view(samples: np.ndarray) -> View:
    within = samples / max(1.0, float(np.abs(samples).max()) / LOUDEST)
    return View(within, picture(within))


def _mel_view(view: np.ndarray, front_end: FrontEnd) -> View:
    from explorer.sounds.inversion import sound_of_log_mel

    heard = sound_of_log_mel(view, front_end)
    level = float(np.sqrt(np.mean(np.square(heard))))
    heard = heard * (HEARD_RMS / max(level, 1e-9))
    heard = heard / max(1.0, float(np.abs(heard).max()) / LOUDEST)
    levels_db = view * DECIBEL_PER_NEPER
    low_db = float(DECIBEL_PER_NEPER * np.log(FLOOR))
    high_db = max(10.0, float(10 * np.ceil(levels_db.max() / 10)))
    shades = np.clip(np.rint((levels_db - low_db) * (255 / (high_db - low_db))), 0, 255).astype(np.uint8)
    return View(
        heard,
        replace(
            picture(heard),
            hop_seconds=front_end.hop_seconds,
            mel_hz=front_end.band_hz,
            low_db=low_db,
            high_db=high_db,
            spectrogram=np.ascontiguousarray(shades),
        ),
    )
