"""BYOL's loss, its slow target and its schedule."""

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.byol import BYOL, distance


def method_with(momentum: float = 0.9) -> BYOL:
    config = new_config({"momentum": momentum, "crop_seconds": 0.32, "mels": 16}, method="byol", steps=5)
    method = built_method(replace(config), 16, 4, (-4.0, 3.0))
    assert isinstance(method, BYOL)
    return method.train()


def views_for(method: BYOL) -> dict[str, Tensor]:
    return method.views(random_batch(16, 16, 24), Generator().manual_seed(1))


def slow_distance(p: Tensor, z: Tensor) -> Tensor:
    """Mean squared distance of the normalised vectors, by loops, in float64."""
    total = torch.zeros((), dtype=torch.float64)
    for a, b in zip(p.double(), z.double(), strict=True):
        total = total + (a / a.square().sum().sqrt() - b / b.square().sum().sqrt()).square().sum()
    return total / len(p)


def test_distance_equals_the_slow_one(assert_equals_slow: Callable[..., None]) -> None:
    p = torch.randn(7, 5)
    assert_equals_slow(distance, slow_distance, p, torch.randn(7, 5) * 10)
    assert float(distance(p, p * 3)) == pytest.approx(0, abs=1e-6)
    assert float(distance(p, -p)) == pytest.approx(4, rel=1e-6)


def test_value_and_gradient_equal_the_slow_ones(
    bare: Callable[..., Any], assert_equal_gradients: Callable[..., None]
) -> None:
    """With a linear predictor and a linear target: no gradient comes by the target, to the views neither."""
    method = bare("byol")
    method.predict, method.target = nn.Linear(5, 5), nn.Linear(5, 5)
    a, b = (torch.randn(7, 5).requires_grad_() for _ in range(2))
    c, d = (v.detach().double().requires_grad_() for v in (a, b))
    predict, target = deepcopy(method.predict).double(), deepcopy(method.target).double()
    slow = slow_distance(predict(c), target(d).detach()) + slow_distance(predict(d), target(c).detach())
    found = method.loss({"first": a, "second": b})["loss"]
    assert_equal_gradients(found, slow, [a, b, *method.predict.parameters()], [c, d, *predict.parameters()])


def test_the_loss_is_both_ways_through_predictor_and_target() -> None:
    method = method_with()
    views = views_for(method)
    found = float(method.loss(views)["loss"].detach())
    first, second = views["first"], views["second"]
    with torch.no_grad():
        p1, p2 = (method.predict(method.project(method.encoder(x))) for x in (first, second))
        z1, z2 = method.target(first), method.target(second)
    assert found == pytest.approx(float(slow_distance(p1, z2) + slow_distance(p2, z1)), rel=1e-5)
    swapped = float(method.loss({"first": second, "second": first})["loss"].detach())
    assert swapped == pytest.approx(found, rel=1e-5)


def test_no_gradient_reaches_the_target() -> None:
    method = method_with()
    method.loss(views_for(method))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.target.parameters())
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for n, p in method.predict.named_parameters() if "0." in n)


def test_the_target_has_a_projector_and_no_predictor_and_begins_equal() -> None:
    method = method_with()
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    target = list(method.target.state_dict().values())
    assert len(online) == len(target) and all(torch.equal(a, b) for a, b in zip(online, target, strict=True))


@pytest.mark.parametrize("progress", [0.0, 0.25, 0.5, 1.0])
def test_the_target_follows_by_the_papers_cosine(progress: float) -> None:
    """τ = 1 − (1 − τ₀)(cos(πk/K) + 1)/2, for weights and for BatchNorm's statistics alike."""
    method, start = method_with(0.9), 0.9
    method.loss(views_for(method))
    with torch.no_grad():
        for parameter in [*method.encoder.parameters(), *method.project.parameters()]:
            parameter.add_(torch.randn_like(parameter))
    before = [v.clone() for v in method.target.state_dict().values()]
    method.after_step(progress)
    tau = 1 - (1 - start) * (math.cos(math.pi * progress) + 1) / 2
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    moved = 0
    for old, fast, now in zip(before, online, method.target.state_dict().values(), strict=True):
        if now.is_floating_point():
            torch.testing.assert_close(now, tau * old + (1 - tau) * fast, rtol=1e-5, atol=1e-6)
            moved += not torch.equal(now, old)
    assert moved > 10 if progress < 1 else moved == 0


def test_the_lens_shows_predictions_against_targets() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        similarity = method.lens(views)["similarity"]
        predicted = method.predict(method.project(method.encoder(views["first"])))
        aimed_at = method.target(views["second"])
    assert similarity.shape == (16, 16)
    for i, j in ((0, 0), (3, 11), (15, 2)):
        expected = float(torch.cosine_similarity(predicted[i], aimed_at[j], dim=0))
        assert float(similarity[i, j]) == pytest.approx(expected, abs=1e-5)


def test_group_normalisation_leaves_no_batch_statistics(toy_method: Callable[..., Any]) -> None:
    """arXiv 2010.10241: what one clip gives doesn't depend on the others, in the online network and in the target."""
    method = toy_method("byol", normalisation="group")
    assert not [m for m in method.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    x = torch.randn(4, 16, 16)
    for network in (nn.Sequential(method.encoder, method.project, method.predict), method.target):
        torch.testing.assert_close(network(x)[:1], network(x[:1]), rtol=1e-4, atol=1e-5)
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    assert all(torch.equal(a, b) for a, b in zip(online, method.target.state_dict().values(), strict=True))


def unpredicted(method: BYOL) -> BYOL:
    method.predict = nn.Identity()
    return method


def test_without_predictor_directions_get_lost(
    toy_method: Callable[..., Any], directions_after: Callable[..., float]
) -> None:
    """One after the other, as with batch statistics each output stays spread."""
    whole, without = directions_after(toy_method("byol")), directions_after(unpredicted(toy_method("byol")))
    assert whole > 3 and without < 0.75 * whole, (whole, without)


def test_without_predictor_and_batch_statistics_outputs_become_one(
    toy_method: Callable[..., Any], spread_after: Callable[..., tuple[float, float]]
) -> None:
    group = {"normalisation": "group"}
    (whole, _), (without, _) = (
        spread_after(method, 60) for method in (toy_method("byol", **group), unpredicted(toy_method("byol", **group)))
    )
    assert without < whole / 2, (whole, without)
