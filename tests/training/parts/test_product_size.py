"""Either way it is the sum of the squares of the product, with its gradient."""

import pytest
import torch
from torch import Tensor

from training.parts.product_size import product_size


def slow(a: Tensor, b: Tensor) -> Tensor:
    """Entry by entry."""
    columns = range(a.shape[1])
    return sum(((a[:, i] * b[:, j]).sum() ** 2 for i in columns for j in columns), torch.zeros((), dtype=a.dtype))


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5), (1, 4)])
def test_value_and_gradient_equal_the_slow_ones(shape: tuple[int, int]) -> None:
    a, b = (torch.randn(shape, dtype=torch.float64, requires_grad=True) for _ in range(2))
    found, expected = product_size(a, b), slow(a, b)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(torch.autograd.grad(found, (a, b)), torch.autograd.grad(expected, (a, b)))
