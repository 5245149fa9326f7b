"""DeepCluster's whitening, clusters, classifier and draw."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from tests.support.fixed import Fixed
from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.deepcluster import DeepCluster, whitened


def method_with(clips: int = 48, **settings: object) -> DeepCluster:
    config = new_config({"crop_seconds": 0.32, "mels": 16, **settings}, method="deepcluster", steps=5)
    method = built_method(config, clips, 4, (-4.0, 3.0))
    assert isinstance(method, DeepCluster)
    return method.train()


def views_for(method: DeepCluster, clips: int = 16) -> dict[str, Tensor]:
    return method.views(random_batch(clips, 16, 24), Generator().manual_seed(1))


def test_whitened_features_are_principal_components_at_one_scale_and_length_one() -> None:
    z = torch.randn(200, 6) @ torch.diag(torch.tensor([9.0, 5.0, 3.0, 1.0, 0.5, 0.1])) @ torch.randn(6, 6) + 7
    found = whitened(z, 4).double()
    torch.testing.assert_close(found.norm(dim=1), torch.ones(200, dtype=torch.float64))
    centred = z.double() - z.double().mean(0)
    _, sigma, axes = torch.linalg.svd(centred, full_matrices=False)
    slow = centred @ axes[:4].T / (sigma[:4] / math.sqrt(200))
    torch.testing.assert_close(slow.T @ slow / 200, torch.eye(4, dtype=torch.float64), rtol=1e-6, atol=1e-6)
    slow = functional.normalize(slow, dim=1)
    torch.testing.assert_close(found @ found.T, slow @ slow.T, rtol=1e-3, atol=1e-3)  # whatever the signs of the axes
    assert whitened(z, 50).shape == (200, 6) and torch.isfinite(whitened(torch.ones(5, 3), 2)).all()


def test_value_and_gradient_equal_the_slow_one(assert_equal_gradients: Callable[..., None]) -> None:
    method = method_with()
    method.encoder = method.project = nn.Identity()
    view, cluster = torch.randn(16, method.head.in_features, requires_grad=True), torch.randint(0, 12, (16,))
    single = [view, method.head.weight, method.head.bias]
    z, w, b = double = [p.detach().double().requires_grad_() for p in single]
    terms = []
    for row, own in zip(z, cluster.tolist(), strict=True):
        scores = torch.stack([(w[k] * row).sum() + b[k] for k in range(12)])
        terms.append(torch.logsumexp(scores, 0) - scores[own])
    found = method.loss({"view": view, "cluster": cluster})["loss"]
    assert_equal_gradients(found, torch.stack(terms).mean(), single, double)


def test_clusters_and_classifier_are_new_every_few_epochs_and_the_loss_is_then_at_chance() -> None:
    method, embeddings = method_with(recluster_epochs=3), torch.randn(48, 256)
    heads, times, asked = [], [], []

    def embed() -> Tensor:
        asked.append(1)
        return embeddings

    for _ in range(7):
        method.before_epoch(embed)
        heads.append(method.head.weight.detach().clone())
        times.append(int(method.clustering.times))
        with torch.no_grad():
            method.head.weight.add_(1)
    assert times == [1, 1, 1, 2, 2, 2, 3] and len(asked) == 3  # nothing is embedded in vain
    assert heads[0].abs().max() < 0.1 and heads[3].abs().max() < 0.1 and not torch.equal(heads[0], heads[3])
    assert method.project.training
    with torch.no_grad():
        method.head.weight.zero_()
        loss = float(method.loss(views_for(method))["loss"])
    assert loss == pytest.approx(method.chance().value) == pytest.approx(math.log(12))


def test_each_cluster_is_drawn_as_often_as_any_other() -> None:
    method = method_with(clusters=5)
    weights = method.before_epoch(lambda: torch.randn(48, 256))
    labels = method.clustering.labels[0]
    assert len(labels.unique()) == 5
    drawn = torch.zeros(5).scatter_add_(0, labels, weights)
    torch.testing.assert_close(drawn, torch.ones(5))


def test_what_is_told_apart_is_found_by_the_clusters() -> None:
    kinds = torch.arange(48) % 4
    embeddings = functional.one_hot(kinds, 256).float() * 10 + torch.randn(48, 256) * 0.1
    method = method_with(clusters=8, components=4)
    method.project = nn.Identity()
    method.before_epoch(lambda: embeddings)
    labels = method.clustering.labels[0]
    assert all(len(kinds[labels == cluster].unique()) == 1 for cluster in labels.unique())


def test_global_randomness_has_no_part_in_a_clustering() -> None:
    one, two, embeddings = method_with(), method_with(), torch.randn(48, 256)
    state = torch.get_rng_state()
    one.before_epoch(lambda: embeddings)
    assert torch.equal(state, torch.get_rng_state())
    torch.manual_seed(77)
    two.before_epoch(lambda: embeddings)
    assert torch.equal(one.head.weight, two.head.weight) and torch.equal(one.clustering.labels, two.clustering.labels)


def test_accuracy_counts_the_clips_whose_cluster_is_named() -> None:
    method = method_with(clusters=5)
    method.before_epoch(lambda: torch.randn(48, 256))
    views = views_for(method)
    named = torch.where(torch.arange(16) < 12, views["cluster"], (views["cluster"] + 1) % 5)
    method.head = Fixed(functional.one_hot(named, 5).float())
    assert float(method.loss(views)["accuracy"]) == 12 / 16
