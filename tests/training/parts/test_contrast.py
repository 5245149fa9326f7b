"""Picking the right answer, against loops in float64."""

import math

import pytest
import torch
from torch import Tensor

from training.parts.contrast import (
    fellows,
    of_one_recording,
    off_diagonal,
    own_picked,
    picked,
    positive_picked,
    products,
    squared_distances,
)


def slow_pick(scores: list[list[float]], right: list[int]) -> float:
    """−mean log of the right answer's share, by the definition of the softmax."""
    total = 0.0
    for row, answer in zip(scores, right, strict=True):
        top = max(row)
        total -= math.log(math.exp(row[answer] - top) / sum(math.exp(s - top) for s in row))
    return total / len(scores)


def gradient(loss: Tensor, of: Tensor) -> Tensor:
    return torch.autograd.grad(loss, of)[0]


@pytest.mark.parametrize("shape", [(1, 2), (4, 4), (5, 9)])
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
    loss, found = own_picked(torch.zeros(5, 8))
    assert float(loss) == pytest.approx(math.log(8)) and float(found) == 0
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


def test_the_right_answer_may_stand_anywhere() -> None:
    scores, right = torch.randn(5, 7, generator=torch.Generator().manual_seed(0)), torch.tensor([6, 0, 3, 3, 1])
    loss, found = picked(scores, right)
    assert float(loss) == pytest.approx(slow_pick(scores.tolist(), right.tolist()), rel=1e-5)
    times = sum(max(row) == row[i] for row, i in zip(scores.tolist(), right.tolist(), strict=True))
    assert float(found) == pytest.approx(times / 5) and 0 < times < 5


def test_questions_without_a_wrong_answer_have_no_part() -> None:
    scores = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
    alone = scores.clone()
    alone[1] = torch.tensor([-torch.inf, 0.3, -torch.inf, -torch.inf])
    asked = [0, 2, 3]
    loss, found = own_picked(alone.requires_grad_())
    expected, share = picked(scores[asked], torch.tensor(asked))
    torch.testing.assert_close((loss, found), (expected, share))
    slope = gradient(loss, alone)
    assert torch.isfinite(slope).all() and (slope[1] == 0).all() and (slope[0] != 0).all()
    positives, none = torch.randn(3), torch.full((3, 2), -torch.inf)
    for loss, found in (positive_picked(positives, none), own_picked(torch.eye(3).log())):
        assert float(loss) == 0 and float(found) == 0
    some = none.index_fill(0, torch.tensor([1]), 0.5)
    torch.testing.assert_close(positive_picked(positives, some), positive_picked(positives[1:2], some[1:2]))


def test_fellows_are_other_clips_of_the_same_recording() -> None:
    recordings = [5, 2, 5, 5, 1]
    found = fellows({"recordings": torch.tensor(recordings)}, torch.zeros(5, 3))
    assert found.tolist() == [[i != j and recordings[i] == recordings[j] for j in range(5)] for i in range(5)]
    assert fellows({}, torch.zeros(4, 3)).tolist() == [[False] * 4] * 4


def test_what_is_of_one_recording() -> None:
    table, clips = torch.tensor([7, 7, 8, 9, 8]), torch.tensor([0, 4])
    assert of_one_recording(table, clips, torch.tensor([1, 2, -1, 0])).tolist() == [
        [True, False, False, True],
        [False, True, False, False],
    ]
    assert of_one_recording(table, clips, torch.tensor([[1, 2], [4, 3]])).tolist() == [[True, False], [True, False]]
