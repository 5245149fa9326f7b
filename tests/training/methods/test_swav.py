"""SwAV's codes and its swapped prediction against loops in float64."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.swav import SwAV, equal_shares

ALL = torch.ones(64, dtype=torch.bool)
"""Every view counts."""


def slow_shares(scores: Tensor, epsilon: float, rounds: int) -> Tensor:
    """Sinkhorn-Knopp as the paper's listing has it, by loops in float64: scores (N, K)."""
    n, k = scores.shape
    q = [[math.exp(float(s) / epsilon) for s in row] for row in scores.double()]
    whole = sum(map(sum, q))
    q = [[v / whole for v in row] for row in q]
    for _ in range(rounds):
        columns = [sum(q[i][j] for i in range(n)) for j in range(k)]
        q = [[q[i][j] / columns[j] / k for j in range(k)] for i in range(n)]
        rows = [sum(row) for row in q]
        q = [[v / rows[i] / n for v in row] for i, row in enumerate(q)]
    return torch.tensor([[v * n for v in row] for row in q], dtype=torch.float64)


def slow_loss(z: Tensor, prototypes: Tensor, large: int, tau: float, epsilon: float, rounds: int) -> Tensor:
    """Crops z (V, B, P): each large crop's codes are predicted by every other crop of the same clip."""
    z = z / z.square().sum(2, keepdim=True).sqrt()
    c = prototypes / prototypes.square().sum(1, keepdim=True).sqrt()
    terms = []
    for i in range(large):
        codes = slow_shares((z[i] @ c.T).detach(), epsilon, rounds)
        for v in range(len(z)):
            if v == i:
                continue
            for b in range(z.shape[1]):
                scores = torch.stack([(z[v, b] * c[k]).sum() / tau for k in range(len(c))])
                log_p = scores - torch.logsumexp(scores, 0)
                terms.append(-(codes[b] * log_p).sum())
    return torch.stack(terms).mean()


def method_with(**settings: object) -> SwAV:
    config = new_config(
        {"crop_seconds": 0.32, "small_crop_seconds": 0.16, "mels": 16, "prototypes": 12, **settings},
        method="swav", steps=5,
    )  # fmt: skip
    method = built_method(config, 40, 4, (-4.0, 3.0))
    assert isinstance(method, SwAV)
    return method.train()


def bare(**settings: object) -> SwAV:
    """Crops are the projections themselves, 8 wide."""
    method = method_with(**{"projection_width": 8, **settings})
    method.encoder = method.project = nn.Identity()
    return method


def views_for(method: SwAV, seed: int = 1) -> dict[str, Tensor]:
    return method.views(random_batch(16, 16, 24), Generator().manual_seed(seed))


@pytest.mark.parametrize("epsilon", [0.02, 0.05, 0.5])
@pytest.mark.parametrize("rounds", [1, 3])
def test_equal_shares_equal_the_slow_ones(epsilon: float, rounds: int) -> None:
    scores = torch.rand(20, 7) * 2 - 1
    found = equal_shares(scores, epsilon, rounds, ALL[:20])
    torch.testing.assert_close(found.double(), slow_shares(scores, epsilon, rounds), rtol=1e-5, atol=1e-7)
    assert torch.equal(equal_shares(torch.stack([scores, -scores]), epsilon, rounds, ALL[:20])[0], found)


def test_after_many_rounds_rows_and_columns_are_equal() -> None:
    shares = equal_shares(torch.randn(30, 6), 0.3, 200, ALL[:30])
    torch.testing.assert_close(shares.sum(1), torch.ones(30), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(shares.sum(0), torch.full((6,), 5.0), rtol=1e-4, atol=1e-4)


def test_one_prototype_cannot_take_all() -> None:
    scores = torch.rand(64, 8) * 0.1
    scores[:, 3] += 0.8  # nearest to every view
    shares = equal_shares(scores, 0.05, 3, ALL)
    assert (scores.argmax(1) == 3).all() and float(shares[:, 3].sum()) == pytest.approx(8, rel=0.05)


def test_shares_are_finite_at_the_smallest_epsilon() -> None:
    assert torch.isfinite(equal_shares(torch.rand(16, 5) * 2 - 1, 0.005, 3, ALL[:16])).all()


def test_value_and_gradient_equal_the_slow_one(assert_equal_gradients: Callable[..., None]) -> None:
    method = bare(frozen_steps=0)
    large, small = (torch.randn(n, 9, 8).requires_grad_() for n in (2, 3))
    single = [large, small, method.prototypes]
    slow_large, slow_small, c = double = [v.detach().double().requires_grad_() for v in single]
    config = method.config
    z = torch.cat([slow_large, slow_small])
    slow = slow_loss(z, c, 2, config.temperature, config.epsilon, config.sinkhorn_rounds)
    losses = method.loss({"large": large, "small": small})
    assert_equal_gradients(losses["loss"], slow, single, double)
    scores = functional.normalize(z, dim=2) @ functional.normalize(c, dim=1).T
    share = (scores / config.temperature).softmax(2).mean((0, 1)).detach()
    assert float(losses["prototypes_used"]) == pytest.approx(float((-(share * share.log()).sum()).exp()), rel=1e-5)


def test_equal_views_cost_ln_k() -> None:
    method = bare()
    with torch.no_grad():
        method.prototypes.copy_(torch.ones(12, 8))
    losses = method.loss({"large": torch.randn(2, 9, 8), "small": torch.randn(3, 9, 8)})
    assert (
        float(losses["loss"].detach()) == pytest.approx(math.log(12), rel=1e-5) == pytest.approx(method.chance().value)
    )
    assert float(losses["code_entropy"]) == pytest.approx(math.log(12), rel=1e-5)
    assert float(losses["prototypes_used"]) == pytest.approx(12, rel=1e-5)


def test_prototypes_stand_still_at_first_and_then_learn() -> None:
    method = bare(frozen_steps=2)
    views = {"large": torch.randn(2, 9, 8), "small": torch.randn(3, 9, 8)}
    moved = []
    for _ in range(4):
        method.prototypes.grad = None
        method.loss({k: v.requires_grad_() for k, v in views.items()})["loss"].backward()
        assert method.prototypes.grad is not None
        moved.append(bool(method.prototypes.grad.abs().sum() > 0))
        method.after_step(0.0)
    assert moved == [False, False, True, True]


def test_no_gradient_flows_through_the_codes() -> None:
    """The first large crop is told by codes of its own and predicts the second: only the prediction pulls at it."""
    method = bare()
    large = torch.randn(2, 9, 8, requires_grad=True)
    scores = functional.normalize(large, dim=2) @ method.directions().T
    assert not method.codes(scores).requires_grad


def test_the_queue_joins_the_shares_and_takes_in_the_large_crops() -> None:
    method = bare(queue_length=30)
    assert method.queue is not None
    method.queue.push(functional.normalize(torch.randn(30, 8), dim=1))
    scores = torch.rand(2, 9, 12) * 2 - 1
    earlier = method.queue.entries @ method.directions().detach().T
    for i in range(2):
        whole = equal_shares(torch.cat([earlier, scores[i]]), method.config.epsilon, 3, ALL[:39])
        torch.testing.assert_close(method.codes(scores)[i], whole[30:])
    large = torch.randn(2, 9, 8)
    method.loss({"large": large, "small": torch.randn(3, 9, 8)})
    method.after_step(0.0)
    torch.testing.assert_close(method.queue.entries[:18], functional.normalize(large.flatten(0, 1), dim=1))


def test_a_queue_that_is_partly_random_does_not_count() -> None:
    method, none = bare(queue_length=30), bare()
    none.load_state_dict({k: v for k, v in method.state_dict().items() if not k.startswith("queue")})
    assert method.queue is not None
    scores = torch.rand(2, 9, 12) * 2 - 1
    for count in (0, 18, 11):  # 29 of 30 places
        method.queue.push(functional.normalize(torch.randn(count, 8), dim=1))
        torch.testing.assert_close(method.codes(scores), none.codes(scores))
    method.queue.push(functional.normalize(torch.randn(1, 8), dim=1))
    assert not torch.allclose(method.codes(scores), none.codes(scores), atol=1e-3)


def test_views_are_two_large_and_several_small_crops() -> None:
    views = views_for(method_with(small_crops=3))
    assert views["large"].shape == (2, 16, 16, 16) and views["small"].shape == (3, 16, 16, 8)


def test_the_lens_shows_codes_and_shares() -> None:
    method = method_with().eval()
    views = views_for(method)
    with torch.no_grad():
        lens = method.lens(views)
        z = functional.normalize(method.project(method.encoder(views["large"][0])), dim=1)
        scores = z @ method.directions().T
    torch.testing.assert_close(lens["assignments"], method.codes(scores[None])[0])
    predicted = (scores / method.config.temperature).softmax(1)
    torch.testing.assert_close(lens["sizes"], torch.stack([lens["assignments"].mean(0), predicted.mean(0)]))
    assert lens["assignments"].shape == (16, 12)
