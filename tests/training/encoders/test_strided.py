"""Convolutions on samples, computed on blocks, against torch's own; what each moment hears, and what it doesn't."""

import pytest
import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.encoders.strided import Strided, StridedLayer
from training.encoders.wave_gru import WaveGru
from training.encoders.wave_transformer import WaveTransformer


def slow_layer(layer: StridedLayer, x: Tensor, kernel: int) -> Tensor:
    """(B, T, C) by torch's convolution, padded at the left, and a norm written out."""
    width, stride = x.shape[2], layer.stride
    taps = layer.own.weight.unflatten(1, (stride, width))
    if layer.before is not None:
        taps = torch.cat([layer.before.weight.unflatten(1, (kernel - stride, width)), taps], dim=1)
    padded = functional.pad(x.transpose(1, 2), (kernel - stride, 0))
    y = functional.conv1d(padded, taps.transpose(1, 2), None, stride).transpose(1, 2)
    y = (y - y.mean(2, keepdim=True)) / (y.var(2, correction=0, keepdim=True) + layer.norm.eps).sqrt()
    return (y * layer.norm.weight + layer.norm.bias).relu()


@pytest.mark.parametrize(("kernel", "stride"), [(10, 5), (8, 4), (3, 2), (2, 2), (4, 2)])
@pytest.mark.parametrize("moments", [1, 2, 7])
@pytest.mark.parametrize("extra", [0, 1])
def test_a_layer_is_a_convolution_that_begins_at_the_left(kernel: int, stride: int, moments: int, extra: int) -> None:
    layer = StridedLayer(3, 6, kernel, stride, nn.ReLU).double()
    nn.init.normal_(layer.norm.weight), nn.init.normal_(layer.norm.bias)
    x = torch.randn(2, moments * stride + extra, 3).double().requires_grad_()
    found, slow = layer(x), slow_layer(layer, x[:, : moments * stride], kernel)
    assert found.shape == (2, moments, 6)
    torch.testing.assert_close(found, slow)
    weights = [x, *layer.parameters()]
    gradients = (torch.autograd.grad(y.square().sum(), weights, allow_unused=True) for y in (found, slow))
    for fast, true in zip(*gradients, strict=True):
        torch.testing.assert_close(fast, true)


def test_less_than_a_stride_is_no_moment() -> None:
    assert Strided(((4, 10, 5), (6, 4, 2)), nn.ReLU)(torch.randn(2, 9)).shape == (2, 0, 6)


KINDS = [(WaveGru, 160, 465), (WaveTransformer, 320, 400)]


def lower(encoder: Encoder, x: Tensor) -> Tensor:
    """What the convolutions give (B, U, C)."""
    features: Tensor = encoder.local(x) if isinstance(encoder, WaveGru) else encoder.patches(x)
    return features


@pytest.mark.parametrize(("kind", "stride", "field"), KINDS)
@pytest.mark.parametrize("u", [0, 1, 9])
def test_a_moment_hears_the_papers_field_up_to_its_own_last_sample(
    kind: type[Encoder], stride: int, field: int, u: int
) -> None:
    encoder = kind(40)
    assert encoder.stride == stride
    x = (torch.randn(1, 12 * stride) * 0.1).requires_grad_()
    lower(encoder, x)[0, u].sum().backward()
    assert x.grad is not None
    heard = x.grad[0].nonzero()[:, 0]
    assert int(heard.max()) == (u + 1) * stride - 1
    assert int(heard.min()) == max(0, (u + 1) * stride - field)


@pytest.mark.parametrize("training", [True, False])
def test_the_context_hears_nothing_to_come_and_no_other_clip(training: bool) -> None:
    encoder, x = WaveGru(40).train(training), torch.randn(3, 1600) * 0.1
    other = x.clone()
    other[1, 800:] += 1
    with torch.no_grad():
        before, after = encoder.frames(x), encoder.frames(other)
    assert torch.equal(before[[0, 2]], after[[0, 2]])
    assert torch.equal(before[1, :5], after[1, :5]) and (before[1, 5:] != after[1, 5:]).any(1).all()


@pytest.mark.parametrize(("kind", "stride", "field"), KINDS)
def test_no_recording_is_too_quiet(kind: type[Encoder], stride: int, field: int) -> None:
    """Twenty times quieter than most, a sound is still heard as itself, beside what tells it from another."""
    encoder = kind(40).eval()
    sound, other = torch.randn(2, 20 * stride) * 0.05
    with torch.no_grad():
        loud, quiet, different = lower(encoder, torch.stack([sound, sound / 20, other]))
    assert (loud - quiet).norm() < 0.05 * (loud - different).norm()
