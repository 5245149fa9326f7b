"""The mean of what counts."""

import torch

from training.parts.mean_over import loss_over, mean_over


def test_only_what_is_counted_has_a_part() -> None:
    values = torch.arange(24.0).view(2, 3, 4)
    counted = torch.tensor([[True, False, True], [False, False, True]])
    torch.testing.assert_close(mean_over(values, counted), values[counted].mean(0))
    torch.testing.assert_close(mean_over(values[:, :, 0], counted), values[:, :, 0][counted].mean())


def test_nothing_counted_is_zero_and_has_a_gradient_of_zero() -> None:
    values = torch.ones(3, requires_grad=True)
    mean = mean_over(values, torch.zeros(3, dtype=torch.bool))
    mean.backward()
    assert mean.item() == 0 and values.grad is not None and values.grad.abs().sum() == 0


def test_each_clip_has_the_mean_of_what_is_its_own() -> None:
    values = torch.tensor([[1.0, 5.0, 9.0], [2.0, 2.0, 2.0], [7.0, 7.0, 7.0]], requires_grad=True)
    counted = torch.tensor([[True, True, False], [False, True, True], [False, False, False]])
    found = loss_over(values, counted)
    assert found["loss"].item() == (1 + 5 + 2 + 2) / 4 and found["loss"].requires_grad
    assert found["clips"].tolist()[:2] == [3, 2] and found["clips"][2].isnan() and not found["clips"].requires_grad
