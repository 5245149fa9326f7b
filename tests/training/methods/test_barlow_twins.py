"""The cross-correlation and its loss against loops in float64, their value at chance, and collapse without λ."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from training.methods.barlow_twins import BarlowTwins, Settings, cross_correlation


def slow_correlation(z1: Tensor, z2: Tensor) -> list[list[Tensor]]:
    """C of equation 2, entry by entry: z1 and z2 (B, P) in float64."""
    n, width = z1.shape

    def entry(i: int, j: int) -> Tensor:
        a, b = z1[:, i] - sum(z1[:, i]) / n, z2[:, j] - sum(z2[:, j]) / n
        return sum(a * b) / (sum(a**2) ** 0.5 * sum(b**2) ** 0.5)

    return [[entry(i, j) for j in range(width)] for i in range(width)]


def slow_loss(z1: Tensor, z2: Tensor, weight: float) -> Tensor:
    """Equation 1."""
    total = torch.zeros((), dtype=torch.float64)
    for i, row in enumerate(slow_correlation(z1, z2)):
        for j, c in enumerate(row):
            total = total + ((1 - c) ** 2 if i == j else weight * c**2)
    return total


class Bare(torch.nn.Module):
    """The loss with nothing before it: views are the projections themselves."""

    loss = BarlowTwins.loss
    chance = BarlowTwins.chance
    lens = BarlowTwins.lens

    def __init__(self, weight: float, width: int = 5, batch_size: int = 8) -> None:
        super().__init__()
        self.config = Settings(redundancy_weight=weight, projection_width=width)
        self.batch_size = batch_size

    def projected(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        return views["first"], views["second"]


@pytest.mark.parametrize("shape", [(8, 5), (5, 8), (6, 6)])
@pytest.mark.parametrize("weight", [0.0051, 0.0, 1.0])
def test_value_and_gradient_equal_the_slow_ones(
    weight: float, shape: tuple[int, int], assert_equals_slow: Callable[..., None]
) -> None:
    assert_equals_slow(
        lambda a, b: Bare(weight).loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, weight),
        torch.randn(shape) * 3 + 2,
        torch.randn(shape) * 3 + 2,
    )


def test_the_lens_shows_first_outputs_in_rows_and_second_in_columns() -> None:
    a, b = torch.randn(8, 5), torch.randn(8, 5)
    found = Bare(1.0).lens({"first": a, "second": b})["cross_correlation"]
    torch.testing.assert_close(found.double(), torch.tensor(slow_correlation(a.double(), b.double())))


def test_it_is_a_correlation() -> None:
    z = torch.randn(50, 6)
    c = cross_correlation(z * 7 + 3, -0.1 * z)  # neither scale nor offset of an output counts
    torch.testing.assert_close(c.diagonal(), -torch.ones(6))
    assert c.abs().max() <= 1 + 1e-6
    expected = torch.corrcoef(z.T.double())
    torch.testing.assert_close(-c.double(), expected, rtol=1e-5, atol=1e-6)


def test_equal_decorrelated_outputs_cost_nothing() -> None:
    signs = torch.tensor([[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]])[1:].T  # orthogonal, centred
    assert float(Bare(1.0).loss({"first": signs, "second": 3 * signs})["loss"]) == pytest.approx(0, abs=1e-9)


def test_a_collapse_is_a_number() -> None:
    same = torch.ones(8, 5, requires_grad=True)
    loss = Bare(0.0051).loss({"first": same, "second": same})["loss"]
    loss.backward()
    assert float(loss.detach()) == pytest.approx(5)  # nothing agrees: C is 0
    assert same.grad is not None and torch.isfinite(same.grad).all()


@pytest.mark.parametrize(("width", "batch"), [(128, 256), (64, 64), (128, 16)])
def test_outputs_that_say_nothing_cost_what_chance_says(width: int, batch: int) -> None:
    """Each draw is turned over too, so that what is odd in C, of mean 0, adds no noise: then 100 of them tell .02 %."""
    bare, generator = Bare(0.0051, width, batch), Generator().manual_seed(0)
    losses = []
    for _ in range(100):
        first, second = (torch.randn(batch, width, generator=generator) for _ in range(2))
        losses += [float(bare.loss({"first": first, "second": side})["loss"]) for side in (second, -second)]
    assert bare.chance().value == pytest.approx(sum(losses) / len(losses), rel=0.002)


def test_redundant_outputs_cost_up_to_lambda_times_their_pairs() -> None:
    same = torch.randn(20, 1).expand(-1, 5)
    losses = Bare(0.0051).loss({"first": same, "second": same})
    assert float(losses["agreement"]) == pytest.approx(0, abs=1e-6)
    assert float(losses["redundancy"]) == pytest.approx(5 * 4, rel=1e-5)
    assert float(losses["loss"]) == pytest.approx(0.0051 * 5 * 4, rel=1e-5)


def test_bfloat16_does_not_reach_the_correlation() -> None:
    z = torch.randn(64, 6)
    with torch.autocast("cpu", torch.bfloat16):
        c = cross_correlation(z, z)
    assert c.dtype == torch.float32 and math.isclose(float(c[0, 0]), 1, abs_tol=1e-6)


def test_without_lambda_it_shrinks_to_few_directions(
    toy_method: Callable[..., Any], directions_after: Callable[..., float]
) -> None:
    """To a quarter."""
    narrow = {"hidden_width": 128, "projection_width": 128}
    healthy = directions_after(toy_method("barlow_twins", **narrow))
    shrunk = directions_after(toy_method("barlow_twins", redundancy_weight=0.0, **narrow))
    assert healthy > 3 and shrunk < healthy / 2, (healthy, shrunk)
