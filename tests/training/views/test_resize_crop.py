"""Random resize crop against loops in float64."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from training.spectrogram import FLOOR
from training.views.drawn import nobody
from training.views.mel import _recropped
from training.views.resize_crop import crop_of, resized_crop


def cubic(distance: float) -> float:
    """Keys' kernel with a = −0.75, as torch takes it."""
    a, d = -0.75, abs(distance)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0.0


def slow_crop(x: np.ndarray, bottom: float, left: float, height: float, width: float) -> np.ndarray:
    """The rectangle of x (F, V), blown up or shrunk to the size of x, value by value."""
    bands, frames = x.shape
    found = np.zeros((bands, frames))
    for f in range(bands):
        for v in range(frames):
            row = (f + 0.5) / bands * height + bottom - 0.5
            column = (v + 0.5) / frames * width + left - 0.5
            for i in range(math.floor(row) - 1, math.floor(row) + 3):
                for j in range(math.floor(column) - 1, math.floor(column) + 3):
                    if 0 <= i < bands and 0 <= j < frames:
                        found[f, v] += x[i, j] * cubic(row - i) * cubic(column - j)
    return found


def test_a_crop_is_resized_by_cubic_interpolation() -> None:
    x = np.random.default_rng(0).normal(size=(3, 5, 7))
    bottom, left = np.array([0.0, 1.3, 2.0]), np.array([0.0, -1.6, 3.2])
    height, width = np.array([5.0, 2.9, 3.0]), np.array([7.0, 10.2, 4.1])
    found = resized_crop(*map(torch.from_numpy, (x, bottom, left, height, width))).numpy()
    for b in range(3):
        np.testing.assert_allclose(
            found[b], slow_crop(x[b], bottom[b], left[b], height[b], width[b]), rtol=0, atol=1e-9
        )


class Drawn:
    """Amounts that were drawn beforehand."""

    def __init__(self, symmetric: list[torch.Tensor], uniform: list[torch.Tensor]) -> None:
        self._symmetric, self._uniform = iter(symmetric), iter(uniform)

    def symmetric(self, reach: float) -> torch.Tensor:
        return next(self._symmetric) * reach

    def uniform(self) -> torch.Tensor:
        return next(self._uniform)


def test_a_view_and_what_of_it_shows_the_clip_are_cropped_alike() -> None:
    """What mel views do with a crop, against loops: beyond the clip and below silence is silence."""
    random, bands, frames, silence = np.random.default_rng(0), 6, 16, math.log(FLOOR)
    x = random.normal(silence + 2, 2, size=(6, bands, frames)).clip(silence)
    inside = (np.arange(frames) >= random.integers(0, 6, (6, 1))) & (np.arange(frames) < random.integers(7, 17, (6, 1)))
    sizes, places = random.uniform(-1, 1, (2, 6)), random.uniform(size=(2, 6))
    amounts: Any = Drawn([*torch.from_numpy(sizes)], [*torch.from_numpy(places)])
    found, shown = _recropped(torch.from_numpy(x), torch.from_numpy(inside), amounts, 0.7, nobody)
    for b in range(6):
        high, wide = min(math.exp(0.7 * sizes[0, b]), 1.0) * bands, min(math.exp(0.7 * sizes[1, b]), 1.5) * frames
        bottom, left = places[0, b] * (bands - high), places[1, b] * (1.5 * frames - wide) - 0.25 * frames
        expected = (slow_crop(x[b] - silence, bottom, left, high, wide) + silence).clip(silence)
        np.testing.assert_allclose(found[b], expected, rtol=0, atol=1e-9)
        row = slow_crop(inside[b : b + 1].astype(float), 0.0, left, 1.0, wide)[0]
        assert shown[b].tolist() == (row > 0.5).tolist()


def test_a_crop_of_everything_changes_nothing() -> None:
    x = torch.randn(2, 5, 7)
    one, zero = torch.ones(2), torch.zeros(2)
    torch.testing.assert_close(resized_crop(x, zero, zero, 5 * one, 7 * one), x)
    middle = crop_of(5, 7, one, one, zero, one / 2)  # the middle of the canvas is the spectrogram
    torch.testing.assert_close(resized_crop(x, *middle), x)


def test_a_whole_number_of_bands_and_frames_is_torchs_own_resize() -> None:
    """Inside, where torch repeats the edge and we see what lies beyond it, the two are one."""
    x = torch.randn(1, 12, 12).double()
    found = resized_crop(x, *(torch.tensor([n]).double() for n in (3, 3, 6, 6)))
    whole = functional.interpolate(x[:, None, 3:9, 3:9], size=(12, 12), mode="bicubic", align_corners=False)[:, 0]
    torch.testing.assert_close(found[:, 3:9, 3:9], whole[:, 3:9, 3:9])


@pytest.mark.parametrize(("height", "width"), [(0.5, 0.6), (1.0, 1.5), (2.0, 9.0), (0.6, 1.2)])
def test_crops_stay_on_the_canvas(height: float, width: float) -> None:
    place = torch.tensor([0.0, 0.3, 1.0])
    bottom, left, high, wide = crop_of(40, 48, torch.full((3,), height), torch.full((3,), width), place, place)
    assert (high <= 40).all() and (wide <= 72).all()
    assert (bottom >= 0).all() and (bottom + high <= 40 + 1e-5).all()
    assert (left >= -12).all() and (left + wide <= 60 + 1e-4).all()
    torch.testing.assert_close(left[0], torch.tensor(-12.0))
    torch.testing.assert_close((left + wide)[2], torch.tensor(60.0))
