"""Codes drawn by Gumbel softmax: the forward pass takes one of each codebook, the gradient is the softmax's."""

import math

import pytest
import torch
from torch import Generator

from training.parts.quantiser import LOGITS_STD, GumbelQuantiser, gumbel_noise, perplexity

B, U, D, G, V, C = 3, 5, 8, 2, 6, 4


def test_exactly_one_code_of_each_codebook_is_taken() -> None:
    quantise, h = GumbelQuantiser(D, G, V, C), torch.randn(B, U, D)
    noise = gumbel_noise((B, U, G, V), h, Generator().manual_seed(0))
    for given in (None, noise):
        q, choice, probability = quantise(h, given, 0.7)
        assert q.shape == (B, U, G * C) == (B, U, quantise.width) and choice.shape == (B, U, G)
        torch.testing.assert_close(probability.sum(3), torch.ones(B, U, G))
        for b in range(B):
            for u in range(U):
                taken = torch.cat([quantise.entries[g, choice[b, u, g]] for g in range(G)])
                torch.testing.assert_close(q[b, u], taken, rtol=1e-5, atol=1e-6)
    likeliest = quantise(h)[2].argmax(3)
    assert torch.equal(quantise(h)[1], likeliest)
    assert not torch.equal(quantise(h, noise * 10)[1], likeliest)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_gradient_is_that_of_the_softmax(temperature: float) -> None:
    """Against the softmax written out in float64, the drawn code's entry standing in the forward pass alone."""
    quantise, h = GumbelQuantiser(D, G, V, C), torch.randn(B, U, D)
    noise = gumbel_noise((B, U, G, V), h, Generator().manual_seed(0))
    weights = torch.randn(B, U, G * C)
    q, _, _ = quantise(h, noise, temperature)
    (fast,) = torch.autograd.grad((q * weights).sum(), quantise.logits.weight)
    quantise = quantise.double()
    logits = quantise.logits(quantise.norm(h.double())).view(B, U, G, V)
    soft = torch.exp((logits + noise.double()) / temperature)
    soft = soft / soft.sum(3, keepdim=True)
    mixed = torch.stack([soft[:, :, g] @ quantise.entries[g] for g in range(G)], dim=2).flatten(2)
    (exact,) = torch.autograd.grad((mixed * weights.double()).sum(), quantise.logits.weight)
    assert (fast.double() - exact).norm() <= 1e-5 * exact.norm()


def test_the_noise_makes_the_likeliest_code_a_draw() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0])
    noise = gumbel_noise((1, 60_000, 1, 3), logits, Generator().manual_seed(0))
    drawn = (logits + noise).argmax(3).flatten().bincount(minlength=3) / 60_000
    torch.testing.assert_close(drawn, logits.softmax(0), rtol=0, atol=0.01)
    assert torch.equal(noise, gumbel_noise((1, 60_000, 1, 3), logits, Generator().manual_seed(0)))


def test_perplexity_counts_the_codes_in_use() -> None:
    used = torch.tensor([[0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]])
    torch.testing.assert_close(perplexity(used), torch.tensor([4.0, 1.0, 2.0]))
    uneven = torch.tensor([[0.7, 0.2, 0.1, 0.0]])
    exact = math.exp(-sum(p * math.log(p) for p in (0.7, 0.2, 0.1)))
    assert float(perplexity(uneven)) == pytest.approx(exact, rel=1e-6)


def test_at_the_start_logits_are_wider_than_the_noise_and_codes_of_length_one() -> None:
    quantise = GumbelQuantiser(64, 2, 100, 50)
    with torch.no_grad():
        logits = quantise.logits(quantise.norm(torch.randn(200, 64)))
    assert float(logits.std()) == pytest.approx(LOGITS_STD, rel=0.05)
    assert float(quantise.entries.detach().norm(dim=2).mean()) == pytest.approx(1, rel=0.05)
