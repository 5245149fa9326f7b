"""Every method on every encoder of spectrograms takes a step at the papers' finer front ends."""

import pytest
import torch
from torch import Generator

from tests.support.narrow import narrow_encoders, narrow_heads
from tests.support.toy_problem import PAIRS, dataset
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method
from training.spectrogram import RESOLUTIONS

pytestmark = pytest.mark.whole

CLIPS, FRAMES = 8, 90
FINE = [name for name, (_, hop_seconds) in RESOLUTIONS.items() if hop_seconds == 0.01]
MEL = [(name, encoder) for name, encoder in PAIRS if ENCODERS[encoder].domain == "mel"]
CASES = [
    *((*pair, FINE[-1]) for pair in MEL),
    *(
        (name, encoder, resolution)
        for name, encoder in MEL
        if encoder == METHODS[name].encoders[0]
        for resolution in FINE[:-1]
    ),
]
"""Every pair at the finest, and every method's default encoder at the others."""


def noise_for(method: Method) -> Batch:
    """8 clips of .9 s at 10 ms a frame, with all that may lie beside them."""
    clips, front_end = torch.arange(CLIPS), method.augment.front_end
    power = torch.empty(CLIPS, front_end.mels, FRAMES).exponential_(generator=Generator().manual_seed(0))
    companions = {name: table[clips] for name, table in method.companions(dataset()).items()}
    return Batch(clips, power, torch.full((CLIPS,), FRAMES), clips % 4, clips, companions)


@pytest.mark.parametrize(("name", "encoder", "resolution"), CASES)
def test_a_step_runs(name: str, encoder: str, resolution: str) -> None:
    settings = {"resolution": resolution, "batch_size": CLIPS, **narrow_heads(name)}
    with narrow_encoders():
        method = built_method(
            new_config(settings, method=name, encoder=encoder, steps=1), CLIPS, 4, (-4.0, 3.0)
        ).train()
    mels, hop_seconds = RESOLUTIONS[resolution]
    assert (method.augment.front_end.mels, method.augment.front_end.hop_seconds) == (mels, hop_seconds)
    loss = method.loss(method.views(noise_for(method), Generator().manual_seed(1)))["loss"]
    loss.backward()
    gradients = [p.grad for p in method.encoder.parameters() if p.grad is not None]
    assert torch.isfinite(loss) and gradients and all(torch.isfinite(g).all() for g in gradients)
    assert any(g.abs().sum() > 0 for g in gradients), "there was something to learn"
