"""BEST-RQ: which code a step has, what stands in the place of what is hidden, and what counts."""

import math
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.best_rq import BestRQ
from training.parts.optimizers import optimizer_for

CLIPS, MELS, FRAMES = 16, 8, 32


def method_with(seed: int = 0, **settings: Any) -> BestRQ:
    config = new_config({"crop_seconds": 0.64, "mels": MELS, **settings}, method="best_rq", steps=5, seed=seed)
    method = built_method(config, CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, BestRQ)
    return method


def batch_of(frames: int = 24) -> Batch:
    return random_batch(CLIPS, MELS, frames)


class Bare(BestRQ):
    """The loss alone: what is said of each step is handed in."""

    def __init__(self, given: Tensor, config: Any) -> None:
        torch.nn.Module.__init__(self)
        self.given, self.config = given, config

    def scores(self, masked: Tensor) -> Tensor:
        return self.given


def test_value_and_gradient_equal_the_slow_one() -> None:
    generator = Generator().manual_seed(3)
    scores = torch.randn(3, 6, 5, generator=generator).requires_grad_()
    code = torch.randint(0, 5, (3, 6), generator=generator)
    inside = torch.rand(3, 6, generator=generator) < 0.8
    hidden = inside & (torch.rand(3, 6, generator=generator) < 0.5)
    given = {"masked": scores, "code": code, "hidden": hidden, "inside": inside}
    found = Bare(scores, method_with(codes=5).config).loss(given)
    found["loss"].backward()
    other = scores.detach().double().requires_grad_()
    terms, right = [], []
    for b, u in hidden.nonzero().tolist():
        powers = [other[b, u, k].exp() for k in range(5)]
        terms.append(-(powers[code[b, u]] / sum(powers)).log())
        right.append(float(other[b, u].argmax() == code[b, u]))
    slow = torch.stack(terms).mean()
    slow.backward()
    assert float(found["loss"].detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert float(found["accuracy"]) == pytest.approx(sum(right) / len(right))
    assert scores.grad is not None and other.grad is not None
    torch.testing.assert_close(scores.grad.double(), other.grad, rtol=1e-5, atol=1e-8)
    assert torch.equal((scores.grad != 0).any(2), hidden)
    shares = [float((code[inside] == k).double().mean()) for k in range(5)]
    assert float(found["codes_used"]) == pytest.approx(math.exp(-sum(p * math.log(p) for p in shares if p)), rel=1e-5)


def test_a_steps_code_is_the_nearest_unit_vector_by_loops() -> None:
    method, x = method_with(codes=11, quantiser_width=3), torch.randn(2, MELS, 12)
    inside = torch.arange(6) < torch.tensor([[6], [4]])
    found, matrix = method.codes_of(x, inside), method.projection_matrix.double()
    for b in range(2):
        own = [torch.cat([x[b, :, 2 * u], x[b, :, 2 * u + 1]]).double() for u in range(6)]
        counted = torch.stack([step for u, step in enumerate(own) if inside[b, u]])
        mean, std = counted.mean(0), (counted.var(0, correction=0) + 1e-5).sqrt()
        for u, step in enumerate(own):
            projected = (step - mean) / std @ matrix
            away = [
                float((c.double() / c.double().norm() - projected / projected.norm()).norm()) for c in method.codebook
            ]
            assert int(found[b, u]) == away.index(min(away))


def test_standardised_steps_use_many_codes_and_raw_ones_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sounds lie far from 0 in the same direction, and so do their projections."""
    x = torch.randn(32, MELS, 64, generator=Generator().manual_seed(0)) * 0.3 + torch.linspace(-2, 3, MELS)[:, None]
    method, inside = method_with(codes=64), torch.ones(32, 32, dtype=torch.bool)
    many = method.codes_of(x, inside).unique().numel()
    monkeypatch.setattr("training.methods.best_rq.normalised_over_time", lambda steps, inside: steps)
    assert method.codes_of(x, inside).unique().numel() < many / 2 and many > 40


def test_noise_stands_where_it_is_hidden_and_the_sound_where_it_is_not() -> None:
    method, batch = method_with(noise_std=0.1), batch_of(FRAMES)
    seen = method.views(batch, Generator().manual_seed(1))
    whole = method_with(noise_std=0.0).views(batch, Generator().manual_seed(1))
    frames = seen["hidden"].repeat_interleave(2, dim=1)[:, None].expand_as(seen["masked"])
    assert torch.equal(seen["masked"][~frames], whole["masked"][~frames]) and not whole["masked"][frames].any()
    assert 0.09 < float(seen["masked"][frames].std()) < 0.11
    assert torch.equal(seen["code"], whole["code"])


def test_what_is_hidden_lies_within_the_clip_and_about_as_much_as_asked() -> None:
    views = method_with().views(batch_of(), Generator().manual_seed(1))
    assert not (views["hidden"] & ~views["inside"]).any() and views["hidden"].any(1).all()
    assert 0.3 < views["hidden"].sum() / views["inside"].sum() < 0.7


@pytest.mark.parametrize("encoder", ["bi_gru", "frame_transformer"])
def test_the_quantiser_is_drawn_from_the_seed_and_never_learns(encoder: str) -> None:
    config = new_config({"mels": MELS, "crop_seconds": 0.64}, method="best_rq", encoder=encoder, steps=5)
    method = built_method(config, CLIPS, 4)
    assert isinstance(method, BestRQ)
    before = {name: method.get_buffer(name).clone() for name in ("projection_matrix", "codebook")}
    optimizer, generator = optimizer_for(method, config), Generator().manual_seed(0)
    for step in range(3):
        method.loss(method.views(batch_of(), generator))["loss"].backward()
        optimizer.step()
        method.after_step(step / 3)
    kept = method.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in before.items())
    torch.testing.assert_close(method.codebook.norm(dim=1), torch.ones(len(method.codebook)))
    assert torch.equal(method_with(seed=3).codebook, method_with(seed=3).codebook)
    assert not torch.equal(method_with(seed=3).codebook, method_with(seed=4).codebook)


def test_the_picture_counts_the_true_and_the_guessed_codes_of_hidden_steps() -> None:
    method = method_with(codes=12).eval()
    views = method.views(batch_of(), Generator().manual_seed(1))
    with torch.no_grad():
        said, found = method.scores(views["masked"]).argmax(2), method.lens(views)["code_use"]
    places = views["hidden"].nonzero().tolist()
    for drawn, codes in zip(found, (views["code"], said), strict=True):
        counts = [0] * 12
        for b, u in places:
            counts[codes[b, u]] += 1
        assert drawn.tolist() == pytest.approx([count / len(places) for count in counts])
