"""What is spoiled is spoiled where and as much as was asked, and all else is left as it was."""

import math

import pytest
import torch
from torch import Generator, Tensor

from training.views.corruptions import band_filtered, cropped, reordered, zeroed

FILL = torch.tensor(-7.0)
BATCH, BANDS, FRAMES = 6, 8, 12


def spectrograms() -> Tensor:
    """(B, F, V), all values different and above 0."""
    return torch.arange(1, 1 + BATCH * BANDS * FRAMES, dtype=torch.float32).view(BATCH, BANDS, FRAMES)


def uniforms(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=Generator().manual_seed(3))


@pytest.mark.parametrize(("f", "v"), [(BANDS, FRAMES), (4, 3), (1, 6)])
def test_cells_are_hidden_whole(f: int, v: int) -> None:
    x, drawn, part = spectrograms(), uniforms(BATCH, f, v), torch.linspace(0, 1, BATCH)
    found = zeroed(x, drawn, part, FILL)
    for b in range(BATCH):
        for i in range(BANDS):
            for t in range(FRAMES):
                hidden = drawn[b, i * f // BANDS, t * v // FRAMES] < part[b]
                assert found[b, i, t] == (FILL if hidden else x[b, i, t])
    assert (found[0] == x[0]).all() and (found[-1] == FILL).all()


def test_of_a_crop_one_stretch_of_the_clip_is_left() -> None:
    x, inside = spectrograms(), torch.zeros(BATCH, FRAMES, dtype=torch.bool)
    inside[:, 2:10] = True
    place = torch.tensor([0.0, 0.5, 0.999, 0.3, 0.7, 0.0])
    part = torch.tensor([0.5, 0.5, 0.5, 0.0, 1.0, 0.3])  # a frame that is begun is kept: 2.4 are 3
    found = cropped(x, inside, place, part, FILL)
    kept = (found != FILL).all(1)
    assert kept.sum(1).tolist() == [4, 4, 4, 1, 8, 3]
    for b in range(BATCH):
        places = kept[b].nonzero()[:, 0]
        assert places.min() >= 2 and places.max() < 10 and places.max() - places.min() + 1 == len(places)
        assert torch.equal(found[b][:, kept[b]], x[b][:, kept[b]])
    assert kept[0, 2] and kept[2, 9]


def test_reordering_moves_stretches_and_keeps_them() -> None:
    x, part = spectrograms(), torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0, 1.0])
    found = reordered(x, uniforms(BATCH, 4), part)
    moved = []
    for b in range(BATCH):
        before = [tuple(x[b, :, i : i + 3].flatten().tolist()) for i in range(0, FRAMES, 3)]
        after = [tuple(found[b, :, i : i + 3].flatten().tolist()) for i in range(0, FRAMES, 3)]
        assert sorted(before) == sorted(after)
        moved.append(sum(p != q for p, q in zip(before, after, strict=True)))
    assert moved == [0, 0, 2, 3, 4, 4]


def test_frames_that_fill_no_stretch_stay() -> None:
    x = spectrograms()
    found = reordered(x, uniforms(BATCH, 5), torch.ones(BATCH))
    assert torch.equal(found[:, :, 10:], x[:, :, 10:]) and not torch.equal(found[:, :, :10], x[:, :, :10])


def test_orders_are_drawn_evenly() -> None:
    """With all three stretches moving there are two circles, and each comes half of the time."""
    many = torch.arange(3.0).repeat(2000, 1)[:, None]
    found = reordered(many, torch.rand(2000, 3, generator=Generator().manual_seed(0)), torch.ones(2000))[:, 0]
    share = (found[:, 0] == 1).float().mean()
    assert abs(float(share) - 0.5) < 0.05 and (found != many[:, 0]).all()


def test_a_band_is_taken_away_over_all_frames() -> None:
    x, part = spectrograms(), torch.tensor([0.0, 0.25, 0.5, 0.5, 1.0, 0.5])
    place = torch.tensor([0.2, 0.0, 0.999, 0.5, 0.5, 0.0])
    found = band_filtered(x, place, part, FILL)
    hidden = (found == FILL).all(2)
    assert torch.equal(hidden, (found == FILL).any(2))
    assert hidden.sum(1).tolist() == [0, 2, 4, 4, 8, 4]
    assert hidden[1, :2].all() and hidden[2, 4:].all() and hidden[5, :4].all()
    for b in range(BATCH):
        bands = hidden[b].nonzero()[:, 0]
        assert len(bands) == 0 or int(bands.max() - bands.min()) + 1 == len(bands)
        assert torch.equal(found[b][~hidden[b]], x[b][~hidden[b]])


@pytest.mark.parametrize("kind", ["zeroed", "cropped", "reordered", "band_filtered"])
def test_nothing_is_changed_in_place_and_clips_do_not_meet(kind: str) -> None:
    x, half = spectrograms(), torch.full((BATCH,), 0.5)
    inside, drawn = torch.ones(BATCH, FRAMES, dtype=torch.bool), uniforms(BATCH, 4, 4)
    made = {
        "zeroed": lambda y: zeroed(y, drawn, half, FILL),
        "cropped": lambda y: cropped(y, inside, drawn[:, 0, 0], half, FILL),
        "reordered": lambda y: reordered(y, drawn[:, 0], half),
        "band_filtered": lambda y: band_filtered(y, drawn[:, 0, 0], half, FILL),
    }[kind]
    before = x.clone()
    found = made(x)
    assert torch.equal(x, before) and not torch.equal(found, x)
    changed = x.clone()
    changed[2:] = math.pi
    assert torch.equal(made(changed)[:2], found[:2])
