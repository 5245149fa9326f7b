"""Draws that are apart for each augmentation: a switch changes what it switches. Of one generator all depend on what came before."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews
from training.views.amounts import Amounts, Apart, Draws

VIEWS = {"mel": MelViews, "waveform": WaveformViews}
EVERYTHING = [kind(**{f.name: 0.5 for f in fields(kind)}) for kind in (MelViews, WaveformViews)]
SWITCHES = [(views, f.name) for views in EVERYTHING for f in fields(views) if f.name != "crop_seconds"]


def drawn(views: Any, draws: Draws) -> dict[str, tuple[Tensor, ...]]:
    shape, told = ((6, 40, 60) if isinstance(views, MelViews) else (6, 12_000)), {}

    def listen(name: str, *amounts: Tensor) -> None:
        told[name] = amounts

    Augment(views, FrontEnd()).pair(torch.ones(shape), torch.full((6,), shape[-1] // 2), draws, listen)
    return told


def differing(all_on: Any, setting: str, draws: type) -> set[str]:
    """The augmentations of which something else is drawn where one is switched off."""
    seed = (lambda: Apart(4)) if draws is Apart else (lambda: Generator().manual_seed(4))
    on, off = drawn(all_on, seed()), drawn(replace(all_on, **{setting: 0.0}), seed())
    both = on.keys() & off.keys()
    return {name for name in both if not all(map(torch.equal, on[name], off[name]))}


@pytest.mark.parametrize(("views", "setting"), SWITCHES)
def test_a_switch_changes_what_it_switches(views: Any, setting: str) -> None:
    # Where a view begins depends on how long its clip is by then.
    allowed = {setting, "time_shift"} if setting == "time_stretch" else {setting}
    assert differing(views, setting, Apart) <= allowed


def test_of_one_generator_a_switch_changes_what_comes_after_it() -> None:
    assert "equalizer" in differing(EVERYTHING[0], "mixup", Generator)


def test_augmentations_of_one_seed_and_seeds_of_one_augmentation_draw_unlike() -> None:
    several = [Amounts(8, torch.device("cpu"), Apart(seed)).of(name) for seed in (0, 1) for name in ("noise", "mixup")]
    first = [amounts.uniform() for amounts in several]
    assert len({tuple(each.tolist()) for each in first}) == 4
    assert torch.equal(first[0], Amounts(8, torch.device("cpu"), Apart(0)).of("noise").uniform())


RANGES = [
    ("mel", "time_stretch", 0, torch.log, -0.5, 0.5),
    ("mel", "frequency_shift", 0, torch.Tensor, -0.5, 0.5),
    ("mel", "frequency_stretch", 0, torch.log, -0.5, 0.5),
    ("mel", "mixup", 0, torch.sqrt, 0.0, 0.5**0.5),  # small shares are likelier
    ("mel", "background", 0, torch.Tensor, -20.0, 0.0),
    ("mel", "reverb", 0, torch.Tensor, 0.0, 1.0),
    ("mel", "reverb", 1, torch.Tensor, 5.0, 30.0),  # 0.1 to 0.6 s in frames of 20 ms
    ("mel", "noise", 0, lambda level: 10 * level.log10(), -45.0, -5.0),
    ("mel", "time_mask", 1, torch.Tensor, 0.0, 0.5),
    ("mel", "frequency_mask", 1, torch.Tensor, 0.0, 0.5),
    ("waveform", "time_stretch", 0, torch.log, -0.5, 0.5),
    ("waveform", "gain_db", 0, torch.Tensor, -0.5, 0.5),
    ("waveform", "mixup", 0, torch.sqrt, 0.0, 0.5**0.5),
    ("waveform", "background", 0, torch.Tensor, -20.0, 0.0),
    ("waveform", "reverb", 0, torch.Tensor, 0.0, 1.0),
    ("waveform", "reverb", 1, torch.Tensor, 1600.0, 9600.0),
    ("waveform", "noise", 0, torch.Tensor, -45.0, -5.0),
]


@pytest.mark.parametrize(("kind", "setting", "which", "evenly", "low", "high"), RANGES)
def test_amounts_are_drawn_evenly_from_all_of_their_range(
    kind: str, setting: str, which: int, evenly: Callable[[Tensor], Tensor], low: float, high: float
) -> None:
    whole = setting in ("background", "reverb", "noise")  # chances
    still = {f.name: 0.0 for f in fields(VIEWS[kind])}
    views = VIEWS[kind](**{**still, "crop_seconds": 0.2, setting: 1.0 if whole else 0.5})
    clips, told = 100, {}
    audio = torch.ones((clips, 2, 4) if kind == "mel" else (clips, 400))

    def listen(name: str, *amounts: Tensor) -> None:
        told[name] = amounts

    Augment(views, FrontEnd(hop_seconds=0.02)).pair(
        audio, torch.full((clips,), audio.shape[-1]), Generator().manual_seed(1), listen
    )
    share = (evenly(told[setting][which]) - low) / (high - low)
    assert -1e-5 <= float(share.min()) < 0.03 and 0.97 < float(share.max()) <= 1 + 1e-5
    assert float(share.mean()) == pytest.approx(0.5, abs=0.05)
