"""The triplet loss against loops in float64, and which negatives it takes."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from training.methods.method import Method
from training.methods.triplet import semi_hard
from training.parts.contrast import off_diagonal

Bare = Callable[..., Method]


def slow_loss(z1: Tensor, z2: Tensor, margin: float, mining: str) -> Tensor:
    """max(0, d(a, p)² − d(a, n)² + δ), triplet by triplet."""
    a, b = ([v / v.square().sum().sqrt() for v in z] for z in (z1, z2))
    found = []
    for i, anchor in enumerate(a):
        positive = (anchor - b[i]).square().sum()
        negatives = [(anchor - n).square().sum() for j, n in enumerate(b) if j != i]
        if mining == "semi-hard":
            farther = [n for n in negatives if n > positive]
            negatives = [min(farther, key=Tensor.item)] if farther else [max(negatives, key=Tensor.item)]
        found += [torch.clamp(positive - n + margin, min=0) for n in negatives]
    return torch.stack(found).mean()


@pytest.mark.parametrize("mining", ["semi-hard", "all"])
@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], margin: float, mining: str
) -> None:
    method, random = bare("triplet", margin=margin, mining=mining), Generator().manual_seed(3)
    first = torch.randn(10, 4, generator=random)
    second = first + torch.randn(10, 4, generator=random)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, margin, mining),
        first,
        second,
    )


def test_semi_hard_is_the_nearest_that_is_farther_than_the_positive() -> None:
    squared = torch.tensor([[0.5, 0.4, 0.6, 0.9], [0.1, 0.8, 0.2, 0.3], [0.0, 1.0, 0.2, 0.5], [1.0, 2.0, 3.0, 0.1]])
    found = semi_hard(squared.diagonal()[:, None], off_diagonal(squared), torch.ones(4, 3, dtype=torch.bool))
    assert found[:, 0].tolist() == pytest.approx([0.6, 0.3, 0.5, 1.0])  # the second has none farther: the farthest


def test_a_clip_is_never_its_own_negative() -> None:
    squared = torch.arange(9.0).view(3, 3)
    assert off_diagonal(squared).tolist() == [[1, 2], [3, 5], [6, 7]]


@pytest.mark.parametrize("mining", ["semi-hard", "all"])
def test_collapse_costs_the_margin(bare: Bare, mining: str) -> None:
    method, same = bare("triplet", margin=0.4, mining=mining), torch.ones(8, 5)
    chance = method.chance()
    assert chance is not None and chance.value == 0.4
    losses = method.loss({"first": same, "second": same})
    assert float(losses["loss"]) == pytest.approx(0.4, rel=1e-5) and float(losses["kept"]) == 0


def test_what_keeps_the_margin_costs_nothing(bare: Bare) -> None:
    first = torch.eye(5)
    losses = bare("triplet", margin=1.9).loss({"first": first, "second": first})  # 0 − 2 + 1.9 < 0
    assert float(losses["loss"]) == 0 and float(losses["kept"]) == 1


@pytest.mark.parametrize("name", ["triplet", "max_margin", "align_uniform"])
def test_the_lens_counts_positives_and_negatives(name: str, bare: Bare) -> None:
    random = Generator().manual_seed(0)
    first, second = torch.randn(20, 3, generator=random), torch.randn(20, 3, generator=random)
    shares = bare(name).lens({"first": first, "second": second})["distances"]
    assert shares.shape == (2, 32)
    a, b = (torch.nn.functional.normalize(z, dim=1) for z in (first, second))
    slow = torch.zeros(2, 32)
    for i in range(20):
        for j in range(20):
            d = float((a[i] - b[j]).norm())
            slow[int(i != j), min(31, int(d * 16))] += 1 / (20 if i == j else 380)
    torch.testing.assert_close(shares, slow, atol=0.003, rtol=0)  # a distance on a step's edge may fall to either side
