"""k-means against scikit-learn and against loops."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from torch import Generator, Tensor

from training.parts.kmeans import Clustering, clusters_for, kmeans, means, nearest, refilled, sizes_of, sums
from training.parts.memory import Memory


def blobs(n: int = 300, width: int = 6, kinds: int = 5) -> Tensor:
    random = Generator().manual_seed(3)
    middles = torch.randn(kinds, width, generator=random) * 4
    return middles[torch.arange(n) % kinds] + torch.randn(n, width, generator=random)


@pytest.mark.parametrize("clusters", [2, 5, 12])
def test_it_is_lloyds_algorithm_as_scikit_learn_runs_it(clusters: int) -> None:
    x = blobs()
    begin = x[torch.randperm(len(x), generator=Generator().manual_seed(0))[:clusters]].numpy()
    centres, labels = kmeans(x, clusters, Generator().manual_seed(0), iterations=100)
    theirs = KMeans(clusters, init=begin, n_init=1, max_iter=100, tol=0, algorithm="lloyd").fit(x.numpy())
    assert (labels[0].numpy() == theirs.labels_).all()
    np.testing.assert_allclose(centres[0].numpy(), theirs.cluster_centers_, rtol=1e-5, atol=1e-5)


def test_several_runs_are_each_a_run_of_their_own() -> None:
    x, clusters = blobs(), 4
    together = kmeans(x, clusters, Generator().manual_seed(7), runs=3)
    generator = Generator().manual_seed(7)
    alone = [kmeans(x, clusters, generator) for _ in range(3)]
    for run, (centres, labels) in enumerate(alone):
        torch.testing.assert_close(together[0][run], centres[0])
        assert torch.equal(together[1][run], labels[0])
    assert not torch.equal(together[1][0], together[1][1])


def test_the_same_generator_gives_the_same_bits_and_global_randomness_stays() -> None:
    x, state = blobs(), torch.get_rng_state()
    one, two = (kmeans(x, 8, Generator().manual_seed(1), runs=2) for _ in range(2))
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    assert torch.equal(state, torch.get_rng_state())


def test_nearest_and_sums_equal_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.parts.kmeans.CHUNK", 7)  # several chunks, the last one smaller
    x, centres = torch.randn(30, 3), torch.randn(2, 4, 3)
    labels, distances = nearest(x, centres)
    total, sizes = sums(x, labels, 4)
    for run in range(2):
        for i, point in enumerate(x.double()):
            squared = [float((point - c).square().sum()) for c in centres[run].double()]
            assert int(labels[run, i]) == int(np.argmin(squared))
            assert float(distances[run, i]) == pytest.approx(min(squared), rel=1e-4, abs=1e-5)
        for k in range(4):
            members = x[labels[run] == k]
            torch.testing.assert_close(total[run, k], members.sum(0), rtol=1e-5, atol=1e-5)
            assert int(sizes[run, k]) == len(members)
    torch.testing.assert_close(means(x, labels[0], 4), total[0] / sizes[0].clamp(min=1)[:, None])
    assert torch.equal(sizes_of(labels[0], 4), labels[0].bincount(minlength=4))


def test_empty_clusters_begin_anew_at_the_farthest_points() -> None:
    x = torch.tensor([[0.0], [1.0], [2.0], [30.0], [50.0]])
    centres = torch.tensor([[[1.0], [900.0], [-900.0]]])
    labels, distances = nearest(x, centres)
    assert labels.tolist() == [[0] * 5]
    total, sizes = sums(x, labels, 3)
    assert refilled(total, sizes, x, distances).flatten().tolist() == pytest.approx([83 / 5, 50, 30])


def test_no_cluster_stays_empty() -> None:
    x = torch.cat([torch.randn(500, 4) * 0.01, torch.randn(20, 4)])
    for seed in range(5):
        _, labels = kmeans(x, 40, Generator().manual_seed(seed), runs=2)
        assert all(len(run.unique()) == 40 for run in labels)


def test_a_clustering_is_a_memory_that_begins_elsewhere_each_time_and_resumes_alike() -> None:
    x, one = blobs(60), Clustering(60, 6, runs=2)
    assert isinstance(one, Memory) and one.labels.tolist() == [[i % 6 for i in range(60)]] * 2
    assert one.sizes.tolist() == [10] * 6
    one.find(x)
    first = one.labels.clone()
    other = Clustering(60, 6, runs=2)
    other.load_state_dict(one.state_dict())
    centres = one.find(x)
    assert torch.equal(other.find(x), centres) and torch.equal(one.labels, other.labels)
    assert not torch.equal(first, one.labels) and int(one.times) == 2
    assert torch.equal(one.sizes, one.labels[0].bincount(minlength=6))


def test_small_data_gets_fewer_clusters() -> None:
    assert [clusters_for(n, 100) for n in (1, 8, 100, 400, 10_000)] == [2, 2, 25, 100, 100]
