"""Decoders give spectrograms of the right shape, and errors count what they are told to count."""

import pytest
import torch
from torch import Tensor

from training.parts.decoders import RecurrentDecoder, SpectrogramDecoder, squared_error


def slow_error(rebuilt: Tensor, target: Tensor, counted: Tensor) -> Tensor:
    """By loops over clips, bands and frames."""
    total, frames = torch.zeros((), dtype=torch.float64), 0
    for b in range(len(target)):
        for v in range(target.shape[2]):
            if counted[b, v]:
                frames += 1
                total = total + sum((rebuilt[b, f, v] - target[b, f, v]) ** 2 for f in range(target.shape[1]))
    return total / (frames * target.shape[1])


def test_squared_error_equals_the_slow_one() -> None:
    rebuilt, target, counted = torch.randn(4, 3, 6, requires_grad=True), torch.randn(4, 3, 6), torch.rand(4, 6) < 0.6
    found = squared_error(rebuilt, target, counted)["loss"]
    double = rebuilt.detach().double().requires_grad_()
    slow = slow_error(double, target.double(), counted)
    assert float(found.detach()) == pytest.approx(float(slow.detach()), rel=1e-5)
    found.backward()
    slow.backward()
    assert rebuilt.grad is not None and double.grad is not None
    torch.testing.assert_close(rebuilt.grad.double(), double.grad, rtol=1e-5, atol=1e-7)


def test_what_is_not_counted_has_no_part_in_it() -> None:
    rebuilt, target, counted = torch.randn(4, 3, 6, requires_grad=True), torch.randn(4, 3, 6), torch.ones(4, 6)
    counted[:, 4:] = 0
    found = squared_error(rebuilt, target, counted)["loss"]
    elsewhere = target.clone()
    elsewhere[:, :, 4:] = 1e6
    assert torch.equal(found, squared_error(rebuilt, elsewhere, counted)["loss"])
    found.backward()
    assert rebuilt.grad is not None and (rebuilt.grad[:, :, 4:] == 0).all() and (rebuilt.grad[:, :, :4] != 0).all()
    assert float(squared_error(rebuilt, target, torch.zeros(4, 6))["loss"].detach()) == 0


@pytest.mark.parametrize("shape", [(5, 8), (3, 5, 8)])
def test_a_dense_decoder_gives_the_shape_it_was_asked_for(shape: tuple[int, ...]) -> None:
    found = SpectrogramDecoder(7, 32, *shape)(torch.randn(4, 7))
    assert found.shape == (4, *shape)


def test_half_precision_stays_inside_the_decoders() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        assert SpectrogramDecoder(7, 32, 5, 8)(torch.randn(4, 7)).dtype == torch.float32
        assert RecurrentDecoder(7, 16, 5, 8)(torch.randn(4, 7)).dtype == torch.float32


def test_a_recurrent_decoder_hears_its_code_at_every_step() -> None:
    """Step by step: the code again, and the state so far."""
    decoder, code, state = RecurrentDecoder(7, 16, 5, 8), torch.randn(4, 7), None
    found = decoder(code)
    for frame in range(8):
        said, state = decoder.recurrent(code[:, None], state)
        torch.testing.assert_close(found[:, :, frame], decoder.say(said[:, 0]))


def test_a_recurrent_decoder_says_different_frames_of_one_code() -> None:
    found = RecurrentDecoder(7, 16, 5, 8)(torch.randn(4, 7))
    assert found.shape == (4, 5, 8)
    assert (found[:, :, 1:] != found[:, :, :-1]).any(1).all()
