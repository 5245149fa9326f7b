"""Losses that the package lightly has too: the same value and the same gradient on random projections."""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from training.methods import barlow_twins, byol, dino, moco_v1, simclr, simsiam, swav, vicreg
from training.parts.contrast import positive_picked, products

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # those of its own dependencies
    from lightly import loss as lightly

B, P, K = 12, 7, 5
SCALE = 100.0
Loss = Callable[[Tensor, Tensor], Tensor]


def bare(**own: Any) -> Any:
    """Stands in for a method whose encoder and projector change nothing: views are projections."""
    both = {"encoder": nn.Identity(), "project": nn.Identity()}
    return SimpleNamespace(**both, projected=lambda views: (views["first"], views["second"]), **own)


def nt_xent(temperature: float) -> Loss:
    return lambda a, b: simclr.SimCLR.loss(bare(temperature=temperature), {"first": a, "second": b})["loss"]


def barlow(weight: float) -> Loss:
    method = bare(config=barlow_twins.Settings(redundancy_weight=weight))
    return lambda a, b: barlow_twins.BarlowTwins.loss(method, {"first": a, "second": b})["loss"]


def vicreg_loss(a: Tensor, b: Tensor) -> Tensor:
    return vicreg.VICReg.loss(bare(config=vicreg.Settings()), {"first": a, "second": b})["loss"]


def byol_loss(a: Tensor, b: Tensor) -> Tensor:
    return byol.distance(a, b) / 2 - 1


def scaled(loss: Loss) -> Loss:
    return lambda a, b: loss(SCALE * a, SCALE * b)


CASES: dict[str, tuple[Loss, Callable[[], Loss]]] = {
    "NT-Xent, .1": (nt_xent(0.1), lambda: lightly.NTXentLoss(temperature=0.1)),
    "NT-Xent, 1": (nt_xent(1.0), lambda: lightly.NTXentLoss(temperature=1.0)),
    # A correlation doesn't depend on the scale; that of lightly adds 1e-5 to each variance.
    "Barlow Twins": (scaled(barlow(0.0051)), lambda: scaled(lightly.BarlowTwinsLoss(0.0051))),
    # Its variance term is half of the paper's, as in the paper's code.
    "VICReg": (vicreg_loss, lambda: lightly.VICRegLoss(lambda_param=25, mu_param=50, nu_param=1)),
    "negative cosine, SimSiam": (simsiam.apart, lightly.NegativeCosineSimilarity),
    "negative cosine, BYOL": (byol_loss, lightly.NegativeCosineSimilarity),
}


def projections() -> tuple[Tensor, Tensor]:
    """Two views' z (B, P) that have something in common."""
    generator = Generator().manual_seed(0)
    a = torch.randn(B, P, generator=generator)
    b = a + 0.7 * torch.randn(B, P, generator=generator)
    return a.requires_grad_(), b.requires_grad_()


@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_are_those_of_lightly(name: str) -> None:
    own, theirs = CASES[name]
    found, expected = [], []
    for values, loss in ((found, own), (expected, theirs())):
        a, b = projections()
        value = loss(a, b)
        value.backward()
        values += [value.detach(), a.grad, b.grad]
    for mine, other in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


def test_a_queue_of_negatives_counts_as_in_lightly() -> None:
    a, b = (torch.nn.functional.normalize(z, dim=1) for z in projections())
    theirs = lightly.NTXentLoss(temperature=0.07, memory_bank_size=(32, P))
    theirs(a, b)  # fills a part of the bank
    queue = theirs.memory_bank.bank.clone()
    assert queue.shape == (32, P)
    own, _ = positive_picked((a * b).sum(1) / 0.07, products(a, queue) / 0.07)
    torch.testing.assert_close(own, theirs(a, b), rtol=1e-5, atol=1e-5)
    assert moco_v1.positive_picked is positive_picked


def test_swapped_predictions_are_those_of_lightly() -> None:
    generator = Generator().manual_seed(0)
    large, small = (torch.randn(2, B, P, generator=generator, requires_grad=True) for _ in range(2))
    unit = torch.nn.functional.normalize(torch.randn(K, P, generator=generator), dim=1)
    method = bare(
        directions=lambda: unit,
        codes=lambda scores: swav.equal_shares(scores, 0.05, 3),
        config=swav.Settings(temperature=0.1),
    )
    own = swav.SwAV.loss(method, {"large": large, "small": small})["loss"]
    scores = torch.nn.functional.normalize(torch.cat([large, small]), dim=2) @ unit.T
    theirs = lightly.SwaVLoss(temperature=0.1, sinkhorn_iterations=3, sinkhorn_epsilon=0.05)
    expected = theirs(list(scores[:2]), list(scores[2:]))
    torch.testing.assert_close(own, expected.squeeze(), rtol=1e-5, atol=1e-5)
    for mine, other in zip(
        torch.autograd.grad(own, [large, small]), torch.autograd.grad(expected, [large, small]), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


def test_a_student_is_told_as_in_lightly() -> None:
    generator = Generator().manual_seed(0)
    student, teacher = (torch.randn(2, B, K, generator=generator) for _ in range(2))
    centring = dino.Centring(K)
    config = dino.Settings(student_temperature=0.1, teacher_temperature=0.04)
    method = bare(
        prototypes=nn.Identity(), teacher=lambda both: teacher.flatten(0, 1), centring=centring, config=config
    )
    method.named = lambda scores: dino.DINO.named(method, scores)
    own = dino.DINO.loss(method, {"first": student[0], "second": student[1]})["loss"]
    theirs = lightly.DINOLoss(output_dim=K, teacher_temp=0.04, warmup_teacher_temp=0.04, student_temp=0.1)
    expected = theirs(list(teacher), list(student), teacher_temp=0.04)
    torch.testing.assert_close(own, expected, rtol=1e-5, atol=1e-5)
    centring.move(0.9)
    torch.testing.assert_close(centring.centre, theirs.center.flatten(), rtol=1e-5, atol=1e-6)
