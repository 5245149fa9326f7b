"""Local aggregation against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.local_aggregation import NO_LIMIT, LocalAggregation


def method_with(clips: int = 40, **settings: object) -> LocalAggregation:
    config = new_config({"crop_seconds": 0.32, "mels": 16, **settings}, method="local_aggregation", steps=5)
    method = built_method(config, clips, 4, (-4.0, 3.0))
    assert isinstance(method, LocalAggregation)
    return method.train()


def bare(**settings: object) -> LocalAggregation:
    """Views are the projections themselves, 6 wide."""
    method = method_with(**{"projection_width": 8, **settings})  # type: ignore[arg-type]
    method.encoder = method.project = torch.nn.Identity()
    return method


def slow_loss(
    z: Tensor, bank: Tensor, labels: list[list[int]], clips: list[int], background: int, tau: float
) -> Tensor:
    """−log P(C ∩ B) / P(B), each P a sum over all memories, in float64."""
    total = torch.zeros((), dtype=torch.float64)
    for v, i in zip(z, clips, strict=True):
        v = v / v.square().sum().sqrt()
        weights = [torch.exp((f * v).sum() / tau) for f in bank]
        everything = torch.stack(weights).sum()
        by_nearness = sorted((j for j in range(len(bank)) if j != i), key=lambda j: -float(weights[j].detach()))
        around = [i, *by_nearness[: background - 1]]
        close = [j for j in around if any(run[j] == run[i] for run in labels)]
        p_close = torch.stack([weights[j] / everything for j in close]).sum()
        p_around = torch.stack([weights[j] / everything for j in around]).sum()
        total = total - torch.log(p_close / p_around)
    return total / len(z)


@pytest.mark.parametrize("background", [5, 20, 40])
@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_value_and_gradient_equal_the_slow_one(
    background: int, temperature: float, assert_equals_slow: Callable[..., None]
) -> None:
    method = bare(**{"method.background": background}, temperature=temperature, clusterings=3)
    labels = torch.randint(0, 7, (3, 40))
    method.clustering.labels.copy_(labels)
    clips = [7, 0, 33, 3]
    assert_equals_slow(
        lambda z: method.loss({"view": z, "clips": torch.tensor(clips)})["loss"],
        lambda z: slow_loss(z, method.bank.entries.double(), labels.tolist(), clips, background, temperature),
        torch.randn(4, 8),
    )


def test_it_begins_as_instance_discrimination() -> None:
    method, clips, z = bare(), torch.tensor([2, 9]), torch.randn(2, 8)
    scores = functional.normalize(z, dim=1) @ method.bank.entries.T / 0.07
    losses = method.loss({"view": z, "clips": clips})
    torch.testing.assert_close(losses["loss"], functional.cross_entropy(scores, clips))
    assert float(losses["close_neighbours"]) == 1


def test_equal_memories_cost_the_chance_at_first() -> None:
    method = bare(**{"method.background": 10})
    method.bank.entries.copy_(functional.normalize(torch.ones(40, 8), dim=1))
    loss = method.loss({"view": torch.randn(6, 8), "clips": torch.arange(6)})["loss"]
    assert float(loss) == pytest.approx(math.log(10), rel=1e-5) and method.chance().value == pytest.approx(math.log(10))


def test_close_neighbours_share_a_cluster_in_any_run_and_always_hold_the_clip_itself() -> None:
    method = bare(**{"method.background": 4}, clusterings=2)
    method.clustering.labels.copy_(torch.stack([torch.arange(40), torch.arange(40) // 2]))
    near = torch.tensor([[3, 9, 2, 7]])
    assert method.close(near, torch.tensor([2])).tolist() == [[True, False, True, False]]
    far = -method.bank.entries[5:6] @ method.bank.entries.T  # its own memory is the farthest of all
    found = method.near(far, torch.tensor([5]))[0].tolist()
    assert 5 in found and set(found) - {5} == set(far[0].topk(3).indices.tolist())


def test_clusters_are_found_in_the_bank_after_the_epochs_alone_and_then_every_few() -> None:
    method = method_with(alone_epochs=2, recluster_epochs=3, clusterings=2)
    calls = []
    for _ in range(9):
        assert method.before_epoch(lambda: pytest.fail("the bank is clustered, nothing is embedded")) is None
        calls.append(int(method.clustering.times))
    assert calls == [0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert method.clustering.labels.max() < method.clustering.clusters == 10


@pytest.mark.parametrize(
    ("clips", "settings", "alone", "anew"),
    [
        (2_000, {}, 10, 5),  # 78 and 39 steps
        (100_000, {}, 1, 1),  # of 391 steps, which would have been 3,907 and 1,954
        (10_000, {}, 6, 3),  # 235 and 118 steps
        (100_000, {"alone_epochs": 0}, 0, 1),
        (100_000, {"alone_steps": NO_LIMIT, "recluster_steps": NO_LIMIT}, 10, 5),
    ],
)
def test_the_epochs_alone_end_after_so_many_steps(clips: int, settings: dict[str, int], alone: int, anew: int) -> None:
    method = method_with(clips=clips, batch_size=256, projection_width=8, **settings)
    assert (method.alone_epochs, method.recluster_epochs) == (alone, anew)


def test_memories_of_the_clips_just_heard_move() -> None:
    method = bare()
    before = method.bank.entries.clone()
    method.loss({"view": torch.randn(2, 8), "clips": torch.tensor([3, 8])})
    assert torch.equal(before, method.bank.entries)
    method.after_step(0.1)
    assert (method.bank.entries != before).any(1).nonzero()[:, 0].tolist() == [3, 8]


def test_the_lens_shows_probabilities_and_the_nearest_first() -> None:
    method = method_with(**{"method.background": 20}).eval()
    method.clustering.labels.copy_(torch.arange(40) % 10)
    with torch.no_grad():
        lens = method.lens(method.views(random_batch(12, 16, 24), Generator().manual_seed(1)))
    close, around = lens["probability"]
    assert (close > 0).all() and (close <= around + 1e-6).all() and (around <= 1 + 1e-6).all()
    assert lens["neighbours"].shape == (12, 20)
    assert (lens["neighbours"].abs().diff(dim=1) <= 1e-6).all() and lens["neighbours"].abs().max() <= 1
