"""VICReg's three terms against loops in float64, and what happens without each of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from training.batch import Batch
from training.methods.vicreg import EPSILON, SHOWN_WIDTH, Settings, VICReg, covariance

NARROW = {"hidden_width": 64, "projection_width": 64}
STEPS = 60
Spread = Callable[..., tuple[float, float]]


def slow_terms(z1: Tensor, z2: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """s, v(Z) + v(Z') and c(Z) + c(Z') by loops: z1 and z2 (B, P) in float64."""
    n, width = z1.shape
    zero = torch.zeros((), dtype=torch.float64)
    s, v, c = zero, zero, zero
    for a, b in zip(z1, z2, strict=True):
        for x, y in zip(a, b, strict=True):
            s = s + (x - y) ** 2 / n / width
    for z in (z1, z2):
        means = [z[:, j].sum() / n for j in range(width)]
        for i in range(width):
            for j in range(width):
                entry = zero
                for row in z:
                    entry = entry + (row[i] - means[i]) * (row[j] - means[j]) / (n - 1)
                if i == j:
                    v = v + torch.clamp(1 - (entry + EPSILON) ** 0.5, min=0) / width
                else:
                    c = c + entry**2 / width
    return s, v, c


class Bare(torch.nn.Module):
    """The loss with nothing before it: views are the projections themselves."""

    loss = VICReg.loss
    lens = VICReg.lens

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.config = settings

    def projected(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        return views["first"], views["second"]


@pytest.mark.parametrize("shape", [(6, 4), (4, 6)])
@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])  # below, about and above the hinge
def test_value_terms_and_gradient_equal_the_slow_ones(
    scale: float, shape: tuple[int, int], assert_equal_gradients: Callable[..., None]
) -> None:
    a, b = ((torch.randn(shape) * scale + 1).requires_grad_() for _ in range(2))
    found = Bare(Settings()).loss({"first": a, "second": b})
    x, y = (v.detach().double().requires_grad_() for v in (a, b))
    s, v, c = slow_terms(x, y)
    for name, term in (("invariance", s), ("variance", v), ("covariance", c)):
        assert float(found[name]) == pytest.approx(float(term.detach()), rel=1e-5)
    assert_equal_gradients(found["loss"], 25 * s + 25 * v + 1 * c, (a, b), (x, y))


def test_the_weights_are_the_papers_and_multiply_their_terms() -> None:
    a, b = torch.randn(6, 4), torch.randn(6, 4)
    settings = Settings()
    assert (settings.invariance_weight, settings.variance_weight, settings.covariance_weight) == (25, 25, 1)
    for name, weight in (("invariance", "invariance_weight"), ("variance", "variance_weight"),
                         ("covariance", "covariance_weight")):  # fmt: skip
        alone = {"invariance_weight": 0.0, "variance_weight": 0.0, "covariance_weight": 0.0, weight: 2.0}
        found = Bare(Settings(**alone)).loss({"first": a, "second": b})  # type: ignore[arg-type]
        assert float(found["loss"]) == pytest.approx(2 * float(found[name]), rel=1e-6)


def test_covariance_is_numpys() -> None:
    z = torch.randn(20, 5)
    expected = torch.cov(z.T)
    torch.testing.assert_close(covariance(z), expected)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(covariance(z), expected)


def test_the_picture_is_the_covariance_of_the_first_views_first_outputs() -> None:
    """Not their correlation: spreads differ from 1, and two outputs are planted that say the same and the opposite."""
    first, second = torch.randn(2, 9, SHOWN_WIDTH + 5) * 3 + 1
    first[:, 1], first[:, 2] = first[:, 0], -2 * first[:, 0]
    found = Bare(Settings()).lens({"first": first, "second": second})["covariance"]
    np.testing.assert_allclose(found, np.cov(first.double().T)[:SHOWN_WIDTH, :SHOWN_WIDTH], rtol=1e-4, atol=1e-4)
    assert found[0, :3].tolist() == pytest.approx([float(found[0, 0] * k) for k in (1, 1, -2)], rel=1e-4)


def test_a_collapse_costs_the_hinge_and_has_a_gradient() -> None:
    same = torch.ones(8, 5, requires_grad=True)
    losses = Bare(Settings()).loss({"first": same, "second": same})
    losses["loss"].backward()
    assert float(losses["loss"].detach()) == pytest.approx(25 * 2 * (1 - EPSILON**0.5), rel=1e-5)
    assert same.grad is not None and torch.isfinite(same.grad).all()


def test_without_variance_outputs_become_constant(
    toy_method: Callable[..., Any], spread_after: Spread, toy_batch: Batch
) -> None:
    spread = {}
    for weight in (25.0, 0.0):
        method = toy_method("vicreg", variance_weight=weight, **NARROW)
        spread_after(method, STEPS)
        with torch.no_grad():
            spread[weight] = float(method.projection(method.embed(method.augment.whole(toy_batch.audio))).std(0).mean())
    assert spread[25.0] > 0.5 and spread[0.0] < 0.1, spread


def test_without_covariance_outputs_say_the_same(
    toy_method: Callable[..., Any], directions_after: Callable[..., float]
) -> None:
    healthy = directions_after(toy_method("vicreg", **NARROW), STEPS)
    alike = directions_after(toy_method("vicreg", covariance_weight=0.0, **NARROW), STEPS)
    assert healthy > 3 and alike < healthy / 2, (healthy, alike)
