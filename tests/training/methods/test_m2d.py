"""M2D: who hears which patches, how targets are made, and how the slow copy follows."""

from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.m2d import M2D

CLIPS, MELS = 16, 8
ENCODERS = ("frame_transformer", "patch_transformer")


def method_with(encoder: str | None = None, **settings: Any) -> M2D:
    config = new_config({"crop_seconds": 0.64, "mels": MELS, **settings}, method="m2d", encoder=encoder, steps=5)
    method = built_method(config, CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, M2D)
    return method


def views_for(method: M2D, frames: int = 24) -> dict[str, Tensor]:
    return method.views(random_batch(CLIPS, MELS, frames), Generator().manual_seed(1))


class Bare(M2D):
    """The loss alone: predictions and what the slow copy says are handed in."""

    def __init__(self, prediction: Tensor, slow: Tensor) -> None:
        torch.nn.Module.__init__(self)
        self.given = (prediction, slow)

    def predicted(self, patches: Tensor, seen: Tensor, hidden: Tensor) -> Tensor:
        return self.given[0]

    def slow(self, patches: Tensor, hidden: Tensor) -> Tensor:
        return self.given[1]


def test_value_and_gradient_equal_the_slow_one() -> None:
    generator = Generator().manual_seed(3)
    prediction, slow = torch.randn(2, 5, 4, 3, generator=generator)
    own = torch.rand(5, 6, generator=generator) < 0.7
    hidden = torch.rand(5, 6, generator=generator).argsort(1)[:, :4].sort(1).values
    prediction.requires_grad_()
    given = {"patches": torch.zeros(5, 6, 2), "seen": hidden[:, :2], "hidden": hidden, "own": own}
    found = Bare(prediction, slow).loss(given)["loss"]
    found.backward()
    other = prediction.detach().double().requires_grad_()
    counted = [(b, m) for b in range(5) for m in range(4) if own[b, hidden[b, m]]]
    assert 0 < len(counted) < 20
    terms = []
    for b, m in counted:
        rows = torch.stack([slow[c, k].double() for c, k in counted if c == b])
        target = (slow[b, m].double() - rows.mean(0)) / (rows.var(0, correction=0) + 1e-5).sqrt()
        if len(rows) > 1:
            guess = other[b, m]
            terms.append(((guess / guess.norm() - target / target.norm()) ** 2).sum())
        else:  # nothing differs from its own mean
            terms.append(torch.tensor(2.0, dtype=torch.float64))
    expected = torch.stack(terms).mean()
    expected.backward()
    assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    assert prediction.grad is not None and other.grad is not None
    torch.testing.assert_close(prediction.grad.double(), other.grad, rtol=1e-4, atol=1e-7)


def test_the_pictures_equal_the_slow_ones() -> None:
    """Of hidden patches that show padding, which come first in some clips, nothing is drawn."""
    generator = Generator().manual_seed(3)
    prediction, slow = torch.randn(2, 5, 4, 3, generator=generator)
    hidden = torch.rand(5, 6, generator=generator).argsort(1)[:, :4].sort(1).values
    counted = torch.tensor([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1], [0, 1, 1, 1]]).bool()
    own = torch.zeros(5, 6, dtype=torch.bool).scatter(1, hidden, counted)
    lens = Bare(prediction, slow).lens({"patches": torch.zeros(5, 6, 2), "seen": hidden, "hidden": hidden, "own": own})
    firsts = [row.tolist().index(True) for row in counted]
    for j, first in enumerate(firsts):
        rows = slow[j, counted[j]].double()
        target = (slow[j, first].double() - rows.mean(0)) / (rows.var(0, correction=0) + 1e-5).sqrt()
        for i in range(5):
            said = prediction[i, firsts[i]].double()
            expected = float(said @ target / said.norm() / target.norm())
            assert float(lens["similarity"][i, j]) == pytest.approx(expected, abs=1e-5)
    for drawn, every in zip(lens["spread"], (prediction, slow), strict=True):
        torch.testing.assert_close(drawn, every[counted].std(0, correction=0))


@pytest.mark.parametrize("encoder", ENCODERS)
def test_each_network_hears_what_the_other_does_not(encoder: str) -> None:
    method = method_with(encoder).eval()
    views = views_for(method)
    patches, seen, hidden = views["patches"], views["seen"], views["hidden"]
    every = torch.cat([seen, hidden], 1).sort(1).values
    assert torch.equal(every, torch.arange(patches.shape[1]).expand_as(every))
    is_hidden = torch.zeros(patches.shape[:2], dtype=torch.bool).scatter(1, hidden, True)[:, :, None]
    noise = torch.randn_like(patches)
    other_hidden, other_seen = torch.where(is_hidden, noise, patches), torch.where(is_hidden, patches, noise)
    with torch.no_grad():
        prediction = method.predicted(patches, seen, hidden)
        assert torch.equal(method.predicted(other_hidden, seen, hidden), prediction)
        assert (method.predicted(other_seen, seen, hidden) - prediction).abs().amax(2).min() > 0
        slow = method.slow(patches, hidden)
        assert torch.equal(method.slow(other_seen, hidden), slow)
        assert (method.slow(other_hidden, hidden) - slow).abs().amax(2).min() > 0


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_prediction_knows_which_patch_is_asked_for(encoder: str) -> None:
    method = method_with(encoder).eval()
    views = views_for(method)
    with torch.no_grad():
        found = method.predicted(views["patches"], views["seen"], views["hidden"])
    apart = torch.cdist(found[0], found[0]).fill_diagonal_(torch.inf)
    assert apart.min() > 1e-3


@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_missing_patch_is_asked_for_by_its_place_as_the_encoder_tells_places(encoder: str) -> None:
    """The predictor hears, where a patch is missing, one vector for all of them and the patch's own place."""
    method = method_with(encoder).eval()
    method.predict = torch.nn.Identity()
    views = views_for(method)
    places = method.encoder.positions(views["patches"].shape[1], torch.device("cpu"))[views["hidden"]]
    found = method.predicted(views["patches"], views["seen"], views["hidden"])
    torch.testing.assert_close(found, method.missing + places)


@pytest.mark.parametrize("part", [0.4, 0.7])
def test_so_much_is_hidden_of_each_clip(part: float) -> None:
    views = views_for(method_with(hidden_part=part))
    hidden = torch.zeros_like(views["own"]).scatter(1, views["hidden"], True) & views["own"]
    assert (hidden.sum(1) / views["own"].sum(1) - part).abs().max() < 0.1


def test_no_gradient_reaches_the_slow_copy_and_it_follows() -> None:
    method = method_with(teacher_momentum=0.9)
    method.loss(views_for(method))["loss"].backward()
    assert all(p.grad is None for p in method.teacher.parameters())
    start = method.teacher.embedding.weight.clone()
    with torch.no_grad():
        method.encoder.embedding.weight.add_(1.0)
    method.after_step(0.0)
    torch.testing.assert_close(method.teacher.embedding.weight, start + 0.1)
    method.after_step(1.0)  # ten times more slowly
    torch.testing.assert_close(method.teacher.embedding.weight, start + 0.1 + 0.01 * 0.9)
