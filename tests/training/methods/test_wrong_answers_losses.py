"""Other windows of a clip's own recording are no wrong answers: every loss against loops in float64 that skip them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from tests.training.methods.test_wrong_answers import RECORDINGS, TABLE, TAU, with_table
from training.methods.deep_infomax import infonce, jsd
from training.methods.method import Method
from training.parts.contrast import fellows
from training.parts.matching import matching

Bare = Callable[..., Method]
Loops = Callable[[Tensor, Tensor, Sequence[int]], Tensor]


def unit(v: Tensor) -> Tensor:
    return v / v.square().sum().sqrt()


def others(i: int, recordings: Sequence[int]) -> list[int]:
    """The wrong answers to clip i."""
    return [j for j, recording in enumerate(recordings) if recording != recordings[i]]


def surprise(right: Tensor, wrong: list[Tensor]) -> Tensor:
    return torch.logsumexp(torch.stack([right, *wrong]), 0) - right


def mean(values: list[Tensor]) -> Tensor:
    return torch.stack(values).mean()


def nt_xent(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    n, z = len(a), [unit(v) for v in [*a, *b]]
    found = []
    for i in range(2 * n):
        wrong = [z[i] @ z[j + side] / TAU for j in others(i % n, recordings) for side in (0, n)]
        found.append(surprise(z[i] @ z[(i + n) % (2 * n)] / TAU, wrong))
    return mean(found)


def one_way(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    return mean([surprise(a[i] @ b[i], [a[i] @ b[j] for j in others(i, recordings)]) for i in range(len(a))])


def units(a: Tensor) -> Tensor:
    return torch.stack([unit(v) for v in a])


def both_ways(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    a, b = units(a), units(b)
    return (one_way(a / TAU, b, recordings) + one_way(b / TAU, a, recordings)) / 2


def v3(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    keys = units(a).detach(), units(b).detach()
    return 2 * TAU * (one_way(units(a) / TAU, keys[1], recordings) + one_way(units(b) / TAU, keys[0], recordings))


def triplets(mining: str) -> Loops:
    def loss(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
        found = []
        for i, anchor in enumerate(units(a)):
            distances = [(anchor - other).square().sum() for other in units(b)]
            negatives = [distances[j] for j in others(i, recordings)]
            if mining == "semi-hard":
                farther = [d for d in negatives if d > distances[i]]
                negatives = [min(farther, key=Tensor.item)] if farther else [max(negatives, key=Tensor.item)]
            found += [(distances[i] - d + 0.5).clamp(min=0) for d in negatives]
        return mean(found)

    return loss


def margins(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    a, b = units(a), units(b)
    pull = [(x - y).square().sum() for x, y in zip(a, b, strict=True)]
    push = [
        (1.4 - (a[i] - b[j]).square().sum().sqrt()).clamp(min=0).square()
        for i in range(len(a))
        for j in others(i, recordings)
    ]
    return mean(pull) + mean(push)


def aligned_and_uniform(a: Tensor, b: Tensor, recordings: Sequence[int]) -> Tensor:
    a, b = units(a), units(b)
    spread = [
        mean([(-2 * (z[i] - z[j]).square().sum()).exp() for i in range(len(z)) for j in others(i, recordings)]).log()
        for z in (a, b)
    ]
    return (a - b).square().sum(1).mean() + sum(spread) / 2


TWO_VIEWS: dict[str, tuple[str, dict[str, Any], Loops]] = {
    "simclr": ("simclr", {"temperature": TAU}, nt_xent),
    "infonce": ("infonce", {"temperature": TAU}, both_ways),
    "moco_v3": ("moco_v3", {"temperature": TAU}, v3),
    "n_pair": ("n_pair", {"length_weight": 0.0}, one_way),
    "triplet": ("triplet", {}, triplets("semi-hard")),
    "triplet, all": ("triplet", {"mining": "all"}, triplets("all")),
    "max_margin": ("max_margin", {}, margins),
    "align_uniform": ("align_uniform", {}, aligned_and_uniform),
}


@pytest.mark.parametrize("recordings", RECORDINGS)
@pytest.mark.parametrize("case", TWO_VIEWS)
def test_two_views_equal_the_slow_one(
    case: str, recordings: str, bare: Bare, assert_equals_slow: Callable[..., None]
) -> None:
    name, settings, slow = TWO_VIEWS[case]
    method, random, known = bare(name, **settings), Generator().manual_seed(0), RECORDINGS[recordings]
    if name == "moco_v3":
        method.slow = method.predict = nn.Identity()
    first = torch.randn(7, 4, generator=random)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b, "recordings": torch.tensor(known)})["loss"],
        lambda a, b: slow(a, b, known),
        first,
        first + 0.7 * torch.randn(7, 4, generator=random),
    )


@pytest.mark.parametrize("recordings", RECORDINGS)
def test_segments_moments_and_modalities_equal_the_slow_ones(
    recordings: str, bare: Bare, assert_equals_slow: Callable[..., None]
) -> None:
    random, known = Generator().manual_seed(0), RECORDINGS[recordings]
    there = {"recordings": torch.tensor(known)}
    left_out = fellows(there, torch.empty(7))
    a, b = torch.randn(7, 128, generator=random), torch.randn(7, 128, generator=random)
    cola = bare("cola")
    cola.g = nn.Identity()
    assert_equals_slow(
        lambda a, b: cola.loss({"first": a, "second": b, **there})["loss"],
        lambda a, b: one_way(a * 10 / 128, b, known),
        a,
        b,
    )
    assert_equals_slow(
        lambda a, b: matching(a, b, torch.arange(7), TAU, left_out)["loss"], lambda a, b: both_ways(a, b, known), a, b
    )
    scores = torch.randn(7, 3, 7, generator=random)

    def slow_infonce(t: Tensor) -> Tensor:
        wrong = [[t[j, v, i] for j in others(i, known) for v in range(3)] for i in range(7)]
        return mean([surprise(t[i, u, i], wrong[i]) for i in range(7) for u in range(3)])

    def slow_jsd(t: Tensor) -> Tensor:
        right = [torch.log(1 + torch.exp(-t[i, u, i])) for i in range(7) for u in range(3)]
        wrong = [torch.log(1 + torch.exp(t[j, u, i])) for i in range(7) for j in others(i, known) for u in range(3)]
        return mean(right) + mean(wrong)

    assert_equals_slow(lambda t: infonce(t, left_out), slow_infonce, scores)
    assert_equals_slow(lambda t: jsd(t, left_out), slow_jsd, scores)


CLIPS = [7, 0, 3, 5]


def test_a_queue_knows_the_recordings_of_its_entries(assert_equals_slow: Callable[..., None]) -> None:
    method, random = with_table("moco_v2", queue_length=16), Generator().manual_seed(0)
    held = [6, 1, 8, 2, 10, 11]  # and ten entries that are still random, which are of no recording
    method.queue.push(functional.normalize(torch.randn(6, 8, generator=random), dim=1), TABLE[held])
    key = torch.randn(4, 8, generator=random)
    views = {"second": key, "clips": TABLE[CLIPS], "order": torch.tensor([2, 0, 3, 1])}

    def slow(q: Tensor) -> Tensor:
        found = []
        for i, clip in enumerate(CLIPS):
            wrong = [j for j in range(12) if j >= 6 or TABLE[held[j]] != TABLE[clip]]
            assert len(wrong) < 12 or clip == 5
            scores = [unit(q[i]) @ method.queue.entries[j].double() / TAU for j in wrong]
            found.append(surprise(unit(q[i]) @ unit(key[i].double()) / TAU, scores))
        return mean(found)

    assert_equals_slow(lambda q: method.loss({"first": q, **views})["loss"], slow, torch.randn(4, 8, generator=random))


@pytest.mark.parametrize("name", ["memory_bank", "local_aggregation"])
def test_a_bank_knows_the_recordings_of_its_entries(name: str, assert_equals_slow: Callable[..., None]) -> None:
    method, random = with_table(name), Generator().manual_seed(0)
    clusters = [0, 1, 1, 1, 2, 0, 2, 2, 1, 0, 0, 2]
    if name == "local_aggregation":
        method.clustering.labels.copy_(torch.tensor(clusters))
    views = {"clips": torch.tensor(CLIPS), "others": torch.arange(12)}

    def slow(z: Tensor) -> Tensor:
        found = []
        for v, clip in zip(z, CLIPS, strict=True):
            scores = [unit(v) @ entry.double() / TAU for entry in method.bank.entries]
            close = [
                j for j in range(12) if j == clip or (name == "local_aggregation" and clusters[j] == clusters[clip])
            ]
            around = [j for j in range(12) if j in close or TABLE[j] != TABLE[clip]]
            parts = [torch.logsumexp(torch.stack([scores[j] for j in part]), 0) for part in (around, close)]
            found.append(parts[0] - parts[1])
        return mean(found)

    assert_equals_slow(lambda z: method.loss({"view": z, **views})["loss"], slow, torch.randn(4, 8, generator=random))
    assert "bank.recordings" not in method.state_dict()
