"""The max-margin loss against loops in float64."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from training.methods.method import Method

Bare = Callable[..., Method]


def slow_loss(z1: Tensor, z2: Tensor, margin: float) -> Tensor:
    """y d² + (1 − y) max(0, m − d)² of every pair, alike and different ones averaged apart."""
    a, b = ([v / v.square().sum().sqrt() for v in z] for z in (z1, z2))
    alike, different = [], []
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            d = (x - y).square().sum().sqrt()
            if i == j:
                alike.append(d.square())
            else:
                different.append(torch.clamp(margin - d, min=0).square())
    return torch.stack(alike).mean() + torch.stack(different).mean()


@pytest.mark.parametrize("margin", [0.5, 1.0, 1.6])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], margin: float
) -> None:
    method, random = bare("max_margin", margin=margin), Generator().manual_seed(0)
    first = torch.randn(9, 3, generator=random)
    second = first * 2 + torch.randn(9, 3, generator=random)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"], lambda a, b: slow_loss(a, b, margin), first, second
    )


def test_collapse_costs_the_squared_margin(bare: Bare) -> None:
    method, same = bare("max_margin", margin=1.3), torch.ones(12, 5)
    losses = method.loss({"first": same, "second": same})
    chance = method.chance()
    assert chance is not None and chance.value == pytest.approx(1.69)
    assert float(losses["loss"]) == pytest.approx(chance.value, rel=1e-3) and float(losses["inside_margin"]) == 1


def test_the_hinge_is_squared_and_ends_at_the_margin(bare: Bare) -> None:
    """Two clips at right angles lie √2 apart: beyond a margin of 1.4, and inside of one of 1.5 by .086."""
    first = torch.eye(2)
    assert float(bare("max_margin", margin=1.4).loss({"first": first, "second": first})["loss"]) == pytest.approx(
        0, abs=1e-6
    )
    found = bare("max_margin", margin=1.5).loss({"first": first, "second": first})
    assert float(found["push"]) == pytest.approx((1.5 - 2**0.5) ** 2, rel=1e-5) and float(found["pull"]) < 1e-6


def test_nothing_breaks_where_all_is_one_point(bare: Bare) -> None:
    same = torch.ones(8, 5).requires_grad_()
    bare("max_margin").loss({"first": same, "second": same})["loss"].backward()
    assert same.grad is not None and torch.isfinite(same.grad).all()
