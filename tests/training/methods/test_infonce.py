"""InfoNCE against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from training.methods.method import Method

Bare = Callable[..., Method]


def slow_loss(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    """Equation 4 with first and with second views as queries, term by term."""
    a, b = ([v / v.square().sum().sqrt() for v in z] for z in (z1, z2))
    total = z1.new_zeros(())
    for queries, keys in ((a, b), (b, a)):
        for i, query in enumerate(queries):
            scores = [(query * key).sum() / temperature for key in keys]
            assert len(scores) == len(z1)  # the positive and N − 1 negatives, none of the query's own side
            total = total - (scores[i] - torch.logsumexp(torch.stack(scores), 0))
    return total / (2 * len(z1))


@pytest.mark.parametrize("temperature", [0.05, 0.1, 1.0])
@pytest.mark.parametrize("n", [2, 9])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], temperature: float, n: int
) -> None:
    method = bare("infonce", temperature=temperature)
    random = Generator().manual_seed(n)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"],
        lambda a, b: slow_loss(a, b, temperature),
        torch.randn(n, 6, generator=random),
        torch.randn(n, 6, generator=random) * 3,
    )


@pytest.mark.parametrize("n", [8, 100])
def test_collapse_costs_ln_n_and_tells_nothing(bare: Bare, n: int) -> None:
    method, same = bare("infonce", batch_size=n), torch.ones(n, 5)
    losses = method.loss({"first": same, "second": same})
    chance = method.chance()
    assert chance is not None and chance.value == pytest.approx(math.log(n))
    assert float(losses["loss"]) == pytest.approx(math.log(n), rel=1e-6)
    assert float(losses["bound"]) == pytest.approx(0, abs=1e-5)


def test_the_bound_is_ln_n_when_all_is_told(bare: Bare) -> None:
    """Twins that are equal and unlike all others: the loss is 0, and the bound can't say more than ln N."""
    losses = bare("infonce", temperature=0.01).loss({"first": torch.eye(6), "second": torch.eye(6)})
    assert float(losses["loss"]) == pytest.approx(0, abs=1e-6) and float(losses["bound"]) == pytest.approx(math.log(6))


def test_both_directions_count(bare: Bare) -> None:
    """Two queries that want the same key: from the keys' side the picture is another one."""
    method = bare("infonce", temperature=0.1)
    first, second = torch.eye(3), torch.tensor([[1.0, 0, 0], [1.0, 0.1, 0], [0, 0, 1.0]])
    forth = method.loss({"first": first, "second": second})
    back = method.loss({"first": second, "second": first})
    torch.testing.assert_close(forth["loss"], back["loss"])
    scores = first @ torch.nn.functional.normalize(second, dim=1).T / 0.1
    one_way = torch.nn.functional.cross_entropy(scores, torch.arange(3))
    assert abs(float(forth["loss"] - one_way)) > 0.1
    assert float(forth["accuracy"]) == float(back["accuracy"]) == pytest.approx((3 / 3 + 2 / 3) / 2)


def test_accuracy_counts_the_twins_found(bare: Bare) -> None:
    method, first = bare("infonce"), torch.eye(4)
    assert float(method.loss({"first": first, "second": first})["accuracy"]) == 1.0
    assert float(method.loss({"first": first, "second": first.roll(1, 0)})["accuracy"]) == 0.0
