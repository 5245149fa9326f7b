"""Slices lie where they are said to lie."""

import pytest
import torch

from training.views.slices import sliced, slices_at, span


@pytest.mark.parametrize(("slices", "width", "gap"), [(1, 8, 2), (3, 8, 2), (5, 4, 0), (2, 3, 7)])
def test_slices_and_their_gaps_fill_the_span(slices: int, width: int, gap: int) -> None:
    frames = span(slices, width, gap)
    x = torch.arange(2 * 3 * frames).view(2, 3, frames)
    found = sliced(x, width, gap)
    assert found.shape == (2, slices, 3, width)
    for n in range(slices):
        first = n * (width + gap)
        assert torch.equal(found[:, n], x[:, :, first : first + width])
    assert torch.equal(found[:, -1, :, -1], x[:, :, -1])
    assert sliced(x[:, :, :-1], width, gap).shape[1] == slices - 1 if slices > 1 else True


def test_frames_without_bands_are_sliced_alike() -> None:
    x = torch.rand(4, 28)
    assert torch.equal(sliced(x, 8, 2), sliced(x[:, None], 8, 2)[:, :, 0])


def test_slices_at_any_place() -> None:
    x, starts = torch.rand(3, 5, 20), torch.tensor([[0, 7], [12, 3], [5, 5]])
    found = slices_at(x, starts, 8)
    assert found.shape == (3, 2, 5, 8)
    for b in range(3):
        for n in range(2):
            assert torch.equal(found[b, n], x[b, :, starts[b, n] : starts[b, n] + 8])
