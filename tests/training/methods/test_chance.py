"""The chance line of a method is the loss of a model that says the same of everything, by the method's own `loss`."""

import pytest
import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods import METHODS
from training.methods.method import Method
from training.methods.neighbouring_slices import NeighbouringSlices
from training.parts.pictures import EDGE

CLIPS, MELS, FRAMES = 32, 16, 60
LINES = [name for name, kind in METHODS.items() if kind.chance is not Method.chance and name != "barlow_twins"]
"""The line of Barlow Twins is of outputs that have nothing to do with each other: see its own test."""
POINTS = ("align_uniform", "max_margin", "triplet")
"""Their line is of projections that are one point, which lies at length 1."""


def batch() -> Batch:
    """Noise longer than any view, with all that may lie beside it."""
    clips, random = torch.arange(CLIPS), Generator().manual_seed(0)
    power = torch.empty(CLIPS, MELS, FRAMES).exponential_(generator=random)
    companions = {
        "pieces": torch.randint(1, 50, (CLIPS, 24), generator=random),
        "text": clips,
        "samples": torch.randint(-9000, 9000, (CLIPS, 6000), generator=random).short(),
        "sample_count": torch.full((CLIPS,), 6000),
        "picture": torch.randint(0, 256, (CLIPS, 3, EDGE, EDGE), generator=random).byte(),
        "picture_number": clips,
    }
    return Batch(clips, power, torch.full((CLIPS,), FRAMES), clips % 4, clips, companions)


def rebuilt_in(method: Method, views: dict[str, Tensor]) -> Tensor:
    """What is to be rebuilt."""
    return method.parted(views["slices"])[1] if isinstance(method, NeighbouringSlices) else views["x"]


@pytest.mark.parametrize("name", LINES)
def test_the_line_is_the_loss_while_all_is_said_to_be_the_same(name: str) -> None:
    """To 1e-3: max_margin's distances are a hair above 0, and noise may draw the same codes of wav2vec2 twice."""
    config = new_config({"mels": MELS, "batch_size": CLIPS}, method=name, steps=5)
    method = built_method(config, CLIPS, 4).train()
    for parameter in method.parameters():
        nn.init.zeros_(parameter)
    if name in POINTS:
        nn.init.ones_(method.project[-1].bias)
    views, line = method.views(batch(), Generator().manual_seed(1)), method.chance()
    assert line is not None
    if "the mean of all data" in line.meaning:
        true = rebuilt_in(method, views)
        method.encoder.set_input_statistics(float(true.mean()), float(true.std(correction=0)))
    assert float(method.loss(views)["loss"].detach()) == pytest.approx(line.value, rel=1e-3, abs=1e-5)
