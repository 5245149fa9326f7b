"""One augmentation at a time, at several strengths: the changed clips, and what models say of them. Batched, on the tensor.

Shapes:  B clips of a batch, T frames (or S samples) of the clips, V of the view, D encoder width.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.data.dataset import SAMPLE_RATE
from training.data.mel_cache import clip_power, padded_waveforms
from training.methods.method import Method
from training.parts.augment import Augment
from training.settings import Setting, describe
from training.spectrogram import FLOOR
from training.views import MelViews, WaveformViews
from training.views.mel import FRAMES_TOGETHER

CROP = "crop_seconds"
"""Stronger where it is smaller: it says how much of a clip is left."""
POINTS = 4
"""Strengths of each augmentation beside none and the run's own."""
BATCH = 64

Views = MelViews | WaveformViews


@dataclass(frozen=True)
class Change:
    """One augmentation at one strength."""

    setting: Setting
    strength: float


def strengths(setting: Setting, own: float) -> list[float]:
    """From nothing to the most that the setting allows, evenly, with the run's `own`, the weakest first.

    Crops are stronger the shorter they are, each half as long as the one before.
    """
    assert setting.low is not None and setting.high is not None
    if setting.name == CROP:
        found = setting.high * (setting.low / setting.high) ** (np.arange(POINTS + 1) / POINTS)
    else:
        found = np.linspace(setting.low, setting.high, POINTS + 1)
    return sorted({*(float(f"{one:.2g}") for one in found), own}, reverse=setting.name == CROP)


def augmentations(views: Views) -> list[tuple[Setting, float]]:
    """Every setting of a run's views with the run's own strength: whatever a view is changed by."""
    return [(setting, float(getattr(views, setting.name))) for setting in describe(type(views))]


def neutral(views: Views) -> Views:
    """Views that change nothing but the length."""
    off: dict[str, Any] = {setting.name: 0.0 for setting in describe(type(views)) if setting.name != CROP}
    return replace(views, **off)


class ChangeableClips:
    """Some clips, as they are and as they are changed. Clips shorter than a view lie at its beginning, silence behind them."""

    def __init__(self, waveforms: list[np.ndarray], augment: Augment, margin: int) -> None:
        """`margin`: silence that the encoder needs behind a clip, in frames or samples."""
        self.views, self._augment, self._margin = augment.settings, augment, margin
        self._mel = isinstance(augment.settings, MelViews)
        device = torch.device("cpu")
        heard = clip_power(waveforms, augment.front_end, device) if self._mel else padded_waveforms(waveforms)
        self._audio, self.lengths = heard
        longest = max(int(self.lengths.max()), augment.view_length)
        self._whole = math.ceil(longest / FRAMES_TOGETHER) * FRAMES_TOGETHER if self._mel else longest
        self._unit = augment.front_end.hop_seconds if self._mel else 1 / SAMPLE_RATE

    def unchanged(self) -> tuple[Tensor, Tensor]:
        """(B, F, V) log-mel or (B, V) samples, and how much of each (B,) is heard."""
        return self._view(neutral(self.views), self._whole, 0)

    def changed(self, change: Change, seed: int) -> tuple[Tensor, Tensor]:
        """The same, changed; random amounts are those of `seed`."""
        if change.setting.name == CROP:
            length = max(1, round(change.strength / self._unit))
            length = max(1, round(length / FRAMES_TOGETHER)) * FRAMES_TOGETHER if self._mel else length
            return self._view(neutral(self.views), min(length, self._whole), seed)
        on: dict[str, Any] = {change.setting.name: change.strength}
        return self._view(replace(neutral(self.views), **on), self._whole, seed)

    def _view(self, views: Views, length: int, seed: int) -> tuple[Tensor, Tensor]:
        generator = Generator().manual_seed(seed)
        if isinstance(views, MelViews):
            x = views(self._audio, self.lengths, length, generator, self._augment.front_end.hop_seconds)
            x = functional.pad(x, (0, self._margin), value=math.log(FLOOR))
        else:
            x = replace(views, crop_seconds=length / SAMPLE_RATE)(self._audio, self.lengths, generator)
            x = functional.pad(x, (0, self._margin))
        return x, self.lengths.clamp(min=self._augment.view_length).clamp(max=length)


@torch.no_grad()
def embedded_changes(
    models: Mapping[str, Method],
    waveforms: list[np.ndarray],
    changes: list[Change],
    changed: np.ndarray,
    progress: Callable[[float], object],
) -> dict[str, Tensor]:
    """h of all clips (n, D) unchanged, and of those at `changed` (m,) by each change (m, D), as keys "model" and "model/i".

    All models are given the very same changed clips. Only the clips at `changed` are, and what is mixed into them comes from
    among them. `progress` is told which share of the work is done.
    """
    method = next(iter(models.values()))
    margin = method.encoder.stride * method.encoder.margin
    lengths = np.array([len(one) for one in waveforms])
    rows: dict[str, dict[int, Tensor]] = {}
    whole, some = (_by_length(places, lengths) for places in (np.arange(len(waveforms)), changed))
    most = len(whole) + len(some) * len(changes)

    def batch_of(places: np.ndarray) -> ChangeableClips:
        return ChangeableClips([waveforms[i] for i in places], method.augment, margin)

    def keep(key: str, places: list[int], view: tuple[Tensor, Tensor]) -> None:
        for name, model in models.items():
            h = model.embed(*view).float()
            rows.setdefault(name + key, {}).update(zip(places, h, strict=True))

    for number, places in enumerate(whole):
        keep("", places.tolist(), batch_of(places).unchanged())
        progress(number / most)
    for number, places in enumerate(some if changes else ()):
        batch = batch_of(places)
        for i, change in enumerate(changes):
            progress((len(whole) + number * len(changes) + i) / most)
            keep(f"/{i}", places.tolist(), batch.changed(change, number + 1))
    progress(1.0)
    return {key: torch.stack([h for _, h in sorted(each.items())]) for key, each in rows.items()}


def _by_length(places: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
    """Some clips in batches of clips that are about equally long."""
    ordered = places[np.argsort(lengths[places], kind="stable")]
    return [ordered[first : first + BATCH] for first in range(0, len(ordered), BATCH)]
