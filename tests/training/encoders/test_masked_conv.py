"""The gap in NPC's encoder: what is said of a frame never depends on it, and on nothing far away."""

import pytest
import torch
from torch import nn

from training.encoders.masked_conv import HIDDEN, KERNEL, REACH, AroundConv, MaskedConv
from training.errors import UserError

MELS, FRAMES = 6, 40


def encoder(kernel: int = KERNEL, hidden: int = HIDDEN) -> MaskedConv:
    made = MaskedConv(MELS, width=16, kernel=kernel, hidden=hidden)
    made.frames(torch.randn(8, MELS, FRAMES) * 2 + 1)  # so that BatchNorm's statistics are not those of its start
    return made.eval()


@pytest.mark.parametrize("changed", [0, 1, 17, 20, 38, 39])
@pytest.mark.parametrize(("kernel", "hidden"), [(KERNEL, HIDDEN), (15, 5), (13, 1)])
def test_a_frame_is_described_by_what_surrounds_it_and_never_by_itself(changed: int, kernel: int, hidden: int) -> None:
    made, x = encoder(kernel, hidden), torch.randn(1, MELS, FRAMES)
    other = x.clone()
    other[:, :, changed] += 3
    with torch.no_grad():
        moved = (made.frames(x) != made.frames(other)).any(2)[0]
    reach = kernel // 2 + made.blocks * REACH
    assert made.margin == reach
    for t in range(FRAMES):
        away = abs(t - changed)
        if away <= hidden // 2 or away > reach:
            assert not moved[t], t
        elif reach <= changed < FRAMES - reach:  # at the ends there are fewer ways round the gap
            assert moved[t], t


@pytest.mark.parametrize(("kernel", "hidden"), [(10, 3), (11, 4), (11, 5), (9, 3)])
def test_a_kernel_that_leaves_nothing_around_its_gap_is_refused(kernel: int, hidden: int) -> None:
    with pytest.raises(UserError, match=rf"over {kernel} frames that hide {hidden} were asked for, but odd numbers"):
        MaskedConv(MELS, kernel=kernel, hidden=hidden)


@pytest.mark.parametrize("hidden", [3, 5, 9])
def test_leaving_out_the_middle_is_a_convolution_with_zeros_there(hidden: int) -> None:
    kernel, width = 11, 5
    around = AroundConv(width, kernel, hidden)
    whole = nn.Conv1d(width, width, kernel, padding=kernel // 2)
    side = (kernel - hidden) // 2
    with torch.no_grad():
        whole.weight.zero_()
        whole.weight[:, :, :side] = around.conv.weight[:, :width]
        whole.weight[:, :, -side:] = around.conv.weight[:, width:]
        assert around.conv.bias is not None and whole.bias is not None
        whole.bias.copy_(around.conv.bias)
        x = torch.randn(3, width, 20)
        torch.testing.assert_close(around(x), whole(x).tanh(), rtol=1e-5, atol=1e-6)


def test_a_gap_that_does_not_grow_would_leak() -> None:
    """With the same gap at every height the frame comes through its neighbours' features."""
    made = encoder()
    made.around = nn.ModuleList(AroundConv(16, KERNEL, HIDDEN) for _ in range(made.blocks)).eval()
    x = torch.randn(1, MELS, FRAMES)
    other = x.clone()
    other[:, :, 20] += 3
    with torch.no_grad():
        assert (made.frames(x) != made.frames(other)).any(2)[0, 20]
