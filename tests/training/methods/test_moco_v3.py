"""MoCo v3: in the batch, both ways, through a predictor."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.method import Method
from training.methods.moco_v3 import MoCoV3

Bare = Callable[..., Method]


def method_of(**settings: object) -> MoCoV3:
    config = new_config({"crop_seconds": 0.32, "mels": 16, **settings}, method="moco_v3", steps=5)
    method = built_method(config, 16, 4, (-4.0, 3.0))
    assert isinstance(method, MoCoV3)
    return method.train()


def views_for(method: Method) -> dict[str, Tensor]:
    return method.views(random_batch(16, 16, 24), Generator().manual_seed(1))


def contrast(q: Tensor, k: Tensor, temperature: float) -> Tensor:
    """ctr of algorithm 1: cross-entropy over the batch's keys, times 2τ."""
    total = q.new_zeros(())
    for i in range(len(q)):
        scores = torch.stack([(unit(q[i]) * unit(key)).sum() / temperature for key in k])
        total = total - 2 * temperature * (scores[i] - torch.logsumexp(scores, 0))
    return total / len(q)


def unit(v: Tensor) -> Tensor:
    return v / v.square().sum().sqrt()


class Shift(nn.Module):
    """Something that isn't the identity, with nothing to learn: rolls the numbers of a vector."""

    def forward(self, x: Tensor) -> Tensor:
        return x.roll(1, 1)


@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], temperature: float
) -> None:
    method = bare("moco_v3", temperature=temperature)
    method.slow, method.predict = nn.Identity(), Shift()
    random = Generator().manual_seed(0)

    def slow(a: Tensor, b: Tensor) -> Tensor:
        keys_1, keys_2 = a.detach(), b.detach()  # no gradient through the slow network
        return contrast(a.roll(1, 1), keys_2, temperature) + contrast(b.roll(1, 1), keys_1, temperature)

    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b})["loss"],
        slow,
        torch.randn(8, 5, generator=random),
        torch.randn(8, 5, generator=random),
    )


def test_collapse_costs_4_tau_ln_n(bare: Bare) -> None:
    method, same = bare("moco_v3", batch_size=8, temperature=0.3), torch.ones(8, 5)
    method.slow = method.predict = nn.Identity()
    chance = method.chance()
    assert chance is not None and chance.value == pytest.approx(4 * 0.3 * math.log(8))
    assert float(method.loss({"first": same, "second": same})["loss"]) == pytest.approx(chance.value, rel=1e-5)


def test_accuracy_counts_what_both_views_find(bare: Bare) -> None:
    """Two queries that want the same key: from the keys' side one of them isn't found."""
    method = bare("moco_v3")
    method.slow = method.predict = nn.Identity()
    views = {"first": torch.eye(3), "second": torch.tensor([[1.0, 0, 0], [1.0, 0.1, 0], [0, 0, 1.0]])}
    turned = {"first": views["second"], "second": views["first"]}
    for given in (views, turned):
        assert float(method.loss(given)["accuracy"]) == pytest.approx((3 / 3 + 2 / 3) / 2)


def test_both_views_ask_and_answer() -> None:
    method = method_of()
    views = views_for(method)
    found = method.loss(views)["loss"]
    with torch.no_grad():
        q1, q2 = (method.predict(method.project(method.encoder(views[name]))) for name in ("first", "second"))
        k1, k2 = method.slow(views["first"]), method.slow(views["second"])
    expected = contrast(q1.double(), k2.double(), 0.1) + contrast(q2.double(), k1.double(), 0.1)
    assert float(found.detach()) == pytest.approx(float(expected), rel=1e-4)


def test_no_gradient_reaches_the_slow_network_and_there_is_no_queue() -> None:
    method = method_of()
    method.loss(views_for(method))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.slow.parameters())
    assert all(p.grad is not None for p in method.predict.parameters())
    assert not any("queue" in name for name in method.state_dict())


def test_the_slow_network_has_no_predictor_and_begins_equal() -> None:
    method = method_of()
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    slow = list(method.slow.state_dict().values())
    assert len(online) == len(slow) and all(torch.equal(a, b) for a, b in zip(online, slow, strict=True))


@pytest.mark.parametrize("progress", [0.0, 0.4, 1.0])
def test_the_slow_network_follows_by_a_cosine(progress: float) -> None:
    method = method_of(momentum=0.9)
    method.loss(views_for(method))
    with torch.no_grad():
        for parameter in [*method.encoder.parameters(), *method.project.parameters()]:
            parameter.add_(torch.randn_like(parameter))
    before = [v.clone() for v in method.slow.state_dict().values()]
    method.after_step(progress)
    m = 1 - 0.1 * (math.cos(math.pi * progress) + 1) / 2
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    for old, fast, now in zip(before, online, method.slow.state_dict().values(), strict=True):
        expected = m * old + (1 - m) * fast if now.is_floating_point() else fast
        torch.testing.assert_close(now, expected, rtol=1e-5, atol=1e-6)


def test_the_projector_ends_with_a_norm_without_scale() -> None:
    last = method_of().project[-1]
    assert isinstance(last, nn.BatchNorm1d) and not last.affine
