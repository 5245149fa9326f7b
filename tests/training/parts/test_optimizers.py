"""What decays, what adapts, what stays constant; LARS against its formula, parameter by parameter."""

import math
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import SGD

from training.config import RunConfig
from training.parts.optimizers import LARS, optimizer_for, scheduled_rate, set_rate


class Network(nn.Module):
    """What `optimizer_for` asks of a method: parameters, and which of them have a constant rate."""

    constant_rate: ClassVar[tuple[str, ...]] = ()
    rate_factors: ClassVar[dict[str, float]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten())
        self.predict = nn.Linear(3 * 4 * 4, 5)
        self.predict_more = nn.Linear(5, 2, bias=False)


class Predicting(Network):
    constant_rate = ("predict",)


def group_of(model: Any, key: str, **values: Any) -> dict[str, Any]:
    """An entry of every parameter's group, by the parameter's name."""
    optimizer = optimizer_for(model, replace(RunConfig(), **values))
    found = {id(p): group[key] for group in optimizer.param_groups for p in group["params"]}
    return {name: found.get(id(p)) for name, p in model.named_parameters()}


@pytest.mark.parametrize("kind", [Network, Predicting])
@pytest.mark.parametrize("name", ["adamw", "sgd", "lars"])
def test_biases_and_norms_neither_decay_nor_adapt(name: str, kind: type[Network]) -> None:
    model = kind()
    model.predict.bias.requires_grad_(False)
    assert group_of(model, "weight_decay", optimizer=name, weight_decay=0.3) == {
        "body.0.weight": 0.3, "body.0.bias": 0, "body.1.weight": 0, "body.1.bias": 0, "predict.weight": 0.3,
        "predict.bias": None, "predict_more.weight": 0.3,
    }  # fmt: skip
    adapts = group_of(model, "adapts", optimizer=name)
    assert {name for name, value in adapts.items() if value} == {
        "body.0.weight", "predict.weight", "predict_more.weight",
    }  # fmt: skip


def test_the_rate_of_named_modules_stays_at_its_peak() -> None:
    model, config = Predicting(), RunConfig(learning_rate=0.2)
    optimizer = optimizer_for(model, config)  # type: ignore[arg-type]  # as far as it is asked, it is a method
    set_rate(optimizer, config, 0.05)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert {name: rates[id(p)] for name, p in model.named_parameters()} == {
        name: 0.2 if name.startswith("predict.") else 0.05 for name, _ in model.named_parameters()
    }
    plain = optimizer_for(Network(), config)  # type: ignore[arg-type]  # likewise
    set_rate(plain, config, 0.05)
    assert [group["lr"] for group in plain.param_groups] == [0.05, 0.05]


@pytest.mark.parametrize("constant", [(), ("predict",)])
def test_named_modules_learn_so_many_times_as_fast(constant: tuple[str, ...]) -> None:
    class Faster(Network):
        constant_rate = constant
        rate_factors: ClassVar[dict[str, float]] = {"predict": 10.0}

    model, config = Faster(), RunConfig(learning_rate=0.2)
    optimizer = optimizer_for(model, config)  # type: ignore[arg-type]  # as above
    for peak in (True, False):  # as it is made, and after `set_rate`
        rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
        rate = 0.2 if peak else 0.05
        assert {name: rates[id(p)] for name, p in model.named_parameters()} == {
            name: pytest.approx((0.2 if constant else rate) * 10 if name.startswith("predict.") else rate)
            for name, _ in model.named_parameters()
        }
        set_rate(optimizer, config, 0.05)


def test_with_lars_biases_and_norms_have_a_share_of_the_rate() -> None:
    model = Predicting()
    flat = {"body.0.bias", "body.1.weight", "body.1.bias", "predict.bias"}
    for name, share in (("lars", 0.024), ("sgd", 1.0), ("adamw", 1.0)):
        config = RunConfig(learning_rate=0.2, optimizer=name)
        optimizer = optimizer_for(model, config)  # type: ignore[arg-type]  # as above
        set_rate(optimizer, config, 0.05)
        rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
        for key, p in model.named_parameters():
            peak = 0.2 if key.startswith("predict.") else 0.05
            assert rates[id(p)] == pytest.approx(peak * (share if key in flat else 1.0)), (name, key)
    older = RunConfig.from_json({"optimizer": "lars"})
    assert older.bias_rate == 1.0 and RunConfig().bias_rate == pytest.approx(0.0048 / 0.2)


def test_a_checkpoint_from_before_there_were_constant_rates_still_loads() -> None:
    config = RunConfig()
    state = optimizer_for(Network(), config).state_dict()  # type: ignore[arg-type]  # as above
    for group in state["param_groups"]:
        del group["constant"], group["adapts"], group["factor"]
    optimizer = optimizer_for(Network(), config)  # type: ignore[arg-type]  # as above
    optimizer.load_state_dict(state)
    set_rate(optimizer, config, 0.05)
    assert [group["lr"] for group in optimizer.param_groups] == [0.05, 0.05]


def slow_lars(
    w: np.ndarray,
    gradients: list[np.ndarray],
    rates: list[float],
    decay: float,
    momentum: float,
    trust: float,
    adapts: bool,
) -> np.ndarray:
    """The formula of the docstring for one parameter, number by number in float64."""
    w, v = w.astype(np.float64).ravel().copy(), [0.0] * w.size
    for g, rate in zip(gradients, rates, strict=True):
        d = [float(gi) + decay * wi for gi, wi in zip(g.ravel(), w, strict=True)]
        size, steepness = math.sqrt(sum(x * x for x in w)), math.sqrt(sum(x * x for x in d))
        ratio = trust * size / steepness if adapts and size > 0 and steepness > 0 else 1.0
        v = [momentum * vi + ratio * di for vi, di in zip(v, d, strict=True)]
        w = np.array([wi - rate * vi for wi, vi in zip(w, v, strict=True)])
    return w


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_lars_equals_the_slow_one(decay: float) -> None:
    random, rates = np.random.default_rng(0), [0.3, 2.0, 0.7, 0.1]
    shapes, zero = [(4, 3), (2, 3, 2, 2), (5,), (3, 3)], 3
    start = [random.normal(size=shape) * (i != zero) for i, shape in enumerate(shapes)]
    weights = [nn.Parameter(torch.tensor(w)) for w in start]
    optimizer = LARS(
        [
            {"params": [w for w in weights if w.dim() > 1], "weight_decay": decay},
            {"params": [w for w in weights if w.dim() <= 1], "adapts": False},
        ],
        lr=1.0, trust=0.02,
    )  # fmt: skip
    gradients: list[list[np.ndarray]] = [[] for _ in weights]
    for step, rate in enumerate(rates):
        for i, w in enumerate(weights):
            g = random.normal(size=w.shape) * (step != 1 or i != 0)  # a gradient of 0 too
            gradients[i].append(g)
            w.grad = torch.from_numpy(g)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
    for i, w in enumerate(weights):
        flat = w.dim() <= 1
        expected = slow_lars(start[i], gradients[i], rates, 0.0 if flat else decay, 0.9, 0.02, not flat)
        np.testing.assert_allclose(w.detach().numpy().ravel(), expected, rtol=1e-10, atol=1e-12)


def test_lars_steps_do_not_depend_on_the_scale_of_the_gradient_but_those_of_biases_do() -> None:
    moved = {}
    for scale in (1.0, 1000.0):
        torch.manual_seed(0)
        layer = nn.Linear(4, 3)
        before = [p.detach().clone() for p in layer.parameters()]
        for p in layer.parameters():
            p.grad = torch.ones_like(p) * scale
        groups = [{"params": [layer.weight]}, {"params": [layer.bias], "adapts": False}]
        LARS(groups, lr=0.5).step()
        moved[scale] = [p.detach() - b for p, b in zip(layer.parameters(), before, strict=True)]
    torch.testing.assert_close(moved[1.0][0], moved[1000.0][0])
    torch.testing.assert_close(moved[1.0][1] * 1000, moved[1000.0][1])


def test_without_adaptation_lars_is_sgd_with_momentum() -> None:
    one, other = nn.Parameter(torch.ones(3, 2)), nn.Parameter(torch.ones(3, 2))
    lars = LARS([{"params": [one], "adapts": False, "weight_decay": 0.1}], lr=0.1)
    sgd = SGD([other], lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(4):
        one.grad = torch.randn(3, 2)
        other.grad = one.grad.clone()
        lars.step()
        sgd.step()
    torch.testing.assert_close(one, other)


def test_what_has_no_gradient_stays() -> None:
    layer = nn.Linear(4, 3)
    before = layer.bias.detach().clone()
    layer.weight.grad = torch.ones_like(layer.weight)
    LARS(layer.parameters(), lr=1.0).step()
    assert torch.equal(layer.bias, before)


def test_the_rate_rises_then_falls_by_half_a_cosine() -> None:
    config = replace(RunConfig(), learning_rate=0.2, warmup_steps=10)
    assert scheduled_rate(config, 0, 0.0) == pytest.approx(0.02)
    assert scheduled_rate(config, 4, 0.0) == pytest.approx(0.1)
    assert scheduled_rate(config, 9, 0.0) == pytest.approx(0.2)
    for progress in (0.0, 0.3, 0.5, 1.0):
        expected = 0.2 * (1 + math.cos(math.pi * progress)) / 2
        assert scheduled_rate(config, 100, progress) == pytest.approx(expected)
    assert scheduled_rate(replace(config, warmup_steps=0), 0, 0.0) == pytest.approx(0.2)


@pytest.mark.parametrize(("name", "rate"), [("adamw", 3e-3), ("sgd", 3e-2), ("lars", 3.0)])
def test_each_optimizer_learns_at_the_rate_that_the_setting_speaks_of(name: str, rate: float) -> None:
    config = replace(RunConfig(), optimizer=name, learning_rate=rate, steps=60)
    torch.manual_seed(0)
    model: Any = Network()
    x, wanted = torch.randn(64, 1, 6, 6), torch.randn(64, 2)
    optimizer, losses = optimizer_for(model, config), []
    for step in range(60):
        set_rate(optimizer, config, scheduled_rate(config, step, step / 60))
        loss = (model.predict_more(model.predict(model.body(x))) - wanted).square().mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.9 * losses[0]


def test_sgd_has_the_momentum_of_its_papers() -> None:
    model: Any = Network()
    optimizer = optimizer_for(model, replace(RunConfig(), optimizer="sgd"))
    assert {group["momentum"] for group in optimizer.param_groups} == {0.9}
