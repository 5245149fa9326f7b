"""What the tests of single methods share: a method with nothing before its loss, a comparison with a slow version, and a
toy problem on which collapse shows within a second."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.encoders.encoder import Encoder
from training.measures.measure import singular_values
from training.measures.spectrum import effective_rank, participation_ratio
from training.measures.spread import normalised_std
from training.methods import METHODS
from training.methods.method import Method, Task
from training.parts.augment import Augment
from training.parts.optimizers import optimizer_for
from training.parts.quantiser import GumbelQuantiser
from training.settings import build
from training.spectrogram import FrontEnd
from training.views import MelViews


@pytest.fixture
def bare() -> Callable[..., Method]:
    """bare(name, **settings): encoder and projector do nothing, so that views are the projections (B, P)."""

    def made(name: str, *, clips: int = 32, **settings: object) -> Method:
        method = built_method(new_config(settings, method=name, steps=10), clips, 4)
        method.encoder, method.project = nn.Identity(), nn.Identity()
        return method.train()

    return made


@pytest.fixture
def assert_equal_gradients() -> Callable[..., None]:
    """assert_equal_gradients(found, expected, single, double): one value, and its gradients by both lists, to 1e-5.

    The gradients' difference is measured against their length.
    """

    def check(found: Tensor, expected: Tensor, single: Iterable[Tensor], double: Iterable[Tensor]) -> None:
        assert float(found.detach()) == pytest.approx(float(expected.detach()), rel=1e-5, abs=1e-7)
        gradients = (torch.autograd.grad(loss, list(by)) for loss, by in ((found, single), (expected, double)))
        for f, e in zip(*gradients, strict=True):
            assert (f.double() - e).norm() <= 1e-5 * e.norm() + 1e-8

    return check


@pytest.fixture
def assert_equals_slow(assert_equal_gradients: Callable[..., None]) -> Callable[..., None]:
    """assert_equals_slow(fast, slow, *inputs): one value, and one gradient for each input, to 1e-5.

    `slow` is given the same numbers in float64.
    """

    def check(fast: Callable[..., Tensor], slow: Callable[..., Tensor], *inputs: Tensor) -> None:
        single = [x.detach().float().requires_grad_() for x in inputs]
        double = [x.detach().double().requires_grad_() for x in single]
        assert_equal_gradients(fast(*single), slow(*double), single, double)

    return check


@pytest.fixture
def slow_codes() -> Callable[..., tuple[Tensor, Tensor, Tensor]]:
    """slow_codes(quantise, h, noise, temperature): what a GumbelQuantiser in float64 makes of h (B, U, D), one by one.

    Codes (B, U, G · C) whose gradient by the logits is the softmax's, choices (B, U, G) and probabilities (B, U, G, V).
    """

    def shares(scores: Tensor) -> Tensor:
        weights = (scores - scores.max()).exp()
        return weights / weights.sum()

    def drawn(quantise: GumbelQuantiser, h: Tensor, noise: Tensor, temperature: float) -> tuple[Tensor, ...]:
        codes, choices, probabilities = [], [], []
        for row, added in zip(h.flatten(0, 1), noise.double().flatten(0, 1), strict=True):
            row = (row - row.mean()) / (row.var(correction=0) + quantise.norm.eps).sqrt()
            logits = quantise.logits.weight @ (row * quantise.norm.weight + quantise.norm.bias) + quantise.logits.bias
            for g, own in enumerate(logits.chunk(quantise.groups)):
                soft = shares((own + added[g]) / temperature)
                choice = int(soft.argmax())
                taken = torch.eye(quantise.codes, dtype=torch.float64)[choice]
                codes.append((taken + soft - soft.detach()) @ quantise.entries[g])
                choices.append(choice)
                probabilities.append(shares(own))
        rows = (*h.shape[:2], quantise.groups)
        return (
            torch.stack(codes).view(*h.shape[:2], -1),
            torch.tensor(choices).view(rows),
            torch.stack(probabilities).view(*rows, -1),
        )

    return drawn  # type: ignore[return-value]


CLIPS, MELS = 64, 16
SMALL: dict[str, Any] = {
    "batch_size": CLIPS, "crop_seconds": 0.32, "mels": MELS, "mixup": 0.0, "noise": 0.0, "learning_rate": 3e-3,
}  # fmt: skip


class Plain(Encoder):
    """Two linear layers on every frame: steps take a few milliseconds."""

    domain = "mel"
    title = "plain"
    summary = "For tests."
    stride = 1
    width = 64

    def __init__(self, mels: int) -> None:
        super().__init__(mels)
        self.layers = nn.Sequential(nn.Linear(mels, 64), nn.ReLU(), nn.Linear(64, self.width), nn.ReLU())

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        found: Tensor = self.layers(x.transpose(1, 2))
        return found


@pytest.fixture
def toy_method() -> Callable[..., Any]:
    """toy_method(name, **settings): a method around the plainest encoder, for clips of 16 bands."""

    def made(name: str, **settings: Any) -> Method:
        config = new_config({**SMALL, **settings}, method=name, steps=10)
        views, front_end = build(MelViews, config.views, "views"), build(FrontEnd, config.front_end, "front end")
        own: Any = build(METHODS[name].Config, config.settings, name)
        torch.manual_seed(0)
        encoder = Plain(MELS)
        encoder.set_input_statistics(-1.0, 2.0)
        return METHODS[name](encoder, own, Task(CLIPS, 4, CLIPS, Augment(views, front_end))).train()

    return made


@pytest.fixture
def toy_batch() -> Batch:
    """64 clips of steady patterns, each with one of its own."""
    power = torch.rand(CLIPS, MELS, 1, generator=Generator().manual_seed(0)).mul(6).exp().expand(-1, -1, 24) / 50
    return Batch(
        torch.arange(CLIPS),
        power.contiguous(),
        torch.full((CLIPS,), 24),
        torch.zeros(CLIPS, dtype=torch.int64),
        torch.arange(CLIPS),
    )


@pytest.fixture
def spread_after(toy_batch: Batch) -> Callable[..., tuple[float, float]]:
    """Train on the toy problem; then normalised standard deviation and effective rank of the clips' projections."""

    def train(method: Method, steps: int = 100) -> tuple[float, float]:
        optimizer = optimizer_for(method, new_config({"learning_rate": 3e-3}, steps=steps))
        generator = Generator().manual_seed(0)
        for step in range(steps):
            method.loss(method.views(toy_batch, generator))["loss"].backward()
            optimizer.step()
            optimizer.zero_grad()
            method.after_step(step / steps)
        method.eval()
        z = projections(method, toy_batch)
        return normalised_std(z), effective_rank(singular_values(z))

    return train


@pytest.fixture
def directions_after(toy_batch: Batch, spread_after: Callable[..., tuple[float, float]]) -> Callable[..., float]:
    """Train likewise; then the participation ratio of the projections, by which lost directions show before by the rank."""

    def train(method: Method, steps: int = 100) -> float:
        spread_after(method, steps)
        return participation_ratio(singular_values(projections(method, toy_batch)))

    return train


def projections(method: Method, batch: Batch) -> Tensor:
    """(B, P): of the clips unchanged."""
    with torch.no_grad():
        z = method.projection(method.embed(method.augment.whole(batch.audio)))
    assert z is not None
    return z
