"""Random resize crop against loops in float64."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as functional

from training.views.resize_crop import crop_of, resized_crop


def cubic(distance: float) -> float:
    """Keys' kernel with a = −0.75, as torch takes it."""
    a, d = -0.75, abs(distance)
    if d <= 1:
        return (a + 2) * d**3 - (a + 3) * d**2 + 1
    return a * (d**3 - 5 * d**2 + 8 * d - 4) if d < 2 else 0.0


def test_a_crop_is_resized_by_cubic_interpolation() -> None:
    random = np.random.default_rng(0)
    batch, bands, frames = 3, 5, 7
    x = random.normal(size=(batch, bands, frames))
    bottom, left = np.array([0.0, 1.3, 2.0]), np.array([0.0, -1.6, 3.2])
    height, width = np.array([5.0, 2.9, 3.0]), np.array([7.0, 10.2, 4.1])
    found = resized_crop(*map(torch.from_numpy, (x, bottom, left, height, width))).numpy()
    for b in range(batch):
        for f in range(bands):
            for v in range(frames):
                row = (f + 0.5) / bands * height[b] + bottom[b] - 0.5
                column = (v + 0.5) / frames * width[b] + left[b] - 0.5
                expected = 0.0
                for i in range(math.floor(row) - 1, math.floor(row) + 3):
                    for j in range(math.floor(column) - 1, math.floor(column) + 3):
                        if 0 <= i < bands and 0 <= j < frames:
                            expected += x[b, i, j] * cubic(row - i) * cubic(column - j)
                assert found[b, f, v] == pytest.approx(expected, abs=1e-9), (b, f, v)


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
