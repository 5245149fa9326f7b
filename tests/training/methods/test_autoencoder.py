"""The autoencoder's error, and what passes its bottleneck."""

import pytest
import torch
from torch import Generator, Tensor

from tests.support.fixed import Fixed
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.autoencoder import Autoencoder

MELS, FRAMES = 16, 16


def method_with(**settings: object) -> Autoencoder:
    config = new_config({"mels": MELS, "crop_seconds": 0.32, **settings}, method="autoencoder", steps=5)
    method = built_method(config, 32, 4, (-4.0, 3.0))
    assert isinstance(method, Autoencoder)
    return method.train()


def batch_of(lengths: Tensor, seed: int = 0) -> Batch:
    power = torch.rand(len(lengths), MELS, 24, generator=Generator().manual_seed(seed)) * 3
    power = power * (torch.arange(24) < lengths[:, None])[:, None]
    return Batch(
        torch.arange(len(lengths)),
        power,
        lengths,
        torch.zeros(len(lengths), dtype=torch.int64),
        torch.arange(len(lengths)),
    )


def test_the_loss_is_the_error_over_the_clips_own_frames() -> None:
    method = method_with()
    views = method.views(batch_of(torch.tensor([4, 9, 16, 24])), Generator().manual_seed(1))
    assert views["inside"].sum(1).tolist() == [4, 9, 16, 16]
    found = method.loss(views)["loss"]
    with torch.no_grad():
        rebuilt = method.rebuilt(views["x"]).double()
    errors = []
    for b in range(4):
        for v in range(FRAMES):
            if views["inside"][b, v]:
                true = (views["x"][b, :, v].double() + 4) / 3
                errors.append(float((rebuilt[b, :, v] - true).square().mean()))
    assert float(found.detach()) == pytest.approx(sum(errors) / len(errors), rel=1e-5)


def test_the_gradient_is_that_of_the_slow_error() -> None:
    method = method_with()
    views = method.views(batch_of(torch.tensor([4, 9, 16, 24])), Generator().manual_seed(1))
    answer = torch.randn(4, MELS, FRAMES, requires_grad=True)
    method.decode = Fixed(answer)
    method.loss(views)["loss"].backward()
    double = answer.detach().double().requires_grad_()
    counted = views["inside"][:, None].expand(-1, MELS, -1)
    (double - (views["x"].double() + 4) / 3)[counted].square().mean().backward()
    assert answer.grad is not None and double.grad is not None
    torch.testing.assert_close(answer.grad.double(), double.grad, rtol=1e-5, atol=1e-8)


def test_padding_is_not_counted() -> None:
    method = method_with(time_shift=0.0)
    views = method.views(batch_of(torch.tensor([6, 6, 6, 6])), Generator().manual_seed(1))
    answer = torch.randn(4, MELS, FRAMES)
    method.decode = Fixed(answer)
    found = method.loss(views)["loss"]
    elsewhere = answer.clone()
    elsewhere[:, :, 6:] = 1e6
    method.decode = Fixed(elsewhere)
    assert torch.equal(found, method.loss(views)["loss"])


def test_the_chance_line_is_the_variance_of_standardised_data() -> None:
    method = method_with()
    raw = torch.randn(64, MELS, FRAMES, generator=Generator().manual_seed(0)) * 3 - 4
    method.decode = Fixed(torch.zeros_like(raw))
    loss = method.loss({"x": raw, "inside": torch.ones(64, FRAMES, dtype=torch.bool)})["loss"]
    assert float(loss) == pytest.approx(method.chance().value, rel=0.02)


def test_all_that_is_rebuilt_passes_the_bottleneck() -> None:
    method = method_with(bottleneck=2).eval()
    with torch.no_grad():
        x = method.views(batch_of(torch.full((32,), 20)), Generator().manual_seed(1))["x"]
        code = method.projection(method.encoder(x))
        assert code.shape == (32, 2)
        torch.testing.assert_close(method.decode(code), method.rebuilt(x))


def test_the_picture_shows_what_was_heard_and_what_came_back() -> None:
    method = method_with().eval()
    views = method.views(batch_of(torch.full((32,), 20)), Generator().manual_seed(1))
    with torch.no_grad():
        lens = method.lens(views)
    assert lens["original"].shape == lens["rebuilt"].shape == (8, MELS, FRAMES)
    torch.testing.assert_close(lens["original"] * 3 - 4, views["x"][:8])
