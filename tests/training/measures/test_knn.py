"""Weighted nearest neighbours against loops."""

import math

import numpy as np
import pytest
import torch

from training.measures import knn
from training.measures.knn import NEIGHBOURS, TEMPERATURE, knn_accuracy, knn_votes, z_scored


def slow_votes(x: np.ndarray, labels: list[int], groups: list[int] | None) -> dict[int, tuple[int, float]]:
    """Labelled clip → (winner or -1, its share of the votes)."""
    known = [i for i, label in enumerate(labels) if label >= 0]
    z = x[known].astype(np.float64)
    z = (z - z.mean(0)) / np.maximum(z.std(0), 1e-6)
    unit = dict(zip(known, z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-12), strict=True))
    found = {}
    for i in known:
        allowed = [j for j in known if j != i and (groups is None or groups[j] != groups[i])]
        nearest = sorted(allowed, key=lambda j: -float(unit[i] @ unit[j]))[:NEIGHBOURS]
        votes: dict[int, float] = {}
        for j in nearest:
            votes[labels[j]] = votes.get(labels[j], 0.0) + math.exp(float(unit[i] @ unit[j]) / TEMPERATURE)
        winner = max(votes, key=lambda label: votes[label]) if votes else -1
        found[i] = (winner, votes[winner] / sum(votes.values()) if votes else math.nan)
    return found


@pytest.mark.parametrize("ban", [False, True])
@pytest.mark.parametrize("n", [3, 15, 70])
def test_against_loops(n: int, ban: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knn, "CHUNK", 16)
    random = np.random.default_rng(n)
    labels, groups = random.integers(-1, 4, n), random.integers(0, 5, n)
    labels[:2] = (0, 1)
    x = random.normal(size=(n, 6)) + labels[:, None] * 0.7
    banned = torch.from_numpy(groups) if ban else None
    slow = slow_votes(x, labels.tolist(), groups.tolist() if ban else None)
    found = knn_votes(torch.from_numpy(x), torch.from_numpy(labels), banned)
    assert found.label.tolist() == [slow[i][0] if i in slow else -1 for i in range(n)]
    shares = [slow[i][1] if i in slow else math.nan for i in range(n)]
    np.testing.assert_allclose(found.share.numpy(), shares, rtol=1e-4)
    right = sum(winner == labels[i] for i, (winner, _) in slow.items()) / len(slow)
    assert knn_accuracy(torch.from_numpy(x), torch.from_numpy(labels), banned) == pytest.approx(right)


def test_copies_of_the_own_group_are_banned() -> None:
    """Each group holds near copies; without the ban they answer, with it only noise does."""
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 5)
    labels = np.repeat(np.arange(40) % 4, 5)
    x = torch.from_numpy(np.repeat(random.normal(size=(40, 16)), 5, axis=0) + 0.01 * random.normal(size=(200, 16)))
    assert knn_accuracy(x, torch.from_numpy(labels)) == 1.0
    assert knn_accuracy(x, torch.from_numpy(labels), torch.from_numpy(groups)) < 0.6


def test_a_query_with_all_neighbours_banned_is_wrong() -> None:
    x, labels = torch.randn(6, 3), torch.zeros(6, dtype=torch.int64)
    assert knn_accuracy(x, labels, torch.zeros(6)) == 0.0
    assert knn_accuracy(x, labels) == 1.0


def test_nothing_labelled_is_no_number() -> None:
    assert math.isnan(knn_accuracy(torch.randn(5, 2), torch.full((5,), -1)))
    assert math.isnan(knn_accuracy(torch.randn(5, 2), torch.tensor([0, -1, -1, -1, -1])))


def test_unlabelled_clips_neither_ask_nor_answer() -> None:
    x, labels = torch.randn(30, 4), torch.arange(30) % 3
    far = torch.cat([x, torch.randn(20, 4)])
    more = torch.cat([labels, torch.full((20,), -1)])
    assert knn_accuracy(far, more) == knn_accuracy(x, labels)


def test_neither_scale_nor_offset_of_a_dimension_matters() -> None:
    x, labels = torch.randn(60, 4).double(), torch.arange(60) % 3
    moved = x * torch.tensor([1.0, 100.0, 0.01, 7.0]) + torch.tensor([0.0, 5.0, -3.0, 1000.0])
    assert knn_accuracy(x, labels) == knn_accuracy(moved, labels)
    assert torch.equal(z_scored(torch.ones(5, 3)), torch.zeros(5, 3))


def test_collapsed_embeddings_give_a_number() -> None:
    assert 0 <= knn_accuracy(torch.ones(50, 8), torch.arange(50) % 5) <= 1


def test_facets_share_neighbours_and_vote_as_each_would_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    random = torch.Generator().manual_seed(0)
    x, groups = torch.randn(90, 6, generator=random), torch.arange(90) % 7
    some = torch.where(torch.arange(90) % 4 > 0, torch.arange(90) % 3, -1)
    facets = {
        "class": torch.arange(90) % 5,
        "family": torch.arange(90) % 5 // 2,
        "some": some,
        "none": torch.full((90,), -1),
    }
    alone = {name: knn_votes(x, codes, groups) for name, codes in facets.items()}
    searched, near = [], knn.near
    monkeypatch.setattr(knn, "near", lambda *given: searched.append(1) or near(*given))
    for name, votes in knn.votes_of_facets(x, facets, groups).items():
        assert torch.equal(votes.label, alone[name].label), name
        assert torch.equal(votes.share.nan_to_num(-1), alone[name].share.nan_to_num(-1)), name
    assert len(searched) == 3
