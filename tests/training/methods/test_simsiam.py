"""SimSiam's loss against loops, and that the parts it stands on are needed."""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from training.batch import Batch
from training.config import RunConfig
from training.methods import simsiam
from training.parts.optimizers import optimizer_for, set_rate
from training.parts.stop_gradient import StopGradient

Spread = Callable[..., tuple[float, float]]


def slow_loss(p1: Tensor, p2: Tensor, z1: Tensor, z2: Tensor) -> Tensor:
    """Equation 4 by loops, in float64; z is a constant."""
    total = torch.zeros((), dtype=torch.float64)
    for p, z in ((p1, z2), (p2, z1)):
        for a, b in zip(p, z.detach(), strict=True):
            total = total - (a * b).sum() / (a * a).sum().sqrt() / (b * b).sum().sqrt() / len(p) / 2
    return total


class Bare(nn.Module):
    """SimSiam's loss with a linear predictor and nothing before it: views are the projections themselves."""

    loss = simsiam.SimSiam.loss

    def __init__(self, width: int) -> None:
        super().__init__()
        self.predict, self.stop_gradient = nn.Linear(width, width), StopGradient()

    def projected(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        return views["first"], views["second"]


def test_value_and_gradient_equal_the_slow_ones(assert_equal_gradients: Callable[..., None]) -> None:
    bare = Bare(6)
    predict = deepcopy(bare.predict).double()
    a, b = (torch.randn(7, 6).requires_grad_() for _ in range(2))
    c, d = (v.detach().double().requires_grad_() for v in (a, b))
    assert_equal_gradients(
        bare.loss({"first": a, "second": b})["loss"],
        slow_loss(predict(c), predict(d), c, d),
        [a, b, *bare.predict.parameters()],
        [c, d, *predict.parameters()],
    )


def test_a_perfect_prediction_costs_minus_one_and_an_opposite_one_plus_one() -> None:
    p = torch.randn(5, 4)
    assert float(simsiam.negative_cosine(p, p * 3)) == pytest.approx(-1)
    assert float(simsiam.negative_cosine(p, -p)) == pytest.approx(1)


def test_no_gradient_goes_through_what_is_predicted() -> None:
    bare = Bare(4)
    nn.init.zeros_(bare.predict.weight)  # so that no gradient comes by the predictor
    a, b = (torch.randn(5, 4).requires_grad_() for _ in range(2))
    bare.loss({"first": a, "second": b})["loss"].backward()
    assert a.grad is not None and b.grad is not None
    assert not a.grad.any() and not b.grad.any()


def test_projector_and_predictor_are_the_papers(toy_method: Callable[..., Any]) -> None:
    method = toy_method("simsiam", projection_width=24, hidden_width=32, bottleneck_width=8)
    linear = [layer for layer in method.project.modules() if isinstance(layer, nn.Linear)]
    norms = [layer for layer in method.project.modules() if isinstance(layer, nn.BatchNorm1d)]
    assert [layer.out_features for layer in linear] == [32, 32, 24]
    assert [norm.affine for norm in norms] == [True, True, False]  # the last one, on the output, has nothing to learn
    assert [type(layer) for layer in method.predict] == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Linear]
    assert [layer.out_features for layer in method.predict if isinstance(layer, nn.Linear)] == [8, 24]


def test_the_predictors_rate_stays(toy_method: Callable[..., Any]) -> None:
    method, config = toy_method("simsiam"), RunConfig(learning_rate=0.1)
    optimizer = optimizer_for(method, config)
    set_rate(optimizer, config, 0.01)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert all(rates[id(p)] == 0.1 for p in method.predict.parameters())
    assert all(rates[id(p)] == 0.01 for p in [*method.encoder.parameters(), *method.project.parameters()])


def test_the_predictor_may_learn_faster(toy_method: Callable[..., Any]) -> None:
    method, config = toy_method("simsiam", predictor_rate=10.0), RunConfig(learning_rate=0.1)
    optimizer = optimizer_for(method, config)
    set_rate(optimizer, config, 0.01)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert all(rates[id(p)] == 1.0 for p in method.predict.parameters())
    assert all(rates[id(p)] == 0.01 for p in [*method.encoder.parameters(), *method.project.parameters()])


def test_without_stopped_gradient_or_predictor_it_collapses(
    toy_method: Callable[..., Any], spread_after: Spread
) -> None:
    """The last BatchNorm keeps each output spread, so that it is the directions that get lost."""
    std, rank = spread_after(toy_method("simsiam"), 60)
    assert std > 0.5 and rank > 8, (std, rank)
    unpredicted = toy_method("simsiam")
    unpredicted.predict = nn.Identity()
    assert spread_after(unpredicted, 60)[1] < rank / 2
    both_learn = toy_method("simsiam")
    both_learn.stop_gradient = nn.Identity()
    assert spread_after(both_learn, 60)[1] < rank / 2


def test_the_lens_shows_predictions_against_projections(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("simsiam").eval()
    with torch.no_grad():
        views = method.views(toy_batch, torch.Generator().manual_seed(0))
        similarity = method.lens(views)["similarity"]
        z1, z2 = method.projected(views)
        p1 = method.predict(z1)
    for i, j in ((0, 0), (3, 5)):
        expected = float(p1[i] @ z2[j]) / math.sqrt(float(p1[i] @ p1[i]) * float(z2[j] @ z2[j]))
        assert float(similarity[i, j]) == pytest.approx(expected, abs=1e-5)
