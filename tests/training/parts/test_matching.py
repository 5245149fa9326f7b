"""InfoNCE both ways against loops in float64, with clips that mean the same and clips without counterpart."""

import math

import pytest
import torch
from torch import Tensor

from training.parts.matching import matching

NOBODY = torch.tensor(False)
"""No pair is left out."""
CASES = {
    "all different": [0, 1, 2, 3, 4, 5],
    "some the same": [3, 1, 3, 3, 7, 1],
    "some without": [0, -1, 0, 2, -1, 5],
    "one only": [-1, -1, 4, -1, -1, -1],
}


def slow_matching(a: Tensor, b: Tensor, meaning: list[int], temperature: float) -> Tensor:
    """−1/2n Σ_i 1/|R_i| Σ_{j∈R_i} (log p(b_j | a_i) + log p(a_j | b_i)), term by term."""
    a, b = ([v / v.square().sum().sqrt() for v in side] for side in (a, b))
    there = [i for i, m in enumerate(meaning) if m >= 0]
    total = torch.zeros((), dtype=torch.float64)
    for i in there:
        right = [j for j in there if meaning[j] == meaning[i]]
        for j in right:
            forth = [(a[i] * b[k]).sum() / temperature for k in there]
            back = [(a[k] * b[i]).sum() / temperature for k in there]
            log_p = (a[i] * b[j]).sum() / temperature - torch.logsumexp(torch.stack(forth), 0)
            log_q = (a[j] * b[i]).sum() / temperature - torch.logsumexp(torch.stack(back), 0)
            total = total - (log_p + log_q) / len(right)
    return total / (2 * max(1, len(there)))


@pytest.mark.parametrize("temperature", [0.05, 0.5])
@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_equal_the_slow_one(case: str, temperature: float) -> None:
    meaning = CASES[case]
    a, b = (torch.randn(6, 5).requires_grad_() for _ in range(2))
    found = matching(a, b, torch.tensor(meaning), temperature, NOBODY)["loss"]
    c, d = (v.detach().double().requires_grad_() for v in (a, b))
    expected = slow_matching(c, d, meaning, temperature)
    assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-5, abs=1e-6)
    for fast, slow in zip(
        torch.autograd.grad(found, (a, b)), torch.autograd.grad(expected, (c, d), materialize_grads=True), strict=True
    ):
        assert (fast.double() - slow).norm() <= 1e-5 * slow.norm() + 1e-8


@pytest.mark.parametrize("meaning", CASES.values())
def test_collapse_costs_the_logarithm_of_how_many_there_are(meaning: list[int]) -> None:
    same = torch.ones(6, 5)
    count = sum(m >= 0 for m in meaning)
    assert float(matching(same, same, torch.tensor(meaning), 0.1, NOBODY)["loss"]) == pytest.approx(
        math.log(count), abs=1e-5
    )


def test_without_any_counterpart_there_is_nothing_to_learn() -> None:
    a, b = torch.randn(4, 3).requires_grad_(), torch.randn(4, 3)
    found = matching(a, b, torch.full((4,), -1), 0.1, NOBODY)
    found["loss"].backward()
    assert float(found["loss"].detach()) == 0 and a.grad is not None and a.grad.abs().sum() == 0
    assert float(found["accuracy"]) == 0


def test_a_clip_without_counterpart_is_no_wrong_answer() -> None:
    """What stands in its row changes neither the loss nor any gradient but its own, which is 0."""
    a, b, meaning = torch.randn(5, 3), torch.randn(5, 3), torch.tensor([0, 1, -1, 1, 2])
    other, another = a.clone(), b.clone()
    other[2], another[2] = 9 * torch.randn(3), torch.randn(3)
    torch.testing.assert_close(
        matching(a, b, meaning, 0.1, NOBODY)["loss"], matching(other, another, meaning, 0.1, NOBODY)["loss"]
    )


def test_accuracy_counts_any_right_answer() -> None:
    a, shifted = torch.eye(4), torch.eye(4).roll(1, 0)
    assert float(matching(a, a, torch.arange(4), 0.1, NOBODY)["accuracy"]) == 1
    assert float(matching(a, shifted, torch.arange(4), 0.1, NOBODY)["accuracy"]) == 0
    assert float(matching(a, shifted, torch.zeros(4, dtype=torch.int64), 0.1, NOBODY)["accuracy"]) == 1


def test_a_pair_that_belongs_together_is_never_left_out() -> None:
    a, b, meaning = torch.randn(4, 3), torch.randn(4, 3), torch.tensor([0, 0, 1, 2])
    pair = torch.zeros(4, 4, dtype=torch.bool)
    pair[0, 1] = pair[1, 0] = True
    other = pair.roll(2, 0).roll(2, 1)  # clips 2 and 3, which mean different things
    whole = matching(a, b, meaning, 0.1, NOBODY)["loss"]
    torch.testing.assert_close(matching(a, b, meaning, 0.1, pair)["loss"], whole)
    assert not torch.allclose(matching(a, b, meaning, 0.1, other)["loss"], whole)


def test_whoever_has_one_answer_alone_is_not_asked() -> None:
    """Its answer is no finding, and costs nothing: the mean is that of the others."""
    a, b = torch.randn(3, 5), torch.randn(3, 5)
    alone = torch.tensor([[False, True, True], [True, False, False], [True, False, False]])
    found, others = (
        matching(a, b, torch.arange(3), 0.1, alone),
        matching(a[1:], b[1:], torch.arange(2), 0.1, NOBODY),
    )
    for name, value in others.items():
        assert float(found[name]) == pytest.approx(float(value), abs=1e-6)
    nobody_asked = matching(a[:2], b[:2], torch.arange(2), 0.1, alone[:2, :2])
    assert {name: float(value) for name, value in nobody_asked.items()} == {"loss": 0, "accuracy": 0}
