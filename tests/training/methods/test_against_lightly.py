"""Losses that the package lightly has too: the same value and the same gradient on random projections."""

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from training.methods import barlow_twins, byol, dino, moco_v1, simclr, simsiam, swav, vicreg
from training.parts.memory import Queue
from training.parts.stop_gradient import StopGradient

pytestmark = pytest.mark.whole

B, P, K = 12, 7, 5
SCALE = 100.0
Loss = Callable[[Tensor, Tensor], Tensor]


def lightly(name: str, *arguments: float, **settings: Any) -> Any:
    """A loss of that package, which brings torchvision along: imported by the first test that asks, not by whoever collects them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of its own dependencies
        from lightly import loss
    return getattr(loss, name)(*arguments, **settings)


def bare(**own: Any) -> Any:
    """Stands in for a method whose encoder and projector change nothing: views are projections."""
    both = {"encoder": nn.Identity(), "project": nn.Identity(), "stop_gradient": StopGradient()}
    return SimpleNamespace(**both, projected=lambda views: (views["first"], views["second"]), **own)


def nt_xent(temperature: float) -> Loss:
    return lambda a, b: simclr.SimCLR.loss(
        bare(temperature=temperature, surprise=simclr.SimCLR.surprise, further=lambda z, views: []),
        {"first": a, "second": b},
    )["loss"]


def barlow(weight: float) -> Loss:
    method = bare(config=barlow_twins.Settings(redundancy_weight=weight))
    return lambda a, b: barlow_twins.BarlowTwins.loss(method, {"first": a, "second": b})["loss"]


def vicreg_loss(a: Tensor, b: Tensor) -> Tensor:
    return vicreg.VICReg.loss(bare(config=vicreg.Settings()), {"first": a, "second": b})["loss"]


def linear(seed: int) -> nn.Linear:
    """A predictor, or a target."""
    torch.manual_seed(seed)
    return nn.Linear(P, P).requires_grad_(False)


def simsiam_loss(a: Tensor, b: Tensor) -> Tensor:
    return simsiam.SimSiam.loss(bare(predict=linear(1)), {"first": a, "second": b})["loss"]


def their_simsiam() -> Loss:
    apart, predict = lightly("NegativeCosineSimilarity"), linear(1)
    return lambda a, b: (apart(predict(a), b.detach()) + apart(predict(b), a.detach())) / 2


def byol_loss(a: Tensor, b: Tensor) -> Tensor:
    return byol.BYOL.loss(bare(predict=linear(1), target=linear(2)), {"first": a, "second": b})["loss"]


def their_byol() -> Loss:
    """Its cosines are negative; the paper's distances are 2 − 2 cos."""
    apart, predict, target = lightly("NegativeCosineSimilarity"), linear(1), linear(2)
    return lambda a, b: 4 + 2 * (apart(predict(a), target(b).detach()) + apart(predict(b), target(a).detach()))


def scaled(loss: Loss) -> Loss:
    return lambda a, b: loss(SCALE * a, SCALE * b)


CASES: dict[str, tuple[Loss, Callable[[], Loss]]] = {
    "NT-Xent, .1": (nt_xent(0.1), lambda: lightly("NTXentLoss", temperature=0.1)),
    "NT-Xent, 1": (nt_xent(1.0), lambda: lightly("NTXentLoss", temperature=1.0)),
    # A correlation doesn't depend on the scale; that of lightly adds 1e-5 to each variance.
    "Barlow Twins": (scaled(barlow(0.0051)), lambda: scaled(lightly("BarlowTwinsLoss", 0.0051))),
    # Its variance term is half of the paper's, as in the paper's code.
    "VICReg": (vicreg_loss, lambda: lightly("VICRegLoss", lambda_param=25, mu_param=50, nu_param=1)),
    "SimSiam": (simsiam_loss, their_simsiam),
    "BYOL": (byol_loss, their_byol),
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
    """Keys of this batch have no gradient, and none of the clips that are in the queue is heard again here."""
    a, b = projections()
    theirs = lightly("NTXentLoss", temperature=0.07, memory_bank_size=(32, P))
    theirs(a, b)  # fills a part of the bank
    assert theirs.memory_bank.bank.shape == (32, P)
    queue = Queue(32, P)
    queue.push(theirs.memory_bank.bank, torch.arange(B, B + 32))
    method = bare(slow=nn.Identity(), queue=queue, temperature=0.07, groups=1)
    method._grouped = lambda network, x: moco_v1.MoCoV1._grouped(method, network, x)
    views = {"first": a, "second": b, "clips": torch.arange(B), "order": torch.randperm(B)}
    own, expected = moco_v1.MoCoV1.loss(method, views)["loss"], theirs(a, b.detach())
    torch.testing.assert_close(own, expected, rtol=1e-5, atol=1e-5)
    (mine,), (other,) = torch.autograd.grad(own, a), torch.autograd.grad(expected, a)
    torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


def test_swapped_predictions_are_those_of_lightly() -> None:
    generator = Generator().manual_seed(0)
    large, small = (torch.randn(2, B, P, generator=generator, requires_grad=True) for _ in range(2))
    unit = torch.nn.functional.normalize(torch.randn(K, P, generator=generator), dim=1)
    method = bare(
        directions=lambda: unit,
        codes=lambda scores: swav.equal_shares(scores, 0.05, 3, torch.ones(B, dtype=torch.bool)),
        config=swav.Settings(temperature=0.1),
    )
    own = swav.SwAV.loss(method, {"large": large, "small": small})["loss"]
    scores = torch.nn.functional.normalize(torch.cat([large, small]), dim=2) @ unit.T
    theirs = lightly("SwaVLoss", temperature=0.1, sinkhorn_iterations=3, sinkhorn_epsilon=0.05)
    expected = theirs(list(scores[:2]), list(scores[2:]))
    torch.testing.assert_close(own, expected.squeeze(), rtol=1e-5, atol=1e-5)
    for mine, other in zip(
        torch.autograd.grad(own, [large, small]), torch.autograd.grad(expected, [large, small]), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)


def test_a_student_is_told_as_in_lightly() -> None:
    generator = Generator().manual_seed(0)
    student, teacher = (torch.randn(2, B, K, generator=generator) for _ in range(2))
    student.requires_grad_()
    centring = dino.Centring(K)
    config = dino.Settings(student_temperature=0.1, teacher_temperature=0.04)
    method = bare(
        prototypes=nn.Identity(), teacher=lambda both: teacher.flatten(0, 1), centring=centring, config=config
    )
    method.named = lambda scores: dino.DINO.named(method, scores)
    own = dino.DINO.loss(method, {"first": student[0], "second": student[1]})["loss"]
    theirs = lightly("DINOLoss", output_dim=K, teacher_temp=0.04, warmup_teacher_temp=0.04, student_temp=0.1)
    expected = theirs(list(teacher), list(student), teacher_temp=0.04)
    torch.testing.assert_close(own, expected, rtol=1e-5, atol=1e-5)
    (mine,), (other,) = torch.autograd.grad(own, student), torch.autograd.grad(expected, student)
    torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5)
    centring.move(0.9)
    torch.testing.assert_close(centring.centre, theirs.center.flatten(), rtol=1e-5, atol=1e-6)
