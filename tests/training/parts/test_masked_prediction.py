"""Naming what is hidden, against a slow count."""

import math

import torch

from training.parts.masked_prediction import masked_prediction, names_in_use, shares_of_names

B, U, K = 3, 5, 4


def test_it_is_the_mean_over_hidden_moments_alone() -> None:
    scores, names, hidden = torch.randn(B, U, K), torch.randint(0, K, (B, U)), torch.rand(B, U) < 0.5
    hidden[2], hidden[0, 0] = False, True
    found = masked_prediction(scores, names, hidden)
    wrong, right = {}, []
    for b, u in hidden.nonzero().tolist():
        row = scores[b, u].double().exp()
        wrong[b, u] = -math.log(float(row[names[b, u]] / row.sum()))
        right.append(int(scores[b, u].argmax()) == int(names[b, u]))
    torch.testing.assert_close(float(found["loss"]), sum(wrong.values()) / len(wrong), rtol=1e-5, atol=0)
    torch.testing.assert_close(float(found["accuracy"]), sum(right) / len(right), rtol=1e-5, atol=0)
    first = [value for (b, _), value in wrong.items() if b == 0]
    torch.testing.assert_close(float(found["clips"][0]), sum(first) / len(first), rtol=1e-5, atol=0)
    assert found["clips"][2].isnan()


def test_names_that_are_alike_often_are_all_in_use() -> None:
    names, inside = torch.tensor([[0, 1, 2, 3]]), torch.tensor([[True, True, True, False]])
    torch.testing.assert_close(float(names_in_use(names, 5, inside)), 3.0)


def test_shares_are_of_true_names_and_of_guessed_ones() -> None:
    names, hidden = torch.tensor([[0, 1, 1]]), torch.tensor([[True, True, False]])
    guessed = torch.nn.functional.one_hot(torch.tensor([[2, 1, 0]]), 3).float()
    torch.testing.assert_close(shares_of_names(guessed, names, hidden), torch.tensor([[0.5, 0.5, 0], [0, 0.5, 0.5]]))
