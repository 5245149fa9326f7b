"""Two pieces and the distance between their places."""

import math

import pytest
import torch
from torch import Generator

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.relative_position import RelativePosition, pairs

MELS = 16


def method_with(**settings: object) -> RelativePosition:
    plain = {
        "mels": MELS,
        "crop_seconds": 0.96,
        "mixup": 0.0,
        "noise": 0.0,
        "equalizer": 0.0,
        "time_stretch": 0.0,
        "frequency_shift": 0.0,
    }
    config = new_config({**plain, "frequency_stretch": 0.0, **settings}, method="relative_position", steps=5)
    method = built_method(config, 32, 4, (-4.0, 3.0))
    assert isinstance(method, RelativePosition)
    return method.train()


@pytest.mark.parametrize("count", [2, 4, 7])
def test_pairs_are_at_their_distance_and_all_of_them_occur(count: int) -> None:
    distance = torch.arange(2 * (count - 1)).repeat(200)
    found = pairs(distance, torch.rand(len(distance), generator=Generator().manual_seed(0)), count)
    signed = [d - (count - 1) if d < count - 1 else d - count + 2 for d in distance.tolist()]
    assert (found[:, 1] - found[:, 0]).tolist() == signed
    assert sorted(set(signed)) == [d for d in range(1 - count, count) if d != 0]
    assert len(found.unique(dim=0)) == count * (count - 1) and found.min() == 0 and found.max() == count - 1


def test_pieces_are_as_far_apart_as_is_to_be_told() -> None:
    """A clip that falls from band to band: the loudest band of a piece says where it comes from."""
    method = method_with()
    power = torch.zeros(200, MELS, 40)
    for place in range(4):
        power[:, place * 4, place * 10 : place * 10 + 10] = 1.0
    batch = Batch(
        torch.arange(200), power, torch.full((200,), 40), torch.zeros(200, dtype=torch.int64), torch.arange(200)
    )
    views = method.views(batch, Generator().manual_seed(1))
    place = views["pieces"].mean(3).argmax(2) // 4  # (B, 2)
    apart = place[:, 1] - place[:, 0]
    assert torch.equal(views["distance"], torch.where(apart < 0, apart + 3, apart + 2))
    torch.testing.assert_close(views["pieces"].mean((2, 3)), torch.zeros(200, 2), rtol=0, atol=1e-5)


def test_the_loss_is_the_cross_entropy_of_the_distance() -> None:
    method = method_with()
    scores = torch.randn(5, 6, requires_grad=True)
    distance = torch.tensor([0, 5, 2, 2, 4])
    method.scores = lambda parts: scores
    found = method.loss({"pieces": torch.empty(0), "distance": distance})["loss"]
    double = scores.detach().double().requires_grad_()
    slow = -torch.stack([double[b, k] - double[b].exp().sum().log() for b, k in enumerate(distance)]).mean()
    assert float(found.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    found.backward()
    slow.backward()
    assert scores.grad is not None and double.grad is not None
    torch.testing.assert_close(scores.grad.double(), double.grad, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("count", [3, 4])
def test_where_all_distances_look_alike_the_loss_is_chance(count: int) -> None:
    method = method_with(places=count)
    distances = 2 * (count - 1)
    flat = torch.zeros(distances, distances)
    method.scores = lambda parts: flat
    loss = method.loss({"pieces": torch.empty(0), "distance": torch.arange(distances)})["loss"]
    assert float(loss) == pytest.approx(method.chance().value) == pytest.approx(math.log(distances))


def test_the_picture_is_the_mean_guess_for_each_distance() -> None:
    method = method_with().eval()
    power = torch.rand(300, MELS, 48, generator=Generator().manual_seed(0))
    batch = Batch(
        torch.arange(300), power, torch.full((300,), 48), torch.zeros(300, dtype=torch.int64), torch.arange(300)
    )
    views = method.views(batch, Generator().manual_seed(0))
    with torch.no_grad():
        matrix, guessed = method.lens(views)["distances"], method.scores(views["pieces"]).softmax(1)
    for k in range(6):
        torch.testing.assert_close(matrix[k], guessed[views["distance"] == k].mean(0))
    torch.testing.assert_close(matrix.sum(1), torch.ones(6))
