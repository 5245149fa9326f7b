"""Agreement of neighbours against loops and closed cases."""

import numpy as np
import pytest
import torch

from training.knowledge import agreement as module
from training.knowledge.agreement import Neighbourhood, agreement, association, binned, nearest, standard_error

N = 400


def slow(x: np.ndarray, values: list[int], sources: list[int], labels: list[int], k: int) -> tuple[float, float]:
    """Agreement and what of it the labels don't account for, clip by clip."""
    n = len(x)
    z = (x - x.mean(0)) / x.std(0)
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    got, chance, most, expected = [], [], [], []
    for i in range(n):
        allowed = [j for j in range(n) if sources[j] != sources[i]]
        near = sorted(allowed, key=lambda j: -float(unit[i] @ unit[j]))[:k]
        near = [j for j in near if values[j] >= 0]
        allowed = [j for j in allowed if values[j] >= 0]
        if values[i] < 0 or not near or not allowed:
            continue
        same = [j for j in allowed if values[j] == values[i]]
        got.append(np.mean([values[j] == values[i] for j in near]))
        chance.append(len(same) / len(allowed))
        most.append(min(len(same), len(near)) / len(near))
        alike = []
        for j in near:
            of_label = [m for m in allowed if labels[m] == labels[j]]
            alike.append(np.mean([values[m] == values[i] for m in of_label]))
        expected.append(np.mean(alike))
    room = np.mean(most) - np.mean(chance)
    return float((np.mean(got) - np.mean(chance)) / room), float((np.mean(got) - np.mean(expected)) / room)


@pytest.mark.parametrize("seed", range(4))
def test_agreement_against_loops(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 16)
    random = np.random.default_rng(seed)
    n = 60
    values, sources, labels = random.integers(-1, 4, n), random.integers(0, 7, n), random.integers(0, 3, n)
    x = random.normal(size=(n, 5)) + values[:, None] * 0.5
    where = nearest(torch.from_numpy(x), torch.from_numpy(sources), 6)
    found = agreement(torch.from_numpy(values), where, torch.from_numpy(labels))
    expected, beyond = slow(x, values.tolist(), sources.tolist(), labels.tolist(), 6)
    assert found.value == pytest.approx(expected, abs=1e-5) and found.beyond == pytest.approx(beyond, abs=1e-5)
    assert float(found.each.nanmean()) == pytest.approx(found.value, abs=1e-6)


def test_neighbours_of_one_value_agree_as_much_as_they_can_however_rare_it_is() -> None:
    values = torch.arange(N) // 4  # each value has three others, of ten neighbours
    near = torch.stack([torch.tensor([j for j in range(4 * v, 4 * v + 4) if j != i] + [(4 * v + 4 + m) % N for m in range(7)])
                        for i, v in enumerate(values.tolist())])  # fmt: skip
    assert agreement(values, Neighbourhood(near, torch.arange(N))).value == pytest.approx(1)


def test_random_neighbours_agree_as_by_chance_however_the_values_are_shared_out() -> None:
    random = torch.Generator().manual_seed(0)
    values = (torch.rand(N, generator=random) ** 4 * 5).long()  # the commonest has two thirds
    near = torch.stack([torch.randperm(N, generator=random)[:10] for _ in range(N)])
    found = agreement(values, Neighbourhood(near, torch.arange(N)))
    assert abs(found.value) < 4 * standard_error(found.each) and abs(found.value) < 0.03


def test_what_the_label_decides_is_accounted_for() -> None:
    label = torch.arange(N) % 4
    x = torch.eye(4)[label] + 0.01 * torch.randn(N, 4, generator=torch.Generator().manual_seed(0))
    found = agreement(label // 2, nearest(x, torch.arange(N)), label)
    assert found.value == pytest.approx(1, abs=1e-3) and found.beyond == pytest.approx(0, abs=1e-3)


def test_odds_are_told_from_what_neighbours_share() -> None:
    values = torch.arange(N) % 4  # a quarter by chance
    near = torch.stack(
        [
            torch.tensor([(i + 4 * m) % N for m in range(1, 6)] + [(i + 4 * m + 1) % N for m in range(5)])
            for i in range(N)
        ]
    )
    assert agreement(values, Neighbourhood(near, torch.arange(N))).odds == pytest.approx(3, rel=0.02)


def test_without_another_value_or_a_neighbour_nothing_is_told() -> None:
    one = nearest(torch.randn(8, 3), torch.zeros(8, dtype=torch.int64))
    assert (one.near == -1).all()
    for where in (one, nearest(torch.randn(8, 3), torch.arange(8))):
        assert (
            agreement(torch.zeros(8, dtype=torch.int64), where).value != agreement(torch.zeros(8).long(), where).value
        )


def test_bins_are_of_equal_size_and_equal_numbers_share_one() -> None:
    values = np.random.default_rng(0).permutation(np.arange(100.0))
    assert np.bincount(binned(values, 5)).tolist() == [20] * 5
    for zeros in (10, 50, 90):
        codes = binned(np.array([0.0] * zeros + [1.0] * (100 - zeros) + [np.nan]), 5)
        assert len(set(codes[:zeros])) == len(set(codes[zeros:100])) == 1 and codes[99] > codes[0] and codes[100] == -1
    assert (binned(np.full(5, 2.0), 3) >= 0).all()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (np.arange(N) % 4, np.arange(N) % 4, 1.0),
        (np.arange(N) % 4, np.arange(N) % 2, 1.0),  # decides it
        (np.arange(N) % 4, np.arange(N) // 4 % 5, 0.0),
        (np.zeros(N, np.int64), np.arange(N) % 2, 0.0),
    ],
    ids=["the same", "a coarser one", "independent", "constant"],
)
def test_association(a: np.ndarray, b: np.ndarray, expected: float) -> None:
    assert association(a, b) == pytest.approx(expected, abs=0.01)
