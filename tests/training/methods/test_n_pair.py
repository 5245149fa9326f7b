"""The multi-class N-pair loss against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from training.methods.method import Method

Bare = Callable[..., Method]


def slow_loss(f: Tensor, positive: Tensor, weight: float) -> Tensor:
    """Mean of log(1 + Σ exp(f·f⁻ − f·f⁺)), as it is written, and the penalty on squared lengths."""
    total = f.new_zeros(())
    for i in range(len(f)):
        own = (f[i] * positive[i]).sum()
        total = total + torch.log(1 + sum(torch.exp((f[i] * positive[j]).sum() - own) for j in range(len(f)) if j != i))  # type: ignore[arg-type]
        total = total + weight / 2 * (f[i].square().sum() + positive[i].square().sum())
    return total / len(f)


@pytest.mark.parametrize("weight", [0.0, 0.02])
@pytest.mark.parametrize("n", [2, 8])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], n: int, weight: float
) -> None:
    method, random = bare("n_pair", length_weight=weight), Generator().manual_seed(n)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, weight),
        torch.randn(n, 6, generator=random),
        torch.randn(n, 6, generator=random) * 2,
    )


def test_two_clips_make_a_smooth_triplet(bare: Bare) -> None:
    """With one negative it is softplus(f·f⁻ − f·f⁺): a hinge with a soft edge."""
    f, positive = torch.randn(2, 4), torch.randn(2, 4)
    gap = torch.stack([(f[0] * (positive[1] - positive[0])).sum(), (f[1] * (positive[0] - positive[1])).sum()])
    found = bare("n_pair", length_weight=0.0).loss({"first": f, "second": positive})["loss"]
    torch.testing.assert_close(found, torch.nn.functional.softplus(gap).mean())


def test_projections_are_not_normalised(bare: Bare) -> None:
    method = bare("n_pair", length_weight=0.0)
    near, far = (method.loss({"first": torch.eye(4) * s, "second": torch.eye(4)})["loss"] for s in (1, 10))
    assert float(far) < 0.01 < float(near)


def test_how_many_are_found_and_how_long_vectors_are_is_told(bare: Bare) -> None:
    """The longest of the answers is the first question's, too."""
    answers = torch.tensor([[1.0, 0, 0], [2.0, 0.5, 0], [0, 0, 1.0]])
    losses = bare("n_pair").loss({"first": torch.eye(3), "second": answers})
    assert float(losses["accuracy"]) == pytest.approx(2 / 3)
    assert float(losses["squared_length"]) == pytest.approx((1 + (1 + 4.25 + 1) / 3) / 2)


def test_equal_products_cost_ln_n(bare: Bare) -> None:
    method, same = bare("n_pair", batch_size=8, length_weight=0.0), torch.ones(8, 5)
    chance = method.chance()
    assert chance is not None and chance.value == pytest.approx(math.log(8))
    assert float(method.loss({"first": same, "second": same})["loss"]) == pytest.approx(chance.value)


def test_the_lens_holds_the_products(bare: Bare) -> None:
    f, positive = torch.randn(40, 3), torch.randn(40, 3)
    found = bare("n_pair").lens({"first": f, "second": positive})["products"]
    torch.testing.assert_close(found, f[:32] @ positive[:32].T)
