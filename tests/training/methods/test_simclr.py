"""NT-Xent against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.methods.simclr import SimCLR, similarities


def slow_loss(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """Equation 1 of the paper, term by term: z1 and z2 (B, P) in float64."""
    z = [v / v.square().sum().sqrt() for v in [*z1, *z2]]
    n, total = len(z1), torch.zeros((), dtype=torch.float64)
    for i in range(2 * n):
        positive = (z[i] * z[(i + n) % (2 * n)]).sum() / temperature
        others = [(z[i] * z[k]).sum() / temperature for k in range(2 * n) if k != i]
        assert len(others) == 2 * n - 1  # the positive and all negatives, without itself
        total = total - (positive - torch.logsumexp(torch.stack(others), 0))
    return total / (2 * n)


class Bare(nn.Module):
    """SimCLR's loss with nothing before it: views are the projections themselves."""

    loss, further, surprise = SimCLR.loss, SimCLR.further, staticmethod(SimCLR.surprise)
    encoder = nn.Identity()
    project = nn.Identity()

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature


@pytest.mark.parametrize("temperature", [0.05, 0.1, 0.5, 10.0])
@pytest.mark.parametrize("n", [2, 9])
def test_value_and_gradient_equal_the_slow_one(
    temperature: float, n: int, assert_equals_slow: Callable[..., None]
) -> None:
    generator = torch.Generator().manual_seed(n)
    assert_equals_slow(
        lambda a, b: Bare(temperature).loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, temperature),
        torch.randn(n, 6, generator=generator),
        torch.randn(n, 6, generator=generator),
    )


@pytest.mark.parametrize("n", [2, 8, 100])
def test_collapse_costs_ln_2n_minus_1(n: int) -> None:
    same = torch.ones(n, 5)
    loss = Bare(0.1).loss({"first": same, "second": same})["loss"]
    assert float(loss) == pytest.approx(math.log(2 * n - 1), rel=1e-6)


def test_neither_a_view_itself_nor_what_is_left_out_is_an_answer() -> None:
    z = functional.normalize(torch.randn(6, 4), dim=1)
    left_out = torch.tensor([[False, True, False], [True, False, False], [False, False, False]])
    scores = similarities(z, 0.5, left_out)
    answers = ~torch.eye(6, dtype=torch.bool) & ~left_out.repeat(2, 2)
    assert torch.isneginf(scores[~answers]).all()
    torch.testing.assert_close(scores[answers], (z @ z.T / 0.5)[answers])


def test_the_scale_of_a_projection_does_not_matter() -> None:
    a, b = torch.randn(5, 4), torch.randn(5, 4)
    scaled = Bare(0.2).loss({"first": a * 100, "second": b * 0.01})["loss"]
    torch.testing.assert_close(scaled, Bare(0.2).loss({"first": a, "second": b})["loss"])


def test_accuracy_counts_the_partners_found() -> None:
    first = torch.eye(4)
    assert float(Bare(0.1).loss({"first": first, "second": first})["accuracy"]) == 1.0
    assert float(Bare(0.1).loss({"first": first, "second": first.roll(1, 0)})["accuracy"]) == 0.0
    same = torch.ones(4, 4)
    assert float(Bare(0.1).loss({"first": same, "second": same})["accuracy"]) == 0.0  # none is nearer than another


def test_half_precision_does_not_reach_the_cosines() -> None:
    a, b = torch.randn(16, 8).bfloat16(), torch.randn(16, 8).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        found = Bare(0.01).loss({"first": a, "second": b})["loss"]
    torch.testing.assert_close(found, Bare(0.01).loss({"first": a.float(), "second": b.float()})["loss"])
