"""CPC v2: both directions, each frame changed by itself, and normalisation that lets no other frame in."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, nn

from tests.support.slow_cpc import OTHER, SAME, STEPS, slow_step, small, views_of
from training.batch import Batch
from training.methods.cpc_v2 import CPCv2, bands, filters, per_frame


def cpc_v2(**overrides: object) -> CPCv2:
    return small(CPCv2, "cpc_v2", **overrides)


@pytest.mark.parametrize("others_from", ["all", "same source"])
def test_value_and_gradient_equal_the_slow_ones(others_from: str, assert_equal_gradients: Callable[..., None]) -> None:
    """The gradient of both contexts, and of the frames, which it reaches as true and as wrong ones alike."""
    method = cpc_v2(others_from=others_from)
    views = views_of(method, seed=1)
    counted = views["inside"][:, :-1] & views["inside"][:, 1:]
    assert not torch.equal(counted, counted.flip(1)), "from the end other frames are counted"
    z = method.encoder.local(method.encoder.standardised(views["x"], None)).detach().requires_grad_()
    c = method.encoder.context(z).detach().requires_grad_()
    method.encoder.local, method.encoder.context = (lambda x: z), (lambda z: c)
    single = [c, z, *method.foresee.parameters(), *method.recall.parameters()]
    double = [p.detach().double().requires_grad_() for p in single]
    slow_c, slow_z, *weights = double
    ahead, back = slow_c.chunk(2, dim=2)
    slow = [slow_step(ahead, slow_z, w, k, views) for k, w in enumerate(weights[:STEPS], 1)]
    slow += [slow_step(back, slow_z, w, -k, views) for k, w in enumerate(weights[STEPS:], 1)]
    losses = method.loss(views)
    assert_equal_gradients(losses["loss"], torch.stack([loss for loss, _ in slow]).mean(), single, double)
    found = torch.tensor([found for _, found in slow]).view(2, STEPS).mean(0)
    assert [float(losses[f"accuracy_{k}"]) for k in range(1, STEPS + 1)] == pytest.approx(found.tolist(), rel=1e-5)


def test_a_step_that_no_clip_is_long_enough_for_does_not_dilute_the_mean() -> None:
    """With weights of 0 every step that counts costs ln(1 + M + N), whatever the others would have."""
    method = cpc_v2(steps_ahead=11)
    for head in (method.foresee, method.recall):
        for w in head:
            nn.init.zeros_(w.weight)  # type: ignore[arg-type]
    power, short = torch.rand(6, 8, 30) * (torch.arange(30) < 12), torch.full((6,), 12)
    batch = Batch(torch.arange(6), power, short, torch.zeros(6, dtype=torch.int64), torch.arange(6))
    loss = method.loss(method.views(batch, Generator().manual_seed(1)))["loss"]
    assert float(loss.detach()) == pytest.approx(math.log(1 + SAME + OTHER), rel=1e-6)


def test_its_weights_of_both_directions_are_those_that_learn_and_no_others() -> None:
    method = cpc_v2()
    names = {name.split(".")[0] for name, _ in method.named_parameters()}
    assert names == {"encoder", "foresee", "recall"}
    assert len(method.foresee) == len(method.recall) == STEPS
    assert all(w.weight.shape == (method.encoder.width, method.encoder.width // 2) for w in method.recall)
    assert [curve.key for curve in method.parts] == [f"train/accuracy_{k}" for k in range(1, STEPS + 1)]


def test_neither_direction_knows_what_it_must_find() -> None:
    method = cpc_v2().eval()
    x = views_of(method)["x"]
    later, earlier = x.clone(), x.clone()
    later[:, :, 12:] += 3 * torch.randn_like(later[:, :, 12:])
    earlier[:, :, :12] += 3 * torch.randn_like(earlier[:, :, :12])
    with torch.no_grad():
        whole, after, before = (
            method.encoder.context(method.encoder.local(method.encoder.standardised(v, None))).chunk(2, dim=2)
            for v in (x, later, earlier)
        )
    assert torch.equal(whole[0][:, :6], after[0][:, :6]) and not torch.equal(whole[0][:, 6:], after[0][:, 6:])
    assert torch.equal(whole[1][:, 6:], before[1][:, 6:]) and not torch.equal(whole[1][:, :6], before[1][:, :6])


def test_nothing_is_normalised_over_the_batch() -> None:
    method = cpc_v2()
    assert not any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in method.modules())
    x = views_of(method)["x"]
    z, alone = method.encoder.local(x), method.encoder.local(x[:1, :, :2])
    torch.testing.assert_close(z[:1, :1], alone, rtol=1e-5, atol=1e-6)


def test_every_step_is_changed_by_itself() -> None:
    changed, plain = (cpc_v2(frame_filter=f, frame_hidden=h) for f, h in ((1.0, 0.5), (0.0, 0.0)))
    difference = views_of(changed)["x"] - views_of(plain)["x"]  # (B, F, V), the same for both frames of a step
    hidden = views_of(changed)["x"] == changed.encoder.input_mean
    assert 0 < hidden.float().mean() < 0.5
    both = ~hidden[:, :, ::2] & ~hidden[:, :, 1::2]
    torch.testing.assert_close(difference[:, :, ::2][both], difference[:, :, 1::2][both], rtol=1e-4, atol=1e-4)
    steps = difference[:, :, ::2]
    assert ((steps[:, :, 1:] - steps[:, :, :-1]).abs().amax(1) > 1e-3).all(), "neighbours are changed differently"


def test_filters_run_straight_between_their_knots() -> None:
    found = filters(torch.tensor([[[0.0, 1.0, -1.0]]]), 5)
    torch.testing.assert_close(found, torch.tensor([[[0.0, 0.5, 1.0, 0.0, -1.0]]]))


def test_bands_lie_in_their_room() -> None:
    place, width = torch.tensor([[0.0, 1.0, 0.5, 0.3]]), torch.tensor([[0.5, 0.5, 0.25, 0.0]])
    found = bands(place, width, 8)[0]
    assert found.nonzero()[:, 0].bincount(minlength=4).tolist() == [4, 4, 2, 0]
    assert found[0, :4].all() and found[1, 4:].all() and found[2, 3:5].all()


def test_a_step_spreads_over_its_frames_and_what_fills_none_stays() -> None:
    values = torch.arange(6.0).view(1, 3, 2)  # (B, U, F)
    found = per_frame(values, torch.zeros(1, 2, 7))
    assert found.tolist() == [[[0, 0, 2, 2, 4, 4, 0], [1, 1, 3, 3, 5, 5, 0]]]
