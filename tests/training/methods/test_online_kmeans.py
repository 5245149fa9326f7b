"""Online deep clustering: the weighted loss, labels that follow the memory, clusters that are merged and split."""

from collections.abc import Callable

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from tests.support.fixed import Fixed
from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.online_kmeans import OnlineKMeans, second_half, without_smallest
from training.parts.kmeans import means


def method_with(clips: int = 48, **settings: object) -> OnlineKMeans:
    config = new_config({"crop_seconds": 0.32, "mels": 16, **settings}, method="online_kmeans", steps=5)
    method = built_method(config, clips, 4, (-4.0, 3.0))
    assert isinstance(method, OnlineKMeans)
    return method.train()


def views_for(method: OnlineKMeans, clips: int = 16) -> dict[str, Tensor]:
    return method.views(random_batch(clips, 16, 24), Generator().manual_seed(1))


def test_value_and_gradient_equal_the_slow_one(assert_equal_gradients: Callable[..., None]) -> None:
    method = method_with(clusters=6)
    method.encoder = method.project = nn.Identity()
    method.clustering.labels.copy_(torch.arange(48).float().sqrt().long()[None].clamp(max=5))  # of different sizes
    view, clips = torch.randn(16, method.head.in_features, requires_grad=True), torch.randperm(48)[:16]
    views = {"view": view, "clips": clips, "cluster": method.clustering.labels[0][clips]}
    single = [view, method.head.weight, method.head.bias]
    z, w, b = double = [p.detach().double().requires_grad_() for p in single]
    sizes = [int((method.clustering.labels == c).sum()) for c in range(6)]
    total, weight = torch.zeros((), dtype=torch.float64), 0.0
    for row, cluster in zip(z, views["cluster"].tolist(), strict=True):
        scores = torch.stack([(w[k] * row).sum() + b[k] for k in range(6)])
        total = total + sizes[cluster] ** -0.5 * (torch.logsumexp(scores, 0) - scores[cluster])
        weight += sizes[cluster] ** -0.5
    assert_equal_gradients(method.loss(views)["loss"], total / weight, single, double)


def test_labels_of_the_clips_just_heard_go_to_the_nearest_centroid() -> None:
    method = method_with(clusters=4, small_part=0.0, projection_width=8, bank_momentum=0.0)
    corners = torch.eye(8)[:4]
    method.bank.entries.copy_(corners[torch.arange(48) % 4])
    method.clustering.labels.copy_((torch.arange(48) % 4)[None])
    method.encoder = method.project = nn.Identity()
    heard, clips = corners[[2, 2, 0]] + 0.05, torch.tensor([0, 2, 5])  # 0 and 5 now sound like others, 2 like itself
    method.loss({"view": heard, "clips": clips, "cluster": method.clustering.labels[0][clips]})
    before = method.clustering.labels.clone()
    method.after_step(0.5)
    assert method.clustering.labels[0][clips].tolist() == [2, 2, 0]
    rest = [i for i in range(48) if i not in (0, 2, 5)]
    assert torch.equal(method.clustering.labels[0][rest], before[0][rest])
    torch.testing.assert_close(method.bank.entries[clips], functional.normalize(heard, dim=1))


def test_no_clip_goes_to_an_empty_cluster() -> None:
    """An empty cluster has no mean; one of zeros would be nearer than the memories at the other side of the sphere."""
    method = method_with(clusters=4, small_part=0.0, projection_width=8, bank_momentum=0.0)
    method.bank.entries.copy_(torch.eye(8)[torch.arange(48) % 2])
    method.clustering.labels.copy_((torch.arange(48) % 2 * 2)[None])  # clusters 1 and 3 are empty
    method.encoder = method.project = nn.Identity()
    heard, clips = -torch.eye(8)[[0, 1, 5]], torch.tensor([0, 2, 5])
    heard[0, 1] = 0.1
    method.loss({"view": heard, "clips": clips, "cluster": method.clustering.labels[0][clips]})
    method.after_step(0.5)
    assert set(method.clustering.labels[0].tolist()) == {0, 2}
    assert int(method.clustering.labels[0][0]) == 2


def test_a_small_cluster_is_merged_and_takes_half_of_the_largest() -> None:
    random = Generator().manual_seed(0)
    corners = torch.eye(4) * 10
    kinds = torch.tensor([0] * 10 + [1] * 20 + [2] * 2 + [3] * 8)  # kind 1 is really two
    x = corners[kinds] + torch.randn(40, 4, generator=random) * 0.1
    x[20:30, 3] += 3
    x[30:32] = corners[0] * 0.6 + corners[2] * 0.4  # the small ones lie nearest to kind 0
    found = without_smallest(x, kinds, means(x, kinds, 4), smallest=3)
    assert found[:10].tolist() == [0] * 10 and found[32:].tolist() == [3] * 8
    assert found[30:32].tolist() == [0, 0]
    halves = found[10:20].unique(), found[20:30].unique()
    assert {int(h) for h in torch.cat(halves)} == {1, 2} and all(len(h) == 1 for h in halves)
    assert torch.equal(without_smallest(x, kinds, means(x, kinds, 4), smallest=2), kinds)  # none is too small


def test_after_a_step_a_cluster_that_is_too_small_has_half_of_the_largest() -> None:
    method = method_with(clusters=3, projection_width=8, bank_momentum=0.0)
    kinds = torch.tensor([0] * 20 + [1] * 12 + [2] * 15 + [3])  # the last one is alone, the first two are one cluster
    method.bank.entries.copy_(torch.eye(8)[kinds])
    method.clustering.labels.copy_((kinds - 1).clamp(min=0)[None])
    method.encoder = method.project = nn.Identity()
    heard, clips = torch.eye(8)[[0, 2]], torch.tensor([0, 40])
    assert int(method.clustering.sizes.min()) == 1 < method.smallest
    method.loss({"view": heard, "clips": clips, "cluster": method.clustering.labels[0][clips]})
    method.after_step(0.5)
    assert int(method.clustering.sizes.min()) >= method.smallest
    labels = method.clustering.labels[0]
    assert all(len(labels[kinds == kind].unique()) == 1 for kind in (0, 1, 2)) and labels[0] != labels[20]


def test_a_small_cluster_is_not_merged_into_another_small_one() -> None:
    x = torch.tensor([[0.0], [1.0], [10.0], [11.0], [12.0], [13.0]])
    labels = torch.tensor([0, 1, 2, 2, 2, 2])
    found = without_smallest(x, labels, means(x, labels, 3), smallest=2)
    assert int(found[0]) == 2 and int(found[1]) == 1
    assert sorted(found[2:].tolist()) == [0, 0, 2, 2]


def test_an_empty_cluster_comes_back_to_life() -> None:
    x, labels = torch.randn(30, 3), torch.zeros(30, dtype=torch.int64)
    for _ in range(6):
        labels = without_smallest(x, labels, means(x, labels, 4), smallest=2)
    assert labels.bincount(minlength=4).min() >= 2


def test_halves_are_those_of_two_clumps() -> None:
    x = torch.cat([torch.randn(9, 3) * 0.1 + 5, torch.randn(7, 3) * 0.1 - 5, torch.randn(4, 3) * 90])
    inside = torch.arange(20) < 16
    half = second_half(x, inside)
    assert not half[16:].any()
    assert {tuple(half[:9].unique().tolist()), tuple(half[9:16].unique().tolist())} == {(True,), (False,)}


def test_it_begins_at_the_untrained_networks_own_clusters_and_only_once() -> None:
    method, asked = method_with(clusters=4), []
    kinds = torch.arange(48) % 4
    embeddings = functional.one_hot(kinds, 256).float() * 50

    def embed() -> Tensor:
        asked.append(1)
        return embeddings

    for _ in range(3):
        assert method.before_epoch(embed) is None
    assert len(asked) == 1 and method.project.training
    torch.testing.assert_close(method.bank.entries.norm(dim=1), torch.ones(48))
    assert all(len(kinds[method.clustering.labels[0] == c].unique()) == 1 for c in range(4))


def test_no_cluster_is_lost_while_labels_move() -> None:
    method = method_with(clusters=6, bank_momentum=0.0)
    method.before_epoch(lambda: torch.randn(48, 256))
    for _ in range(5):
        method.loss(views_for(method))
        method.after_step(0.5)
    assert method.clustering.sizes.min() >= 1 and int(method.clustering.sizes.sum()) == 48


def test_accuracy_counts_the_clips_whose_cluster_is_named() -> None:
    method = method_with(clusters=6)
    views = views_for(method)
    named = torch.where(torch.arange(16) < 12, views["cluster"], (views["cluster"] + 1) % 6)
    method.head = Fixed(functional.one_hot(named, 6).float())
    assert float(method.loss(views)["accuracy"]) == 12 / 16
