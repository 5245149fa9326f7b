"""HuBERT: what moments are named by in each iteration, what is hidden, and what counts."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from tests.support.toy_problem import dataset
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.data2vec import normalised_over_time
from training.methods.hubert import CEPSTRA, KEPT_VIEWS, HuBERT, clustered
from training.parts.optimizers import optimizer_for
from training.parts.slow_copy import follow, slow_copy

CLIPS, MELS, FRAMES = 16, 16, 32


def method_with(**settings: Any) -> HuBERT:
    given = {"crop_seconds": 0.64, "mels": MELS, "clusters": 12, **settings}
    method = built_method(new_config(given, method="hubert", steps=5), CLIPS, 4, (-4.0, 3.0))
    assert isinstance(method, HuBERT)
    return method


def batch_of(frames: int = 24) -> Batch:
    return random_batch(CLIPS, MELS, frames)


def step(method: HuBERT, progress: float, seed: int = 1) -> dict[str, Tensor]:
    """Views and loss of a step, and what follows it."""
    views = method.views(batch_of(), Generator().manual_seed(seed))
    method.loss(views)
    method.after_step(progress)
    return views


def middle(method: HuBERT, x: Tensor) -> Tensor:
    return method.encoder.layers(method.encoder.embedded(method.encoder.patches(x)))[1].detach()


def of_place(method: HuBERT) -> Tensor:
    """The mean (U, D) of each place over the clips whose own moment it is, of the views kept."""
    views, inside = method.units.views, method.units.inside
    found, means = middle(method, views), []
    for u in range(inside.shape[1]):
        there = found[inside[:, u], u]
        means.append(there.mean(0) if len(there) else torch.zeros(found.shape[2]))
    return torch.stack(means)


class Bare(HuBERT):
    """The loss alone: said and names are handed in."""

    def __init__(self, given: Tensor, config: Any) -> None:
        torch.nn.Module.__init__(self)
        self.given, self.config = given, config

    def scores(self, x: Tensor, hidden: Tensor) -> Tensor:
        return self.given


def test_value_and_gradient_equal_the_slow_one() -> None:
    """Equation 1 with α = 1: over the masked moments alone."""
    generator = Generator().manual_seed(3)
    scores = torch.randn(3, 6, 12, generator=generator).requires_grad_()
    unit = torch.randint(0, 12, (3, 6), generator=generator)
    inside = torch.rand(3, 6, generator=generator) < 0.8
    hidden = inside & (torch.rand(3, 6, generator=generator) < 0.5)
    found = Bare(scores, method_with().config).loss({"x": scores, "unit": unit, "hidden": hidden, "inside": inside})
    found["loss"].backward()
    other = scores.detach().double().requires_grad_()
    terms = []
    for b, u in hidden.nonzero().tolist():
        powers = [other[b, u, k].exp() for k in range(12)]
        terms.append(-(powers[unit[b, u]] / sum(powers)).log())
    slow = torch.stack(terms).mean()
    slow.backward()
    assert float(found["loss"].detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    assert scores.grad is not None and other.grad is not None
    torch.testing.assert_close(scores.grad.double(), other.grad, rtol=1e-5, atol=1e-8)
    assert torch.equal((scores.grad != 0).any(2), hidden)


def test_scores_are_cosines_over_the_temperature_and_know_nothing_of_what_is_hidden() -> None:
    method = method_with(temperature=0.2).eval()
    views = method.views(batch_of(), Generator().manual_seed(1))
    x, hidden = views["x"], views["hidden"]
    with torch.no_grad():
        found = method.scores(x, hidden)
        tokens = method.encoder.embedded(method.encoder.patches(x))
        empty = method.missing + method.encoder.positions(tokens.shape[1], x.device)
        said = method.project(method.encoder.context(torch.where(hidden[:, :, None], empty, tokens)))
        for b, u, k in ((0, 0, 0), (3, 7, 5), (15, 11, 11)):
            a, e = said[b, u].double(), method.names.weight[k].double()
            assert float(found[b, u, k]) == pytest.approx(float(a @ e / a.norm() / e.norm() / 0.2), abs=1e-4)
        frames = hidden.repeat_interleave(2, dim=1)[:, None]
        assert torch.equal(method.scores(torch.where(frames, torch.randn_like(x), x), hidden), found)
        assert not torch.equal(method.scores(torch.where(frames, x, torch.randn_like(x)), hidden), found)


def test_cepstra_are_the_cosine_transform_of_the_bands_and_its_changes() -> None:
    x, inside = torch.randn(2, MELS, FRAMES), torch.ones(2, FRAMES // 2, dtype=torch.bool)
    found = method_with().units.cepstra(x, inside)
    waves = [
        [np.cos(np.pi / MELS * (f + 0.5) * k) * np.sqrt((1 if k == 0 else 2) / MELS) for k in range(CEPSTRA)]
        for f in range(MELS)
    ]
    coefficients = torch.einsum("bft,fk->btk", x.double(), torch.tensor(waves, dtype=torch.float64))

    def change(c: Tensor) -> Tensor:
        padded = torch.cat([c[:, :1], c[:, :1], c, c[:, -1:], c[:, -1:]], dim=1)
        steps = range(c.shape[1])
        at = [sum(n * (padded[:, t + 2 + n] - padded[:, t + 2 - n]) for n in (1, 2)) / 10 for t in steps]
        return torch.stack(at, dim=1)  # type: ignore[arg-type]  # sums of tensors

    first = change(coefficients)
    whole = torch.cat([coefficients, first, change(first)], dim=2).view(2, FRAMES // 2, 2, -1).mean(2)
    expected = normalised_over_time(whole, inside)
    torch.testing.assert_close(found.double(), expected, atol=1e-3, rtol=1e-3)


def test_a_moment_is_named_by_its_nearest_centre() -> None:
    method = method_with()
    views = method.views(batch_of(), Generator().manual_seed(1))
    found = method.units.cepstra(views["x"], views["inside"])
    for b, u in ((0, 0), (5, 3), (15, 11)):
        away = [float((found[b, u] - centre).square().sum()) for centre in method.units.cepstral_centres]
        assert int(views["unit"][b, u]) == away.index(min(away))


def test_the_first_centres_are_clusters_of_the_datas_cepstra() -> None:
    method, again = method_with(), method_with()
    random = method.units.cepstral_centres.clone()
    method.prepare(dataset())
    again.prepare(dataset())
    centres = method.units.cepstral_centres
    assert torch.equal(centres, again.units.cepstral_centres) and not torch.equal(centres, random)
    assert len(slow_copy(method).units.cepstral_centres) == 12
    assert slow_copy(method).units is method.units


def test_clusters_of_two_heaps_are_their_means() -> None:
    heaps = torch.cat([torch.randn(20, 3) * 0.01, torch.randn(30, 3) * 0.01 + 5])
    found = clustered(heaps, 2)
    for mean in (heaps[:20].mean(0), heaps[20:].mean(0)):
        assert (found - mean).norm(dim=1).min() < 1e-4
    assert clustered(heaps[:3], 5).shape == (5, 3)


def test_the_second_iteration_begins_once_and_names_by_features_of_that_time() -> None:
    method = method_with(second_part=0.5)
    first = step(method, 0.4)
    assert not method.units.in_second and not method.units.second
    names = method.names.weight.clone()
    step(method, 0.5)
    assert method.units.in_second and bool(method.units.second)
    assert not torch.equal(method.names.weight, names)
    named = method.views(batch_of(), Generator().manual_seed(1))
    assert not torch.equal(named["unit"], first["unit"])
    expected = normalised_over_time(middle(method, named["x"]) - of_place(method), named["inside"])
    torch.testing.assert_close(method.units.features(named["x"], named["inside"]), expected.detach())
    names, centres = method.names.weight.clone(), method.units.feature_centres.clone()
    with torch.no_grad():
        for weights in method.encoder.parameters():
            weights.add_(torch.randn(weights.shape, generator=Generator().manual_seed(5)) * 0.1)
    step(method, 0.6)
    assert torch.equal(method.names.weight, names) and torch.equal(method.units.feature_centres, centres)
    assert torch.equal(method.views(batch_of(), Generator().manual_seed(1))["unit"], named["unit"])


def test_with_a_share_of_one_it_never_begins() -> None:
    method = method_with(second_part=1.0)
    step(method, 0.99)
    step(method, 1.0)
    assert not method.units.in_second


@pytest.mark.parametrize("progress", [0.3, 0.7])
def test_a_restored_one_is_in_the_iteration_that_it_was_in(progress: float) -> None:
    method = method_with(second_part=0.5)
    step(method, progress)
    other = method_with(second_part=0.5)
    other.load_state_dict(method.state_dict())
    assert other.units.in_second is method.units.in_second is (progress > 0.5)
    one, two = (m.views(batch_of(), Generator().manual_seed(2)) for m in (method, other))
    assert torch.equal(one["unit"], two["unit"])


def test_the_last_views_are_kept() -> None:
    method = method_with()
    rounds = KEPT_VIEWS // CLIPS + 1
    seen = [step(method, 0.0, seed)["x"] for seed in range(rounds)]
    expected = torch.cat(seen)[-KEPT_VIEWS:]
    kept = method.units.views.roll(-int(method.units.at), 0)
    assert torch.equal(kept, expected)


def test_the_averaged_copy_shares_what_names_moments() -> None:
    method = method_with(second_part=0.2)
    averaged = slow_copy(method)
    step(method, 0.3)
    follow(averaged, method, 0.5)
    assert averaged.units is method.units and averaged.units.in_second


def test_the_second_iteration_is_learned_too() -> None:
    method = method_with(second_part=0.01, clusters=8).train()
    optimizer, losses = optimizer_for(method, new_config({"learning_rate": 3e-3}, steps=10)), []
    for number in range(60):
        # The same views each time, as the clips are noise.
        found = method.loss(method.views(batch_of(), Generator().manual_seed(1)))["loss"]
        found.backward()
        optimizer.step()
        optimizer.zero_grad()
        method.after_step(number / 60)
        losses.append(float(found.detach()))
    assert method.units.in_second and sum(losses[-5:]) < 0.9 * sum(losses[2:7])


def test_no_gradient_reaches_what_names_moments() -> None:
    method = method_with(second_part=0.2)
    step(method, 0.3)
    method.loss(method.views(batch_of(), Generator().manual_seed(1)))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.units.parameters())


def test_the_picture_counts_the_true_and_the_guessed_clusters_of_hidden_moments() -> None:
    method = method_with().eval()
    views = method.views(batch_of(), Generator().manual_seed(1))
    with torch.no_grad():
        said = method.scores(views["x"], views["hidden"]).argmax(2)
        found = method.lens(views)["cluster_use"]
    places = views["hidden"].nonzero().tolist()
    for drawn, clusters in zip(found, (views["unit"], said), strict=True):
        counts = [0] * 12
        for b, u in places:
            counts[clusters[b, u]] += 1
        assert drawn.tolist() == pytest.approx([count / len(places) for count in counts])
