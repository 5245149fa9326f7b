"""Group normalisation and weight standardisation in the place of BatchNorm."""

import copy

import pytest
import torch
from torch import Tensor, nn

from training.encoders import ENCODERS
from training.parts.group_norm import EPSILON, Standardised, group_count, leave_batch_statistics


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(2, 8, 3, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
        nn.Linear(8 * 4, 12), nn.BatchNorm1d(12, affine=False), nn.ReLU(), nn.Linear(12, 3),
    )  # fmt: skip


def test_weights_are_standardised_over_what_comes_in() -> None:
    weight = torch.randn(4, 3, 5, 5) * 7 + 2
    found = Standardised()(weight)
    for kept, row in zip(found, weight.double(), strict=True):
        values = row.flatten().tolist()
        mean = sum(values) / len(values)
        variance = sum((v - mean) ** 2 for v in values) / len(values)
        expected = (row - mean) / (variance + EPSILON) ** 0.5
        torch.testing.assert_close(kept.double(), expected, rtol=1e-5, atol=1e-6)


def test_every_batch_norm_goes_and_the_layers_before_are_standardised() -> None:
    changed = network()
    leave_batch_statistics(changed)
    assert [type(m) for m in changed if "Norm" in type(m).__name__] == [nn.GroupNorm, nn.GroupNorm]
    assert changed[2].affine and not changed[6].affine
    for layer in (changed[0], changed[5]):
        rows = layer.weight.flatten(1)
        torch.testing.assert_close(rows.mean(1), torch.zeros(len(rows)), atol=1e-6, rtol=0)
        torch.testing.assert_close(rows.var(1, correction=0), torch.ones(len(rows)), atol=5e-3, rtol=0)
    assert not hasattr(changed[8], "parametrizations")  # no norm follows the last one


def test_a_clip_is_alone_in_its_batch() -> None:
    plain, changed = network().train(), network().train()
    leave_batch_statistics(changed)
    x, other = torch.randn(4, 2, 6, 6), torch.randn(4, 2, 6, 6)
    other[0] = x[0]

    def same(net: nn.Module) -> bool:
        return torch.allclose(net(x)[0], net(other)[0], atol=1e-6)

    assert same(changed) and not same(plain)
    torch.testing.assert_close(changed.train()(x), changed.eval()(x))


def test_gradients_and_copies_go_through() -> None:
    changed = network()
    leave_batch_statistics(changed)
    copied = copy.deepcopy(changed)
    x = torch.randn(4, 2, 6, 6)
    torch.testing.assert_close(copied(x), changed(x))
    changed(x).square().sum().backward()
    assert all(p.grad is not None for p in changed.parameters()) and all(p.grad is None for p in copied.parameters())


@pytest.mark.parametrize(
    ("channels", "groups"), [(256, 16), (64, 16), (32, 8), (16, 4), (24, 6), (4, 1), (3, 1), (100, 10)]
)
def test_groups_are_of_one_size(channels: int, groups: int) -> None:
    assert group_count(channels) == groups and channels % groups == 0


@pytest.mark.parametrize("name", [name for name, kind in ENCODERS.items() if kind.domain == "mel"])
def test_no_encoder_keeps_batch_statistics(name: str) -> None:
    encoder = ENCODERS[name](16).train()
    leave_batch_statistics(encoder)
    x = torch.randn(3, 16, 32)
    alone: Tensor = encoder(x[:1])
    torch.testing.assert_close(encoder(x)[:1], alone, atol=1e-5, rtol=1e-4)
