"""Picking the right answer, against loops in float64."""

import math

import pytest
import torch
from torch import Tensor

from training.parts.contrast import off_diagonal, own_picked, positive_picked, products, squared_distances


def slow_pick(scores: list[list[float]], right: list[int]) -> float:
    """−mean log of the right answer's share, by the definition of the softmax."""
    total = 0.0
    for row, answer in zip(scores, right, strict=True):
        top = max(row)
        total -= math.log(math.exp(row[answer] - top) / sum(math.exp(s - top) for s in row))
    return total / len(scores)


def gradient(loss: Tensor, of: Tensor) -> Tensor:
    return torch.autograd.grad(loss, of)[0]


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (5, 9)])
def test_picking_ones_own_equals_the_slow_one(shape: tuple[int, int]) -> None:
    scores = (torch.randn(shape, generator=torch.Generator().manual_seed(0)) * 10).requires_grad_()
    loss, found = own_picked(scores)
    assert float(loss.detach()) == pytest.approx(
        slow_pick(scores.tolist(), list(range(len(scores)))), rel=1e-5, abs=1e-7
    )
    assert float(found) == sum(max(row) == row[i] for i, row in enumerate(scores.tolist())) / len(scores)
    expected = torch.softmax(scores.detach().double(), 1)
    expected[torch.arange(len(scores)), torch.arange(len(scores))] -= 1
    torch.testing.assert_close(gradient(loss, scores).double(), expected / len(scores), rtol=1e-5, atol=1e-7)


def test_picking_the_positive_equals_the_slow_one() -> None:
    random = torch.Generator().manual_seed(1)
    positives = (torch.randn(6, generator=random) * 5).requires_grad_()
    negatives = (torch.randn(6, 11, generator=random) * 5).requires_grad_()
    loss, found = positive_picked(positives, negatives)
    rows = [[p, *n] for p, n in zip(positives.tolist(), negatives.tolist(), strict=True)]
    assert float(loss.detach()) == pytest.approx(slow_pick(rows, [0] * 6), rel=1e-5)
    assert float(found) == sum(p > max(n) for p, n in zip(positives.tolist(), negatives.tolist(), strict=True)) / 6
    share = torch.softmax(torch.tensor(rows, dtype=torch.float64), 1)
    torch.testing.assert_close(gradient(loss, positives).double(), (share[:, 0] - 1) / 6, rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(
        gradient(positive_picked(positives, negatives)[0], negatives).double(), share[:, 1:] / 6, rtol=1e-5, atol=1e-7
    )


def test_a_score_of_minus_infinity_is_no_answer() -> None:
    positives, negatives = torch.randn(4), torch.randn(4, 6)
    hidden = negatives.masked_fill(torch.arange(6) >= 3, -torch.inf).requires_grad_()
    loss, _ = positive_picked(positives, hidden)
    torch.testing.assert_close(loss, positive_picked(positives, negatives[:, :3])[0])
    found = gradient(loss, hidden)
    assert torch.isfinite(found).all() and (found[:, 3:] == 0).all()


def test_equal_scores_cost_the_logarithm_of_the_answers_and_count_as_not_found() -> None:
    loss, _ = own_picked(torch.zeros(5, 8))
    assert float(loss) == pytest.approx(math.log(8))
    loss, found = positive_picked(torch.zeros(5), torch.zeros(5, 8))
    assert float(loss) == pytest.approx(math.log(9)) and float(found) == 0


def test_all_but_the_diagonal_in_order() -> None:
    x = torch.randn(2, 3, 5, 5)
    expected = torch.stack([m[~torch.eye(5, dtype=torch.bool)].view(5, 4) for m in x.flatten(0, 1)]).view(2, 3, 5, 4)
    assert torch.equal(off_diagonal(x), expected)
    assert torch.equal(off_diagonal(x.transpose(2, 3)), off_diagonal(x.transpose(2, 3).contiguous()))
    assert off_diagonal(torch.ones(1, 1)).shape == (1, 0)


def test_products_of_stacks() -> None:
    a, b = torch.randn(3, 4, 5), torch.randn(3, 6, 5)
    torch.testing.assert_close(products(a, b), torch.einsum("bnp,bmp->bnm", a, b))


def test_products_and_distances_keep_float32_under_autocast() -> None:
    a, b = (torch.nn.functional.normalize(torch.randn(n, 16), dim=1) for n in (4, 7))
    exact = a.double() @ b.double().T
    with torch.autocast("cpu", torch.bfloat16):
        assert (a @ b.T).dtype == torch.bfloat16  # what would happen otherwise
        assert products(a, b).dtype == torch.float32
        torch.testing.assert_close(products(a, b).double(), exact, rtol=1e-5, atol=1e-6)
        found = squared_distances(a, b)
    torch.testing.assert_close(found.double(), (a.double()[:, None] - b.double()).square().sum(2), rtol=1e-5, atol=1e-6)
    assert (squared_distances(a, a).diagonal() >= 0).all()
