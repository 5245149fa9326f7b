"""Whoever listens to what a view draws changes nothing of it: same view, same random stream."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews
from training.views.mel_changes import masked, mixed

EVERYTHING = [kind(**{f.name: 0.5 for f in fields(kind)}) for kind in (MelViews, WaveformViews)]


def audio_of(views: Any) -> tuple[Tensor, Tensor]:
    shape = (6, 40, 60) if isinstance(views, MelViews) else (6, 12_000)
    audio = torch.empty(shape).exponential_(generator=Generator().manual_seed(1))
    return audio, torch.full((6,), shape[-1] * 3 // 4)


@pytest.mark.parametrize("views", [MelViews(), WaveformViews(), *EVERYTHING])
def test_a_listener_leaves_views_and_random_stream_bitwise_as_they_are(views: Any) -> None:
    augment, given = Augment(views, FrontEnd()), audio_of(views)
    alone, heard = Generator().manual_seed(3), Generator().manual_seed(3)
    told: list[str] = []
    without = augment.pair(*given, alone)
    with_listener = augment.pair(*given, heard, lambda name, *amounts: told.append(name))
    assert told
    assert all(torch.equal(a, b) for a, b in zip(without, with_listener, strict=True))
    assert torch.equal(alone.get_state(), heard.get_state())


@pytest.mark.parametrize(
    ("setting", "again"),
    [
        ("mixup", lambda plain, share, partners: mixed(plain.exp(), plain.exp()[partners], share).log()),
        ("time_mask", lambda plain, place, width: masked(plain, place, width, axis=2)),
        ("frequency_mask", lambda plain, place, width: masked(plain, place, width, axis=1)),
    ],
)
def test_what_is_told_makes_the_view_again(setting: str, again: Callable[..., Tensor]) -> None:
    off = MelViews(**dict.fromkeys((f.name for f in fields(MelViews) if f.name != "crop_seconds"), 0.0))
    views, (power, lengths), told = replace(off, **{setting: 0.5}), audio_of(off), {}

    def listen(name: str, *amounts: Tensor) -> None:
        told[name] = amounts

    first, _ = Augment(views, FrontEnd()).pair(power, lengths, Generator().manual_seed(0), listen)
    plain, _ = Augment(off, FrontEnd()).pair(power, lengths, Generator().manual_seed(0))
    both = torch.cat([plain, plain])
    torch.testing.assert_close(again(both, *told[setting])[: len(first)], first, atol=1e-3, rtol=1e-3)
