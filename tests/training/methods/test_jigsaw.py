"""Only what the pieces hold tells their order."""

import math

import pytest
import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.jigsaw import Jigsaw, places, true_first

MELS = 16


def method_with(encoder: str | None = None, **settings: object) -> Jigsaw:
    config = new_config({"mels": MELS, "crop_seconds": 0.96, **settings}, method="jigsaw", encoder=encoder, steps=5)
    method = built_method(config, 32, 4, (-4.0, 3.0))
    assert isinstance(method, Jigsaw)
    return method.train()


def views_of(method: Jigsaw, power: Tensor, lengths: Tensor, seed: int = 1) -> dict[str, Tensor]:
    batch = Batch(
        torch.arange(len(power)), power, lengths, torch.zeros(len(power), dtype=torch.int64), torch.arange(len(power))
    )
    return method.views(batch, Generator().manual_seed(seed))


def test_the_loss_is_the_cross_entropy_of_the_order() -> None:
    method = method_with()
    scores = torch.randn(6, 24, requires_grad=True)
    order = torch.tensor([0, 3, 23, 7, 7, 1])
    method.scores = lambda parts: scores
    found = method.loss({"pieces": torch.empty(0), "order": order})
    double = scores.detach().double().requires_grad_()
    slow = -torch.stack([double[b, k] - double[b].exp().sum().log() for b, k in enumerate(order)]).mean()
    assert float(found["loss"].detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    found["loss"].backward()
    slow.backward()
    assert scores.grad is not None and double.grad is not None
    torch.testing.assert_close(scores.grad.double(), double.grad, rtol=1e-5, atol=1e-8)


def test_where_all_orders_look_alike_the_loss_is_chance() -> None:
    for orders in (6, 24):
        method = method_with(orders=orders)
        method.scores = lambda parts: torch.zeros(8, orders)  # noqa: B023
        loss = method.loss({"pieces": torch.empty(0), "order": torch.arange(8) % orders})["loss"]
        assert float(loss) == pytest.approx(method.chance().value) == pytest.approx(math.log(orders))


def test_pieces_come_in_the_order_that_is_to_be_told() -> None:
    """A clip that falls from band to band: the loudest band of a piece says where it comes from."""
    method = method_with(
        mixup=0.0, noise=0.0, equalizer=0.0, time_stretch=0.0, frequency_shift=0.0, frequency_stretch=0.0
    )
    power = torch.zeros(200, MELS, 40)
    for place in range(4):
        power[:, place * 4, place * 10 : place * 10 + 10] = 1.0
    views = views_of(method, power, torch.full((200,), 40))
    came_from = views["pieces"].mean(3).argmax(2) // 4  # (B, N)
    assert torch.equal(came_from, method.orders[views["order"]])
    assert len(views["order"].unique()) == 24


def test_a_clip_that_only_gets_louder_gives_nothing_away() -> None:
    """Pieces that differ in level alone are all the same to the encoder, so that the true order can't be told."""
    method = method_with(
        mixup=0.0, noise=0.0, equalizer=0.0, time_stretch=0.0, frequency_shift=0.0, frequency_stretch=0.0
    ).eval()
    band = torch.rand(1, MELS, 1, generator=Generator().manual_seed(0)) + 0.1
    louder = torch.exp(torch.linspace(-1, 3, 40)) * 20
    views = views_of(method, (band * louder).expand(8, -1, -1), torch.full((8,), 40))
    first = views["pieces"][:, :1]
    torch.testing.assert_close(views["pieces"], first.expand_as(views["pieces"]), rtol=0, atol=0.02)
    torch.testing.assert_close(
        method.scores(views["pieces"]), method.scores(first.expand(-1, 4, -1, -1)), rtol=0, atol=0.1
    )
    torch.testing.assert_close(views["pieces"].mean((2, 3)), torch.zeros(8, 4), rtol=0, atol=1e-5)


def test_batch_statistics_do_not_know_the_order() -> None:
    """The same pieces in other places leave the same statistics behind, and the same features."""
    method = method_with("conv2d")
    parts = torch.randn(16, 4, MELS, 8)
    orders = torch.stack([torch.randperm(4, generator=Generator().manual_seed(b)) for b in range(16)])
    moved = parts.gather(1, orders[:, :, None, None].expand_as(parts))
    heard = []
    for given in (parts, moved):
        other = method_with("conv2d")
        other.encoder.load_state_dict(method.encoder.state_dict())
        other.scores(given)
        heard.append({name: value for name, value in other.encoder.named_buffers() if "running" in name})
    assert heard[0] and all(torch.allclose(heard[0][name], heard[1][name], rtol=1e-4, atol=1e-5) for name in heard[0])


def test_short_clips_give_pieces_without_silence() -> None:
    method = method_with(
        mixup=0.0, noise=0.0, equalizer=0.0, time_stretch=0.0, frequency_shift=0.0, frequency_stretch=0.0
    )
    lengths = torch.tensor([6, 9, 20, 40])
    power = (
        torch.ones(4, MELS, 1) * torch.linspace(1, 2, MELS)[:, None] * (torch.arange(48) < lengths[:, None])[:, None]
    )
    views = views_of(method, power, lengths)
    steady = views["pieces"][3, 0]
    torch.testing.assert_close(views["pieces"], steady.expand_as(views["pieces"]), rtol=0, atol=0.3)


def test_the_matrix_of_places_by_loops() -> None:
    orders = torch.tensor([[0, 1, 2], [1, 2, 0], [2, 1, 0]])
    guessed, order = torch.rand(5, 3).softmax(1), torch.tensor([0, 2, 1, 1, 0])
    expected = torch.zeros(3, 3)
    for b in range(5):
        for k in range(3):
            for now in range(3):
                expected[orders[order[b], now], orders[k, now]] += guessed[b, k] / 5
    torch.testing.assert_close(places(guessed, order, orders), expected)
    certain = torch.nn.functional.one_hot(order, 3).float()
    torch.testing.assert_close(places(certain, order, orders), torch.eye(3))


def test_the_true_order_comes_first() -> None:
    guessed = torch.arange(8.0).view(2, 4)
    assert true_first(guessed, torch.tensor([0, 2])).tolist() == [[0, 1, 2, 3], [6, 7, 4, 5]]


def test_the_pictures_are_of_what_was_guessed() -> None:
    method = method_with().eval()
    views = views_of(method, torch.rand(40, MELS, 48), torch.full((40,), 48))
    with torch.no_grad():
        lens, guessed = method.lens(views), method.scores(views["pieces"]).softmax(1)
    assert guessed.shape == (40, 24)
    torch.testing.assert_close(lens["places"], places(guessed, views["order"], method.orders))
    torch.testing.assert_close(lens["guesses"], true_first(guessed, views["order"])[:32])
