"""Large and small crops of the same sounds."""

import pytest
import torch
from torch import Generator, Tensor

from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews
from training.views.crops import crops

STILL = {"time_shift": 0.0, "time_stretch": 0.0, "mixup": 0.0, "noise": 0.0, "equalizer": 0.0}
"""Views that are plain crops."""


def made(views: MelViews | WaveformViews, audio: Tensor, lengths: Tensor, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = Generator().manual_seed(seed)
    return crops(views, 0.02, audio, lengths, generator, large=2, small=3, small_seconds=0.32)


def test_shapes_of_spectrograms_and_of_samples() -> None:
    large, small = made(MelViews(), torch.rand(4, 12, 60), torch.full((4,), 60))
    assert large.shape == (2, 4, 12, 48) and small.shape == (3, 4, 12, 16)
    large, small = made(WaveformViews(), torch.randn(4, 20_000), torch.full((4,), 20_000))
    assert large.shape == (2, 4, 15_360) and small.shape == (3, 4, 5120)


def test_no_two_crops_of_a_clip_are_the_same_and_a_seed_repeats_them() -> None:
    audio, lengths = torch.rand(3, 12, 90), torch.full((3,), 90)
    one, two, other = (
        made(MelViews(), audio, lengths),
        made(MelViews(), audio, lengths),
        made(MelViews(), audio, lengths, 1),
    )
    for kind in range(2):
        assert torch.equal(one[kind], two[kind]) and not torch.equal(one[kind], other[kind])
        assert all(not torch.equal(one[kind][0], crop) for crop in one[kind][1:])


@pytest.mark.parametrize("length", [70, 30])
def test_a_small_crop_is_a_stretch_of_its_own_clip(length: int) -> None:
    """Frame t of clip b holds 100 b + t + 1: a crop must count on in the right hundred, and lie within the clip."""
    views = MelViews(frequency_shift=0.0, frequency_stretch=0.0, **STILL)
    audio = 100.0 * torch.arange(4)[:, None, None] + torch.arange(1.0, length + 1).expand(4, 8, -1)
    _, small = made(views, audio, torch.full((4,), length))
    heard = small.exp()  # log-mel back to power
    start = heard[:, :, 0, 1] - 1 - 100 * torch.arange(4)
    assert start.min() > 0 and start.max() < length - 16 + 2
    torch.testing.assert_close(heard.diff(dim=3)[:, :, :, 1:-1], torch.ones(3, 4, 8, 13), rtol=0, atol=2e-3)
    assert start.unique().numel() > 6


def test_augment_offers_crops_of_what_the_encoder_hears() -> None:
    augment = Augment(MelViews(crop_seconds=0.64), FrontEnd(mels=12, hop_seconds=0.02))
    large, small = augment.crops(
        torch.rand(4, 12, 60), torch.full((4,), 60), Generator().manual_seed(0), large=2, small=1, small_seconds=0.32
    )
    assert large.shape == (2, 4, 12, 32) and small.shape == (1, 4, 12, 16)
