"""The halves of CLID, against slow versions and shapes of known dimension."""

import math

import pytest
import torch
from sklearn.cluster import KMeans
from torch import Tensor

from training.measures.clid import SEED, STARTS, cluster_learnability, intrinsic_dimension


def uniform(n: int, dimensions: int, width: int) -> Tensor:
    """(n, width): n points of a cube of so many dimensions, turned into `width`."""
    generator = torch.Generator().manual_seed(dimensions)
    turn = torch.linalg.qr(torch.randn(width, width, generator=generator)).Q[:dimensions]
    return torch.rand(n, dimensions, generator=generator) @ turn


def slow_dimension(x: Tensor) -> float:
    logs = []
    for i, one in enumerate(x.double()):
        r = sorted(float((one - other).norm()) for j, other in enumerate(x.double()) if j != i)
        if r[0] > 0:
            logs.append(math.log(r[1] / r[0]))
    return (len(logs) - 1) / sum(logs)


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_a_cube_has_its_dimension_however_wide_it_lies(dimensions: int) -> None:
    assert intrinsic_dimension(uniform(4000, dimensions, 16)) == pytest.approx(dimensions, rel=0.08)


def test_it_is_what_loops_say_and_knows_no_scale() -> None:
    x = uniform(60, 3, 6)
    x[7] = x[3]  # at one point with another: left out
    assert intrinsic_dimension(x) == pytest.approx(slow_dimension(x), rel=1e-9)
    assert intrinsic_dimension(x * 1000 + 5) == pytest.approx(slow_dimension(x), rel=1e-3)


def test_a_worked_case() -> None:
    """0, 1, 3 on a line: r₂/r₁ = 3, 2, 3/2, whose product is 9."""
    assert intrinsic_dimension(torch.tensor([[0.0], [1.0], [3.0]])) == pytest.approx(2 / math.log(9))


def test_one_point_has_neither() -> None:
    for x in (torch.ones(40, 3), torch.ones(1, 3)):
        assert intrinsic_dimension(x) is None and cluster_learnability(x) is None


def slow_learnability(x: Tensor) -> float:
    x = x[torch.randperm(len(x), generator=torch.Generator().manual_seed(SEED))].double()
    clusters = KMeans(round(math.sqrt(len(x))), n_init=STARTS, random_state=SEED).fit_predict(x.numpy())
    right = 0
    for i in range(1, len(x)):
        nearest = min(range(i), key=lambda j: float((x[i] - x[j]).norm()))
        right += int(clusters[nearest] == clusters[i])
    return right / (len(x) - 1)


def test_learnability_is_what_loops_say() -> None:
    x = torch.randn(90, 4, generator=torch.Generator().manual_seed(0))
    assert cluster_learnability(x) == pytest.approx(slow_learnability(x), abs=1e-9)


def test_groups_far_apart_are_learned_at_once_and_noise_is_not() -> None:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(400, 32, generator=generator)
    groups = noise * 0.01 + 10 * torch.randn(20, 32, generator=generator)[torch.arange(400) % 20]
    apart, mixed = cluster_learnability(groups), cluster_learnability(noise)
    assert apart is not None and mixed is not None
    assert apart == pytest.approx((399 - 19) / 399, abs=1e-9)  # each group's first clip has nobody to ask
    assert mixed < 0.5
