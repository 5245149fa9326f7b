"""APC: its L1 against loops, its causality, its direction and its padding."""

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.apc import APC, from_the_end


def apc(**overrides: object) -> APC:
    settings = {"crop_seconds": 0.48, "mels": 8, "frames_ahead": 2, **overrides}
    method = built_method(new_config(settings, method="apc", steps=5), 6, 2, (-4.0, 3.0))
    assert isinstance(method, APC)
    return method.train()


def views_of(method: APC, seed: int = 0) -> dict[str, Tensor]:
    """Six clips, some shorter than the view of 24 frames."""
    batch = random_batch(6, 8, 30, lengths=torch.tensor([24, 24, 17, 9, 6, 30]), seed=seed)
    return method.views(batch, Generator().manual_seed(seed + 1))


def slow_loss(x: Tensor, c: Tensor, w: Tensor, b: Tensor, inside: Tensor, ahead: int) -> Tensor:
    """Mean of |x_{t+n} − ŷ_t| over a clip's own steps, value by value; a step is two frames of x (B, F, V)."""
    total, count = torch.zeros((), dtype=torch.float64), 0
    for i in range(len(x)):
        for t in range(c.shape[1] - ahead):
            if inside[i, t] and inside[i, t + ahead]:
                guess = w @ c[i, t] + b
                true = torch.cat([x[i, :, 2 * (t + ahead)], x[i, :, 2 * (t + ahead) + 1]])
                total = total + (true - guess).abs().sum()
                count += len(true)
    return total / count


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_value_and_gradient_equal_the_slow_ones(ahead: int, assert_equal_gradients: Callable[..., None]) -> None:
    method = apc(frames_ahead=ahead)
    views = views_of(method)
    heard = method.encoder.frames(views["x"]).detach().requires_grad_()
    method.encoder.frames = lambda x: heard
    single = [heard, method.decode.weight, method.decode.bias]
    c, w, b = (p.detach().double().requires_grad_() for p in single)
    slow = slow_loss(views["x"].double(), c, w, b, views["inside"], ahead)
    assert_equal_gradients(method.loss(views)["loss"], slow, single, (c, w, b))


@pytest.mark.parametrize("ahead", [1, 3])
def test_it_never_hears_what_it_predicts(ahead: int) -> None:
    """Frames from 12 on change: what is predicted of them by those before them doesn't."""
    method = apc(frames_ahead=ahead).eval()
    x = views_of(method)["x"]
    changed = x.clone()
    changed[:, :, 12:] += 3 * torch.randn_like(changed[:, :, 12:])
    with torch.no_grad():
        before, after = method.predicted(x), method.predicted(changed)
    assert torch.equal(before[:, :6], after[:, :6])  # made of steps 0 to 5, of the steps ahead … 5 + ahead
    assert not torch.equal(before[:, 6:], after[:, 6:])


def test_padding_is_never_counted() -> None:
    method = apc(time_shift=0.0)
    views = views_of(method)
    inside = views["inside"].repeat_interleave(2, 1)[:, None]
    assert 0 < int(inside.sum()) < inside.numel()
    spoiled = {**views, "x": torch.where(inside, views["x"], torch.randn_like(views["x"]) * 10)}
    torch.testing.assert_close(method.loss(views)["loss"], method.loss(spoiled)["loss"])


def test_backward_hears_the_same_sound_from_the_end() -> None:
    forward, backward = apc(), apc(direction="backward")
    backward.load_state_dict(forward.state_dict())
    there, back = views_of(forward), views_of(backward)
    assert torch.equal(there["x"].flip(2), back["x"]) and torch.equal(there["inside"].flip(1), back["inside"])
    assert not torch.equal(forward.loss(there)["loss"], backward.loss(back)["loss"])
    forward.eval(), backward.eval()
    x, lengths = torch.randn(3, 8, 20), torch.tensor([20, 11, 3])
    with torch.no_grad():
        torch.testing.assert_close(backward.embed(x), forward.embed(x.flip(2)))
        found = backward.embed(x, lengths)
        for i, length in enumerate(lengths.tolist()):
            own = torch.cat([x[i : i + 1, :, :length].flip(2), x[i : i + 1, :, length:]], dim=2)
            torch.testing.assert_close(found[i : i + 1], forward.embed(own, lengths[i : i + 1]))


def test_turning_twice_changes_nothing() -> None:
    x, lengths = torch.randn(4, 3, 9), torch.tensor([9, 5, 1, 2])
    assert torch.equal(from_the_end(from_the_end(x, lengths), lengths), x)
    assert torch.equal(from_the_end(x, lengths)[1, :, :5], x[1, :, :5].flip(1))


def test_the_papers_steps_are_single_frames_of_ten_milliseconds() -> None:
    config = new_config({"resolution": "80 bands every 10 ms", "frames_ahead": 1}, method="apc", encoder="frame_gru")
    method = built_method(config, 6, 2, (-4.0, 3.0))
    assert isinstance(method, APC)
    power = torch.rand(4, 80, 90, generator=Generator().manual_seed(0))
    batch = Batch(torch.arange(4), power, torch.full((4,), 90), torch.zeros(4, dtype=torch.int64), torch.arange(4))
    views = method.views(batch, Generator().manual_seed(1))
    guess = method.predicted(views["x"])
    assert views["x"].shape == (4, 80, 64) and guess.shape == (4, 63, 80), (
        "64 frames of 10 ms, each foretold by the last"
    )
    expected = (views["x"].transpose(1, 2)[:, 1:] - guess).abs().mean()
    torch.testing.assert_close(method.loss(views)["loss"], expected)


def test_the_lens_lays_each_prediction_where_it_was_made_for() -> None:
    method = apc(frames_ahead=3).eval()
    views = views_of(method)
    with torch.no_grad():
        lens = method.lens(views)
        guess = method.predicted(views["x"])
    assert lens["true"].shape == lens["predicted"].shape == views["x"].shape
    assert (lens["predicted"][:, :, :6] == 0).all()
    torch.testing.assert_close(lens["predicted"][:, :, 6], guess[:, 0, :8])
    torch.testing.assert_close(lens["predicted"][:, :, 7], guess[:, 0, 8:])
