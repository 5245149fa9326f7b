"""Alignment and uniformity against loops in float64, and against their measures."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.measures.spread import alignment, uniformity
from training.methods.method import Method

Bare = Callable[..., Method]


def slow_loss(z1: Tensor, z2: Tensor, power: float, steepness: float, weight: float) -> Tensor:
    """E‖x − y‖^α + w · log E e^{−t‖x − x'‖²}, over pairs of different clips, both views averaged."""
    a, b = ([v / v.square().sum().sqrt() for v in z] for z in (z1, z2))
    n = len(a)
    aligned = sum(((x - y).square().sum().sqrt()) ** power for x, y in zip(a, b, strict=True)) / n
    spread = z1.new_zeros(())
    for side in (a, b):
        kernel = [
            torch.exp(-steepness * (side[i] - side[j]).square().sum()) for i in range(n) for j in range(n) if i != j
        ]
        spread = spread + torch.log(sum(kernel) / len(kernel)) / 2  # type: ignore[arg-type]
    return aligned + weight * spread


@pytest.mark.parametrize(("power", "steepness", "weight"), [(2.0, 2.0, 1.0), (1.0, 3.0, 0.5), (3.0, 1.0, 2.0)])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], power: float, steepness: float, weight: float
) -> None:
    method = bare("align_uniform", power=power, steepness=steepness, uniform_weight=weight)
    random = Generator().manual_seed(0)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, power, steepness, weight),
        torch.randn(8, 5, generator=random),
        torch.randn(8, 5, generator=random),
    )


def test_its_parts_are_the_measures_of_the_same_name(bare: Bare) -> None:
    x, y = torch.randn(30, 6), torch.randn(30, 6)
    found = bare("align_uniform").loss({"first": x, "second": y})
    assert float(found["alignment"]) == pytest.approx(alignment(x, y), rel=1e-5)
    assert float(found["uniformity"]) == pytest.approx((uniformity(x) + uniformity(y)) / 2, rel=1e-5)


def test_collapse_costs_nothing_at_all_and_is_the_chance_line(bare: Bare) -> None:
    method, same = bare("align_uniform"), torch.ones(8, 5)
    chance = method.chance()
    assert chance is not None
    assert float(method.loss({"first": same, "second": same})["loss"]) == pytest.approx(chance.value, abs=1e-6)


def test_uniformity_is_the_logarithm_of_the_mean(bare: Bare) -> None:
    """One pair at a point and another at opposite ends: the near pair rules, as no mean of logarithms would let it."""
    x = torch.tensor([[1.0, 0], [1.0, 0], [-1.0, 0]])
    found = float(bare("align_uniform").loss({"first": x, "second": x})["uniformity"])
    assert found == pytest.approx(math.log((1 + 2 * math.exp(-8)) / 3), rel=1e-5)


def test_even_spreading_comes_near_the_limit(bare: Bare) -> None:
    x = functional.normalize(torch.randn(256, 128, generator=Generator().manual_seed(0)), dim=1)
    found = float(bare("align_uniform").loss({"first": x, "second": x})["uniformity"])
    assert found == pytest.approx(-4 + 8 / 128, abs=0.01)  # −2t, and the variance of the cosine
