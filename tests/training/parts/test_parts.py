"""Heads, the slow copy and the views of a run."""

import pytest
import torch
from torch import nn

from training.parts.augment import Augment
from training.parts.heads import projector
from training.parts.slow_copy import follow, slow_copy
from training.spectrogram import FrontEnd, log_mel
from training.views import MelViews, WaveformViews


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(3 * 4 * 4, 5))


def test_a_slow_copy_of_a_recurrent_network_is_put_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise cuDNN puts its weights together at every call, and warns of it."""
    together: list[nn.Module] = []
    monkeypatch.setattr(nn.GRU, "flatten_parameters", lambda self: together.append(self))
    made = nn.Sequential(nn.Linear(2, 3), nn.GRU(3, 4))
    together.clear()
    copied = slow_copy(made)
    assert together == [copied[1]]


def test_a_slow_copy_is_equal_apart_and_never_learns() -> None:
    fast = network()
    slow = slow_copy(fast)
    assert all(torch.equal(a, b) for a, b in zip(slow.state_dict().values(), fast.state_dict().values(), strict=True))
    assert not any(p.requires_grad for p in slow.parameters()) and all(p.requires_grad for p in fast.parameters())
    with torch.no_grad():
        fast[0].weight.add_(1)
    assert not torch.equal(slow[0].weight, fast[0].weight)  # type: ignore[arg-type]  # a Conv2d's weight is a Tensor


@pytest.mark.parametrize("momentum", [0.0, 0.9, 1.0])
def test_following_moves_every_parameter_and_buffer(momentum: float) -> None:
    fast, slow = network(), slow_copy(network())
    for _ in range(3):
        fast(torch.randn(8, 1, 6, 6) * 4 + 2)  # moves BatchNorm's statistics
    before = {k: v.clone() for k, v in slow.state_dict().items()}
    follow(slow, fast, momentum)
    for name, now in slow.state_dict().items():
        target = fast.state_dict()[name]
        if now.is_floating_point():
            torch.testing.assert_close(now, momentum * before[name] + (1 - momentum) * target)
        else:
            assert torch.equal(now, target) and int(now) == 3, name
    assert {"1.running_mean", "1.running_var", "1.num_batches_tracked"} <= before.keys()


def test_following_another_shape_is_an_error() -> None:
    with pytest.raises(ValueError):
        follow(slow_copy(network()), nn.Linear(2, 2), 0.5)


def test_a_projector_is_of_two_layers() -> None:
    head = projector(6, 10, 4)
    assert head(torch.randn(3, 6)).shape == (3, 4)
    assert [type(layer) for layer in head] == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Linear]


def test_a_view_may_be_as_long_as_a_method_says() -> None:
    """Then that length stands for the views' own in all that is made, and a frame lasts as long as before."""
    views, front_end = MelViews(crop_seconds=3.0, reverb=1.0, noise=0.0), FrontEnd(mels=12, hop_seconds=0.01)
    power, lengths = torch.rand(4, 12, 80), torch.full((4,), 80)
    augment = Augment(views, front_end, own_frames=28)
    assert augment.view_length == augment.view_frames == 28
    made = augment.placed(power, lengths, torch.Generator().manual_seed(0))
    expected = views.placed(power, lengths, 28, torch.Generator().manual_seed(0), 0.01)
    assert torch.equal(made[0], expected[0]) and torch.equal(made[1], expected[1]) and made[0].shape == (4, 12, 28)
    assert torch.equal(augment.one(power, lengths, torch.Generator().manual_seed(0)), expected[0])
    pair = augment.pair(power, lengths, torch.Generator().manual_seed(0))
    assert torch.equal(pair[0], views.pair(power, lengths, 28, torch.Generator().manual_seed(0), 0.01)[0])


def test_augment_speaks_the_encoders_language() -> None:
    generator = torch.Generator().manual_seed(0)
    mel = Augment(MelViews(crop_seconds=0.5), FrontEnd(mels=12, hop_seconds=0.02))
    power, lengths = torch.rand(4, 12, 40), torch.full((4,), 40)
    first, second = mel.pair(power, lengths, generator)
    assert mel.view_length == mel.view_frames == 24 and first.shape == second.shape == (4, 12, 24)
    assert mel.one(power, lengths, generator).shape == (4, 12, 24)
    assert torch.equal(mel.whole(power), log_mel(power))
    wave = Augment(WaveformViews(crop_seconds=0.5), FrontEnd())
    samples = torch.randn(4, 9000)
    assert wave.view_length == 8000 and wave.pair(samples, torch.full((4,), 9000), generator)[1].shape == (4, 8000)
    assert wave.one(samples, torch.full((4,), 9000), generator).shape == (4, 8000) and torch.equal(
        wave.whole(samples), samples
    )
