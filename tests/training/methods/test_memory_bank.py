"""Instance discrimination against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.memory_bank import MemoryBank
from training.parts.bank import Bank


def slow_loss(z: Tensor, bank: Tensor, clips: list[int], others: list[int], temperature: float) -> Tensor:
    """Equation 2 of the paper, term by term, in float64."""
    total = torch.zeros((), dtype=torch.float64)
    for v, clip in zip(z, clips, strict=True):
        v = v / v.square().sum().sqrt()
        own = (v * bank[clip]).sum() / temperature
        terms = [own] + [(v * bank[j]).sum() / temperature for j in others if j != clip]
        total = total - (own - torch.logsumexp(torch.stack(terms), 0))
    return total / len(z)


class Bare(nn.Module):
    """The loss with nothing before it: views are the projections themselves."""

    loss = MemoryBank.loss
    after_step = MemoryBank.after_step
    encoder = nn.Identity()
    project = nn.Identity()

    def __init__(self, clips: int, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        self.bank = Bank(clips, 6, 0.5)


def method_with(clips: int = 40, **settings: object) -> MemoryBank:
    config = new_config({"crop_seconds": 0.32, "mels": 16, **settings}, method="memory_bank", steps=5)
    method = built_method(config, clips, 4, (-4.0, 3.0))
    assert isinstance(method, MemoryBank)
    return method.train()


def batch_of(clips: list[int]) -> Batch:
    power = torch.rand(len(clips), 16, 24, generator=Generator().manual_seed(0)) * 3
    return Batch(
        torch.tensor(clips),
        power,
        torch.full((len(clips),), 24),
        torch.zeros(len(clips), dtype=torch.int64),
        torch.tensor(clips),
    )


@pytest.mark.parametrize("temperature", [0.07, 0.5])
@pytest.mark.parametrize("others", [range(12), [3, 3, 0, 11, 7]])  # the whole bank; a draw, with a clip of the batch
def test_value_and_gradient_equal_the_slow_one(
    temperature: float, others: list[int], assert_equals_slow: Callable[..., None]
) -> None:
    bare, clips = Bare(12, temperature), [7, 0, 5, 3]
    views = {"clips": torch.tensor(clips), "others": torch.tensor(list(others))}
    assert_equals_slow(
        lambda z: bare.loss({**views, "view": z})["loss"],
        lambda z: slow_loss(z, bare.bank.entries.double(), clips, list(others), temperature),
        torch.randn(4, 6),
    )


def test_accuracy_counts_the_clips_that_are_nearest_to_their_own_memory() -> None:
    bare, clips = Bare(6, 0.1), torch.arange(4)
    bare.bank.entries.copy_(torch.eye(6))
    views = {"clips": clips, "others": torch.arange(6), "view": torch.eye(6)[[0, 1, 2, 5]]}
    assert float(bare.loss(views)["accuracy"]) == 3 / 4


def test_over_the_whole_bank_it_is_a_softmax_of_n_classes() -> None:
    bare, clips, z = Bare(12, 0.07), torch.tensor([2, 9]), torch.randn(2, 6)
    scores = functional.normalize(z, dim=1) @ bare.bank.entries.T / 0.07
    found = bare.loss({"view": z, "clips": clips, "others": torch.arange(12)})["loss"]
    torch.testing.assert_close(found, functional.cross_entropy(scores, clips))


def test_equal_memories_cost_the_chance() -> None:
    method = method_with()
    method.bank.entries.copy_(functional.normalize(torch.ones(40, 128), dim=1))
    loss = method.loss(method.views(batch_of(list(range(20))), Generator().manual_seed(0)))["loss"]
    assert float(loss.detach()) == pytest.approx(math.log(40), rel=1e-5)
    assert method.chance().value == pytest.approx(math.log(40))


def test_a_draw_of_others_is_as_large_as_asked_and_fresh_each_step() -> None:
    method, generator = method_with(negatives=9), Generator().manual_seed(0)
    first, second = (method.views(batch_of([0, 1]), generator)["others"] for _ in range(2))
    assert first.shape == (9,) and not torch.equal(first, second) and int(first.max()) < 40
    assert method.chance().value == pytest.approx(math.log(10))
    assert torch.equal(method_with(negatives=39).views(batch_of([0]), generator)["others"], torch.arange(40))


def test_memories_of_the_clips_just_heard_move_and_no_others() -> None:
    method, clips = method_with(), [5, 2, 30]
    before = method.bank.entries.clone()
    views = method.views(batch_of(clips), Generator().manual_seed(0))
    method.loss(views)["loss"].backward()
    assert torch.equal(method.bank.entries, before)  # only after the step
    method.after_step(0.5)
    moved = (method.bank.entries != before).any(1).nonzero()[:, 0].tolist()
    assert moved == sorted(clips)
    torch.testing.assert_close(method.bank.entries.norm(dim=1), torch.ones(40))


def test_the_lens_finds_the_memories_of_its_own_clips() -> None:
    method = method_with().eval()
    clips = list(range(30, 40))
    views = method.views(batch_of(clips), Generator().manual_seed(0))
    with torch.no_grad():
        z = method.project(method.encoder(views["view"]))
        method.bank.entries[torch.tensor(clips)] = functional.normalize(z, dim=1)
        similarity = method.lens(views)["similarity"]
    torch.testing.assert_close(similarity.diagonal(), torch.ones(10))
