"""NPC: its L1 against loops, its gap, its codes and its padding."""

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.errors import UserError
from training.methods.npc import NPC, SHOWN


def npc(**overrides: object) -> NPC:
    settings = {"crop_seconds": 0.64, "mels": 8, "codebooks": 2, "codes": 8, **overrides}
    method = built_method(new_config(settings, method="npc", steps=5), 6, 2, (-4.0, 3.0))
    assert isinstance(method, NPC)
    return method.train()


def views_of(method: NPC, seed: int = 0) -> dict[str, Tensor]:
    """Six clips, some shorter than the view of 32 frames."""
    batch = random_batch(6, 8, 40, lengths=torch.tensor([24, 24, 17, 9, 6, 40]), seed=seed)
    return method.views(batch, Generator().manual_seed(seed + 1))


def slow_loss(q: Tensor, views: dict[str, Tensor], w: Tensor, bias: Tensor) -> Tensor:
    """Mean of |x_t − ŷ_t| over a clip's own frames, each frame rebuilt from the codes drawn for it, q (B, V, G · C)."""
    total, count = torch.zeros((), dtype=torch.float64), 0
    for b in range(len(q)):
        for t in range(q.shape[1]):
            if views["inside"][b, t]:
                guess = w @ q[b, t] + bias
                total = total + (views["x"][b, :, t].double() - guess).abs().sum()
                count += len(guess)
    return total / count


def test_value_and_gradient_equal_the_slow_ones(
    slow_codes: Callable[..., tuple[Tensor, ...]], assert_equal_gradients: Callable[..., None]
) -> None:
    """The gradient of the frames too, which it reaches through the choice of their codes."""
    method = npc().eval()
    views = views_of(method)
    h = method.encoder.frames(views["x"]).detach().requires_grad_()
    method.encoder.frames = lambda x: h
    slow_h = h.detach().double().requires_grad_()
    quantise, decode = (deepcopy(part).double() for part in (method.quantise, method.decode))
    slow = slow_loss(slow_codes(quantise, slow_h, views["noise"], 1.0)[0], views, decode.weight, decode.bias)  # type: ignore[arg-type]
    assert_equal_gradients(
        method.loss(views)["loss"],
        slow,
        [h, *method.quantise.parameters(), *method.decode.parameters()],
        [slow_h, *quantise.parameters(), *decode.parameters()],
    )


def test_without_codes_the_loss_is_the_same_of_all_that_is_said(assert_equal_gradients: Callable[..., None]) -> None:
    method = npc(quantised=False).eval()
    views = views_of(method)
    assert set(views) == {"x", "inside"} and method.quantise is None and method.parts == ()
    h = method.encoder.frames(views["x"]).detach().requires_grad_()
    method.encoder.frames = lambda x: h
    slow_h, decode = h.detach().double().requires_grad_(), deepcopy(method.decode).double()
    slow = slow_loss(slow_h, views, decode.weight, decode.bias)
    found = method.loss(views)
    assert set(found) == {"loss", "clips"}
    assert_equal_gradients(found["loss"], slow, [h, *method.decode.parameters()], [slow_h, *decode.parameters()])
    assert set(method.lens(views)) == {"true", "predicted"}


def test_kernel_and_gap_are_what_was_asked() -> None:
    wide = npc(kernel_frames=15, hidden_frames=5)
    assert (wide.encoder.kernel, wide.encoder.hidden, wide.encoder.margin) == (15, 5, 10)
    assert (npc().encoder.kernel, npc().encoder.hidden) == (11, 3)
    with pytest.raises(UserError, match="over 11 frames that hide 5"):
        npc(hidden_frames=5)


@pytest.mark.parametrize("hidden", [8, 20, 27])
def test_it_never_sees_what_it_predicts(hidden: int) -> None:
    """A frame and its neighbours change: what is said of that frame doesn't."""
    method = npc()
    method.loss(views_of(method))
    method.eval()
    x = views_of(method)["x"]
    changed = x.clone()
    changed[:, :, hidden - 1 : hidden + 2] += 3
    with torch.no_grad():
        before, after = method.predicted(x, None)[0], method.predicted(changed, None)[0]
        around = method.encoder.frames(x) != method.encoder.frames(changed)
    assert torch.equal(before[:, :, hidden], after[:, :, hidden])
    assert around[:, hidden - 2].any(), "while what is said of others does"


def test_padding_is_never_counted() -> None:
    method = npc().eval()
    views = views_of(method)
    inside = views["inside"]
    assert 0 < int(inside.sum()) < inside.numel()
    with torch.no_grad():
        guess, _ = method.predicted(views["x"], views["noise"])
        expected = (guess - views["x"]).abs().mean(1)[inside].mean()
        torch.testing.assert_close(method.loss(views)["loss"], expected)


def test_codes_in_use_are_counted_over_the_clips_own_frames() -> None:
    """e to the entropy of how often each code is likely, by loops, the mean of the codebooks."""
    method = npc().eval()
    views = views_of(method)
    with torch.no_grad():
        used = method.loss(views)["codes_used"]
        probability = method.predicted(views["x"], None)[1]
        assert probability is not None
        own = [probability[b, t].double() for b in range(6) for t in range(32) if views["inside"][b, t]]
        mean = torch.stack(own).mean(0)  # (G, K)
        expected = [torch.exp(-sum(p * p.log() for p in book)) for book in mean]
    assert float(used) == pytest.approx(float(sum(expected)) / 2, rel=1e-4)
    assert 1 < float(used) < 8


def test_all_that_is_said_of_a_frame_goes_through_its_codes() -> None:
    """With one code for all there is one answer for all; the perplexity says so."""
    method = npc().eval()
    views = views_of(method)
    with torch.no_grad():
        method.quantise.logits.weight.zero_()
        method.quantise.logits.bias.copy_(torch.tensor([90.0] + [0.0] * 7).repeat(2))
        guess, _ = method.predicted(views["x"], views["noise"])
        used = method.loss(views)["codes_used"]
    assert (guess - guess[:1, :, :1]).abs().max() < 1e-5 and float(used) == pytest.approx(1, abs=1e-4)


def test_the_noise_decides_in_training_and_the_likeliest_code_in_the_picture() -> None:
    method = npc().eval()
    views = views_of(method)
    other = {**views, "noise": views["noise"].flip(0)}
    with torch.no_grad():
        assert not torch.equal(method.loss(views)["loss"], method.loss(other)["loss"])
        first, second = method.lens(views), method.lens(other)
    assert torch.equal(first["predicted"], second["predicted"])
    assert first["true"].shape == first["predicted"].shape == views["x"].shape


def test_the_pictures_are_the_first_clips_frames_and_what_the_likeliest_codes_say_of_each(
    slow_codes: Callable[..., tuple[Tensor, ...]],
) -> None:
    method = npc().eval()
    views = method.views(
        random_batch(SHOWN + 2, 8, 40, lengths=torch.full((SHOWN + 2,), 24)), Generator().manual_seed(1)
    )
    with torch.no_grad():
        lens, x = method.lens(views), views["x"][:SHOWN]
        quantise, decode = (deepcopy(part).double() for part in (method.quantise, method.decode))
        h, silence = method.encoder.frames(x).double(), torch.zeros_like(views["noise"][:SHOWN])
        codes = slow_codes(quantise, h, silence, 1.0)[0]
    assert torch.equal(lens["true"], x)
    for clip in range(SHOWN):
        for t in range(x.shape[2]):
            expected = decode.weight @ codes[clip, t] + decode.bias
            torch.testing.assert_close(lens["predicted"][clip, :, t].double(), expected, rtol=1e-4, atol=1e-4)


def test_an_embedding_tells_of_the_frame_itself_which_no_prediction_does() -> None:
    """A click is in what is kept of its moment, and not in what is predicted from around it."""
    method = npc()
    method.loss(views_of(method))
    encoder = method.eval().encoder
    x = views_of(method)["x"]
    clicked = x.clone()
    clicked[:, :, 20] += 3
    with torch.no_grad():
        assert (encoder.heard(x)[-1][:, :, 20] != encoder.heard(clicked)[-1][:, :, 20]).any(1).all()
        assert torch.equal(encoder.frames(x)[:, 20], encoder.frames(clicked)[:, 20])
        raw = x * encoder.input_std + encoder.input_mean
        kept = encoder.heard(encoder.standardised(raw, None))[-1]
        torch.testing.assert_close(method.embed(raw), kept.amax(2) + kept.mean(2))
