"""DINO's loss against loops, its centre and its teacher, and that centring and sharpening are both needed."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.methods.dino import Centring, Prototypes


def slow_loss(student: tuple[Tensor, Tensor], teacher: tuple[Tensor, Tensor], centre: Tensor) -> Tensor:
    """H(P_t(x1), P_s(x2)) / 2 + H(P_t(x2), P_s(x1)) / 2 by loops over float64 scores (B, K) of both views."""

    def shares(scores: Tensor, temperature: float) -> list[Tensor]:
        exponentials = [(s / temperature).exp() for s in scores]
        return [e / sum(exponentials) for e in exponentials]

    total = torch.zeros((), dtype=torch.float64)
    for s, t in ((student[1], teacher[0]), (student[0], teacher[1])):
        for student_row, teacher_row in zip(s, t.detach(), strict=True):
            target, answer = shares(teacher_row - centre, 0.04), shares(student_row, 0.1)
            for a, b in zip(target, answer, strict=True):
                total = total - a * b.log() / len(s) / 2
    return total


def test_value_and_gradient_equal_the_slow_ones(
    toy_method: Callable[..., Any], assert_equal_gradients: Callable[..., None]
) -> None:
    method = toy_method("dino", projection_width=8, prototypes=9)
    method.encoder, method.project = nn.Identity(), nn.Identity()
    teacher = Prototypes(9, 8)
    method.teacher = teacher
    method.centring.centre.copy_(torch.randn(9) / 10)
    a, b = (torch.randn(5, 8).requires_grad_() for _ in range(2))
    single = [a, b, method.prototypes.weight]
    c, d, own = double = [v.detach().double().requires_grad_() for v in single]
    rows = [functional.normalize(w, dim=1) for w in (own, teacher.weight.detach().double())]
    scores = [[functional.normalize(z, dim=1) @ w.T for z in (c, d)] for w in rows]
    slow = slow_loss((scores[0][0], scores[0][1]), (scores[1][0], scores[1][1]), method.centring.centre.double())
    assert_equal_gradients(method.loss({"first": a, "second": b})["loss"], slow, single, double)


def test_no_gradient_reaches_the_teacher(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("dino")
    method.loss(method.views(toy_batch, Generator().manual_seed(0)))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.teacher.parameters())
    assert method.prototypes.weight.grad.any()


@pytest.mark.parametrize("progress", [0.0, 0.5, 1.0])
def test_the_teacher_follows_encoder_head_and_prototypes(toy_method: Callable[..., Any], progress: float) -> None:
    method = toy_method("dino", momentum=0.9)
    student = [method.encoder, method.project, method.prototypes]
    with torch.no_grad():
        for parameter in [p for part in student for p in part.parameters()]:
            parameter.add_(torch.randn_like(parameter))
    before = [v.clone() for v in method.teacher.state_dict().values()]
    method.after_step(progress)
    tau = 1 - 0.1 * (math.cos(math.pi * progress) + 1) / 2
    fast = [v for part in student for v in part.state_dict().values()]
    for old, new, now in zip(before, fast, method.teacher.state_dict().values(), strict=True):
        if now.is_floating_point():
            torch.testing.assert_close(now, tau * old + (1 - tau) * new, rtol=1e-5, atol=1e-6)


def test_the_centre_is_a_running_mean_of_the_teachers_scores() -> None:
    centring, first, second = Centring(4), torch.randn(6, 4), torch.randn(6, 4)
    torch.testing.assert_close(centring(first), first)  # it begins at 0
    centring.move(0.9)
    torch.testing.assert_close(centring.centre, 0.1 * first.mean(0))
    torch.testing.assert_close(centring(second), second - 0.1 * first.mean(0))
    centring.eval()(torch.ones(6, 4))  # what is only looked at doesn't count
    centring.move(0.9)
    torch.testing.assert_close(centring.centre, 0.09 * first.mean(0) + 0.1 * second.mean(0))


def test_prototypes_are_compared_by_cosine() -> None:
    prototypes, z = Prototypes(5, 3), torch.randn(4, 3)
    scores = prototypes(z)
    assert scores.shape == (4, 5)
    expected = functional.cosine_similarity(z[1], prototypes.weight[2], dim=0)
    torch.testing.assert_close(scores[1, 2], expected)
    with torch.no_grad():
        prototypes.weight.mul_(7)
    torch.testing.assert_close(prototypes(z * 3), scores)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(prototypes(z), scores)


def test_equal_shares_cost_ln_k(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("dino", prototypes=32)
    method.prototypes = Level(32)
    method.teacher[2] = Level(32)
    losses = method.loss(method.views(toy_batch, Generator().manual_seed(0)))
    assert float(losses["loss"].detach()) == pytest.approx(math.log(32), rel=1e-5)
    assert float(losses["teacher_entropy"]) == pytest.approx(math.log(32), rel=1e-5)
    assert float(losses["divergence"]) == pytest.approx(0, abs=1e-5)
    assert method.chance().value == pytest.approx(math.log(32))


class Level(nn.Module):
    """Prototypes that say the same of everything."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, z: Tensor) -> Tensor:
        return 0 * z.sum(1, keepdim=True).expand(-1, self.count)


class Uncentred(nn.Module):
    """In the place of the centring: nothing."""

    def forward(self, scores: Tensor) -> Tensor:
        return scores

    def move(self, momentum: float) -> None:
        """It stays."""


def shares_after(method: Any, batch: Batch, train: Callable[..., Any]) -> Tensor:
    """What the teacher names (B, K) after training on the toy problem."""
    train(method, 60)
    with torch.no_grad():
        found: Tensor = method.named(method.teacher(method.augment.whole(batch.audio)))
    return found


def test_centring_keeps_one_prototype_from_taking_everything(
    toy_method: Callable[..., Any], toy_batch: Batch, spread_after: Callable[..., Any]
) -> None:
    healthy, one = (
        toy_method("dino", prototypes=32, projection_width=128),
        toy_method("dino", prototypes=32, projection_width=128),
    )
    one.centring = Uncentred()
    used, taken = (shares_after(method, toy_batch, spread_after).mean(0) for method in (healthy, one))
    assert taken.max() > 3 * used.max(), (used.max(), taken.max())


def test_sharpening_keeps_prototypes_from_being_equal(
    toy_method: Callable[..., Any], toy_batch: Batch, spread_after: Callable[..., Any]
) -> None:
    healthy, level = (
        toy_method("dino", prototypes=32, projection_width=128),
        toy_method("dino", prototypes=32, projection_width=128, teacher_temperature=0.2),
    )
    sure, unsure = (shares_after(method, toy_batch, spread_after).amax(1).mean() for method in (healthy, level))
    assert unsure < 0.06 and sure > 3 * unsure, (sure, unsure)


def test_the_lens_shows_the_teachers_shares(toy_method: Callable[..., Any], toy_batch: Batch) -> None:
    method = toy_method("dino", prototypes=16).eval()
    with torch.no_grad():
        views = method.views(toy_batch, Generator().manual_seed(0))
        lens, shares = method.lens(views), method.named(method.teacher(views["first"]))
    torch.testing.assert_close(lens["teacher"], shares[:32])
    torch.testing.assert_close(lens["use"], shares.mean(0).sort(descending=True).values)
