"""Draws that are apart for each augmentation: a switch changes what it switches. Of one generator all depend on what came before."""

from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews
from training.views.amounts import Amounts, Apart, Draws

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
