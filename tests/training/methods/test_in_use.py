"""How many clusters or prototypes are in use: 1 where all clips share one, K where all are alike."""

import pytest
import torch

from tests.support.toy_problem import batch_for, method_of
from training.methods.method import Method
from training.parts.kmeans import Clustering

IN_USE = {
    "deepcluster": "clusters_used",
    "online_kmeans": "clusters_used",
    "swav": "prototypes_used",
    "dino": "prototypes_used",
}


def test_used_clusters_are_counted_by_their_sizes() -> None:
    clustering = Clustering(40, 8)
    assert float(clustering.used) == pytest.approx(8)  # clips are dealt out in turn at first
    clustering.labels.zero_()
    assert float(clustering.used) == pytest.approx(1)
    clustering.labels[0, :10] = 3  # three quarters and one: e^(ln 4 − ¾ ln 3)
    assert float(clustering.used) == pytest.approx(4 / 3**0.75)


def told(method: Method, name: str) -> float:
    method.before_epoch(lambda: torch.randn(32, method.encoder.width, generator=torch.Generator().manual_seed(0)))
    with torch.no_grad():
        return float(method.loss(method.views(batch_for(method), torch.Generator().manual_seed(0)))[name])


@pytest.mark.parametrize("name", IN_USE)
def test_it_is_logged(name: str) -> None:
    method = method_of(name)
    assert IN_USE[name] in {part.key.removeprefix("train/") for part in method.parts}
    assert 1 < told(method, IN_USE[name]) <= 600


def test_all_prototypes_alike_are_all_in_use() -> None:
    """A teacher whose weights are 0 gives every prototype the same share."""
    method = method_of("dino")
    with torch.no_grad():
        for weight in method.get_submodule("teacher").parameters():
            weight.zero_()
    assert told(method, "prototypes_used") == pytest.approx(method.config.prototypes, rel=1e-3)
