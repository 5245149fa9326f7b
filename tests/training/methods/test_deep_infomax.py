"""Deep InfoMax's estimators against loops in float64, and its prior."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.encoders import ENCODERS
from training.methods.deep_infomax import DeepInfoMax, gradient_reversed, infonce, jsd


def method_of(encoder: str = "conv2d", **settings: object) -> DeepInfoMax:
    front_end = {} if ENCODERS[encoder].domain == "waveform" else {"mels": 16}
    config = new_config(
        {"crop_seconds": 0.32, "batch_size": 16, **front_end, **settings},
        method="deep_infomax",
        encoder=encoder,
        steps=5,
    )
    method = built_method(config, 16, 4, (-4.0, 3.0))
    assert isinstance(method, DeepInfoMax)
    return method.train()


def views_for(method: DeepInfoMax) -> dict[str, Tensor]:
    return method.views(random_batch(16, 16, 24), Generator().manual_seed(1))


def slow_jsd(scores: Tensor) -> Tensor:
    """Equation 5, −E[−sp(−T)] + E[sp(T)], over right and wrong pairs; scores[j, u, i]: moment u of clip j, vector i."""
    right, wrong = [], []
    for j in range(len(scores)):
        for u in range(scores.shape[1]):
            for i in range(len(scores)):
                t = scores[j, u, i]
                (right if i == j else wrong).append(torch.log(1 + torch.exp(-t if i == j else t)))
    return torch.stack(right).mean() + torch.stack(wrong).mean()


def slow_infonce(scores: Tensor) -> Tensor:
    """Equation 6: moment u of clip i against all moments of all other clips, for the vector of clip i."""
    found = []
    for i in range(len(scores)):
        wrong = [scores[j, u, i] for j in range(len(scores)) if j != i for u in range(scores.shape[1])]
        for u in range(scores.shape[1]):
            found.append(torch.logsumexp(torch.stack([scores[i, u, i], *wrong]), 0) - scores[i, u, i])
    return torch.stack(found).mean()


@pytest.mark.parametrize(("fast", "slow"), [(jsd, slow_jsd), (infonce, slow_infonce)])
def test_value_and_gradient_equal_the_slow_one(
    assert_equals_slow: Callable[..., None], fast: Callable[[Tensor, Tensor], Tensor], slow: Callable[[Tensor], Tensor]
) -> None:
    nobody = torch.zeros(6, 6, dtype=torch.bool)
    assert_equals_slow(lambda t: fast(t, nobody), slow, torch.randn(6, 3, 6, generator=Generator().manual_seed(0)) * 3)


def test_a_critic_that_knows_nothing_costs_the_chance_line() -> None:
    nothing, nobody = torch.zeros(16, 2, 16), torch.zeros(16, 16, dtype=torch.bool)
    assert float(jsd(nothing, nobody)) == pytest.approx(2 * math.log(2))
    assert float(infonce(nothing, nobody)) == pytest.approx(math.log(15 * 2 + 1))


@pytest.mark.parametrize("estimator", ["jsd", "infonce"])
@pytest.mark.parametrize("encoder", DeepInfoMax.encoders)
def test_the_chance_line_is_the_loss_of_zero_scores(estimator: str, encoder: str) -> None:
    method = method_of(encoder, estimator=estimator).eval()
    for network in (method.whole, method.moment, method.judge):
        for parameter in network.parameters():
            torch.nn.init.zeros_(parameter)
    length = (2, method.augment.view_length)
    shape = (16, length[1]) if method.encoder.domain == "waveform" else (16, 16, length[1])
    random = Generator().manual_seed(0)
    view = torch.randn(shape, generator=random)
    losses = method.loss({"first": view, "second": view, "prior": torch.rand(16, 64, generator=random)})
    chance = method.chance()
    assert chance is not None and float(losses["loss"].detach()) == pytest.approx(chance.value, rel=1e-5)


def test_scores_are_products_of_what_moments_and_vectors_become() -> None:
    method = method_of().eval()
    frames, g = torch.randn(3, 2, 256), torch.randn(3, 64)
    with torch.no_grad():
        found = method._scores(frames, g)
        for j in range(3):
            for u in range(2):
                for i in range(3):
                    expected = method.moment(frames[j, u]) @ method.whole(g[i : i + 1])[0]
                    assert float(found[j, u, i]) == pytest.approx(float(expected), rel=1e-4, abs=1e-5)


def test_gradients_are_turned_round_on_the_way_back_alone() -> None:
    x = torch.randn(4, requires_grad=True)
    found = gradient_reversed(x)
    assert torch.equal(found, x)
    (found * torch.arange(4.0)).sum().backward()
    assert x.grad is not None and torch.equal(x.grad, -torch.arange(4.0))


def test_judge_and_encoder_pull_the_prior_both_ways() -> None:
    """The prior's loss, by hand; the judge goes down its slope, and what made the vectors goes up."""
    method = method_of()
    g, samples = torch.randn(8, 64, requires_grad=True), torch.rand(8, 64)
    found = method._prior(g, samples)
    found.backward()
    real, made = method.judge(samples), method.judge(torch.sigmoid(g.detach()))
    by_hand = -(torch.log(torch.sigmoid(real)).mean() + torch.log(1 - torch.sigmoid(made)).mean())
    assert float(found.detach()) == pytest.approx(float(by_hand.detach()), rel=1e-5)
    plain = g.detach().clone().requires_grad_()
    functional.softplus(method.judge(torch.sigmoid(plain))).mean().backward()
    assert g.grad is not None and plain.grad is not None
    torch.testing.assert_close(g.grad, -plain.grad)


def test_prior_samples_are_drawn_among_the_views() -> None:
    method = method_of()
    views = views_for(method)
    assert views["prior"].shape == (16, 64) and views["prior"].min() >= 0 and views["prior"].max() < 1
    torch.manual_seed(5)
    one = method.loss(views)["loss"]
    torch.manual_seed(6)
    assert torch.equal(one, method.loss(views)["loss"])


def test_a_moment_counts_as_found_where_no_other_recordings_vector_scores_higher() -> None:
    """Of the first eight clips each has the next one before itself, which is of its own recording for every second of them."""
    method, views = method_of(), views_for(method_of())
    scores = torch.eye(16)[:, None].repeat(1, 2, 1)
    scores[torch.arange(8), :, torch.arange(1, 9)] = 2.0
    method._scores = lambda frames, g: scores
    in_pairs = {**views, "recordings": torch.arange(16) // 2}
    assert float(method.loss(in_pairs)["accuracy"]) == pytest.approx(12 / 16)
    assert float(method.loss({**views, "recordings": torch.zeros(16)})["accuracy"]) == 0, (
        "there is nothing to tell apart"
    )
