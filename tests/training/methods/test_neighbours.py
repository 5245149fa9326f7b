"""Near stretches belong together, far ones don't: where they lie, and the losses against loops in float64."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from tests.training.methods.test_cola import batch_of, told
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.method import Method

Bare = Callable[..., Method]
TAU = 0.3
STILL: dict[str, Any] = {
    "time_shift": 0.0, "time_stretch": 0.0, "frequency_shift": 0.0, "frequency_stretch": 0.0, "mixup": 0.0, "noise": 0.0,
    "equalizer": 0.0, "crop_seconds": 0.32, "mels": 16,
}  # fmt: skip
NAMES = ("simclr", "simclr_v2", "triplet", "cola")


def method_of(name: str, choice: str, **settings: object) -> Method:
    where = {"segments" if name == "cola" else "positives": choice}
    config = new_config({**STILL, **where, **settings}, method=name, steps=5)
    return built_method(config, 16, 4, (-4.0, 3.0)).train()


def starts(view: Tensor) -> Tensor:
    """(B,) the moment at which each view begins, of clips whose frames say where they are."""
    return told(view)[1][:, 0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("frames", [64, 33, 20])
def test_near_ones_are_near_and_far_ones_neither_near_nor_overlapping(name: str, frames: int) -> None:
    method, own, apart = method_of(name, "near against far"), min(16, frames // 2), 0
    near = own if name == "cola" else 25  # .5 s of 20 ms
    for seed in range(5):
        views = method.views(batch_of(frames), Generator().manual_seed(seed))
        there = views["there"]
        for view in ("first", "second"):
            assert (told(views[view])[0][:, :own] == torch.arange(16)[:, None]).all()  # of its own clip
        assert (told(views["far"])[0][there, :own] == torch.arange(16)[there, None]).all()
        distance = (starts(views["first"]) - starts(views["second"])).abs()
        beyond = (starts(views["first"]) - starts(views["far"])).abs()
        assert (distance <= near).all()
        assert (beyond[there] > near).all() and (beyond[there] >= own).all()
        apart += int((distance > 0).sum())
        assert there.any() or frames < 64  # there is next to no room for it in the others
        assert not there.any() or frames > 20
    assert apart > 40


@pytest.mark.parametrize("name", NAMES)
def test_near_alone_has_no_far_one_and_the_usual_choice_changes_nothing(name: str) -> None:
    assert "far" not in method_of(name, "near").views(batch_of(64), Generator().manual_seed(0))
    usual = "far" if name == "cola" else "views"
    default = built_method(new_config(STILL, method=name, steps=5), 16, 4, (-4.0, 3.0))
    one, other = (m.views(batch_of(64), Generator().manual_seed(0)) for m in (method_of(name, usual), default))
    assert one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_near_is_as_many_seconds_as_was_asked() -> None:
    method = method_of("simclr", "near", near_seconds=0.1)
    distances = [
        (starts(views["first"]) - starts(views["second"])).abs().max()
        for views in (method.views(batch_of(64), Generator().manual_seed(seed)) for seed in range(20))
    ]
    assert max(map(int, distances)) == 5  # frames of 20 ms


def test_samples_have_neighbours_too() -> None:
    config = new_config(
        {"positives": "near against far", "near_seconds": 0.1, "crop_seconds": 0.25},
        method="simclr", encoder="conv1d", steps=5,
    )  # fmt: skip
    method = built_method(config, 4, 2, (0.0, 1.0)).train()
    clips, samples = torch.arange(4), torch.rand(4, 32_000, generator=Generator().manual_seed(0)) - 0.5
    views = method.views(Batch(clips, samples, torch.full((4,), 32_000), clips, clips), Generator().manual_seed(1))
    assert views["far"].shape == views["first"].shape == (4, 4000) and views["there"].all()


def unit(v: Tensor) -> Tensor:
    return v / v.square().sum().sqrt()


def nt_xent(a: Tensor, b: Tensor, far: Tensor, there: list[bool]) -> Tensor:
    n, z, total = len(a), [unit(v) for v in [*a, *b]], a.new_zeros(())
    for i in range(2 * n):
        scores = [z[i] @ z[k] / TAU for k in range(2 * n) if k != i]
        scores += [z[i] @ unit(far[i % n]) / TAU] if there[i % n] else []
        total = total + torch.logsumexp(torch.stack(scores), 0) - z[i] @ z[(i + n) % (2 * n)] / TAU
    return total / (2 * n)


def triplets(mining: str) -> Callable[..., Tensor]:
    def loss(a: Tensor, b: Tensor, far: Tensor, there: list[bool]) -> Tensor:
        found = []
        for i in range(len(a)):
            distances = [(unit(a[i]) - unit(other)).square().sum() for other in b]
            negatives = [d for j, d in enumerate(distances) if j != i]
            negatives += [(unit(a[i]) - unit(far[i])).square().sum()] if there[i] else []
            if mining == "semi-hard":
                farther = [d for d in negatives if d > distances[i]]
                negatives = [min(farther, key=Tensor.item)] if farther else [max(negatives, key=Tensor.item)]
            found += [(distances[i] - d + 0.5).clamp(min=0) for d in negatives]
        return torch.stack(found).mean()

    return loss


def bilinear(a: Tensor, b: Tensor, far: Tensor, there: list[bool]) -> Tensor:
    total, w = a.new_zeros(()), 10 / 128
    for i in range(len(a)):
        scores = [w * a[i] @ other for other in b] + ([w * a[i] @ far[i]] if there[i] else [])
        total = total + torch.logsumexp(torch.stack(scores), 0) - w * a[i] @ b[i]
    return total / len(a)


CASES: dict[str, tuple[str, dict[str, Any], Callable[..., Tensor]]] = {
    "simclr": ("simclr", {"temperature": TAU}, nt_xent),
    "triplet": ("triplet", {}, triplets("semi-hard")),
    "triplet, all": ("triplet", {"mining": "all"}, triplets("all")),
    "cola": ("cola", {}, bilinear),
}


@pytest.mark.parametrize("there", [[True] * 6, [True, False, True, True, False, True], [False] * 6])
@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_equal_the_slow_one(
    case: str, there: list[bool], bare: Bare, assert_equals_slow: Callable[..., None]
) -> None:
    name, settings, slow = CASES[case]
    method, random = bare(name, **settings), Generator().manual_seed(0)
    method.g = nn.Identity()
    first = torch.randn(6, 128, generator=random)
    second, far = (first + torch.randn(6, 128, generator=random) for _ in range(2))
    if not any(there):
        far = far.detach() * 0 + 1  # it has no gradient then
    marks = torch.tensor(there)
    assert_equals_slow(
        lambda a, b, c: method.loss({"first": a, "second": b, "far": c, "there": marks})["loss"],
        lambda a, b, c: slow(a, b, c, there) + 0 * c.sum(),
        first,
        second,
        far,
    )


@pytest.mark.parametrize(("name", "expected"), [("simclr", math.log(32)), ("cola", math.log(17)), ("triplet", 0.5)])
def test_one_more_wrong_answer_is_in_the_chance_line(name: str, expected: float, bare: Bare) -> None:
    method = method_of(name, "near against far", batch_size=16)
    line = method.chance()
    assert line is not None and line.value == pytest.approx(expected)
    method.encoder = method.project = method.g = nn.Identity()
    same = torch.ones(16, 128)
    views = {"first": same, "second": same, "far": same, "there": torch.ones(16, dtype=torch.bool)}
    assert float(method.loss(views)["loss"].detach()) == pytest.approx(expected, rel=1e-5)
