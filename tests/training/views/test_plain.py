"""Plain views show a stretch of the clip as it is, and any setting left out of them shows."""

import pytest
import torch
from torch import Generator

from training.spectrogram import log_mel
from training.views.mel import MelViews
from training.views.plain import PLAIN, UNMIXED, WHOLE_FRAMES


def changed(settings: dict[str, float]) -> bool:
    """Whether any view of eight clips is no stretch of its clip."""
    power = torch.empty(8, 6, 40).exponential_(generator=Generator().manual_seed(0))
    views = MelViews(**settings)(power, torch.full((8,), 40), 16, Generator().manual_seed(1), 0.02)
    stretches = log_mel(power).unfold(2, 16, 1).permute(0, 2, 1, 3)  # (B, all starts, F, V)
    return not bool((stretches - views[:, None]).abs().amax((2, 3)).amin(1).max() < 1e-3)


def test_plain_views_are_stretches_of_the_clip() -> None:
    assert not changed(PLAIN)
    assert {**UNMIXED, **WHOLE_FRAMES}.items() < PLAIN.items()


@pytest.mark.parametrize("name", PLAIN)
def test_each_of_their_settings_is_needed(name: str) -> None:
    assert changed({key: value for key, value in PLAIN.items() if key != name})
