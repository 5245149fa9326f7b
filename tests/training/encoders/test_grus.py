"""What the recurrent encoders see of the past and of what is to come."""

import pytest
import torch

from training.encoders.bi_gru import BiGru
from training.encoders.conv_gru import ConvGru, FrameGru, stacked

MELS, FRAMES = 8, 22


def changed_outputs(before: torch.Tensor, after: torch.Tensor) -> list[int]:
    """Which output frames moved."""
    return ((before - after).abs().amax((0, 2)) > 1e-7).nonzero()[:, 0].tolist()


@pytest.mark.parametrize("kind", [ConvGru, FrameGru])
@pytest.mark.parametrize("t", [0, 1, 7, 12, 21])
@pytest.mark.parametrize("training", [True, False])
def test_a_frame_changes_its_own_output_and_those_after_it(kind: type[ConvGru], t: int, training: bool) -> None:
    encoder, x = kind(MELS).train(training), torch.randn(3, MELS, FRAMES)
    other = x.clone()
    other[:, :, t] += 1
    u = t // encoder.stride
    assert changed_outputs(encoder.local(x), encoder.local(other)) == [u]
    assert changed_outputs(encoder.frames(x), encoder.frames(other)) == list(range(u, FRAMES // encoder.stride))


def test_one_clip_changes_no_other() -> None:
    encoder, x = ConvGru(MELS).train(), torch.randn(3, MELS, FRAMES)
    other = x.clone()
    other[1] += 1
    assert torch.equal(encoder.frames(x)[[0, 2]], encoder.frames(other)[[0, 2]])


@pytest.mark.parametrize("t", [0, 7, 21])
def test_both_directions_carry_a_frame_everywhere(t: int) -> None:
    encoder, x = BiGru(MELS), torch.randn(3, MELS, FRAMES)
    other = x.clone()
    other[:, :, t] += 1
    assert changed_outputs(encoder.local(x), encoder.local(other)) == [t // 2]
    assert changed_outputs(encoder.frames(x), encoder.frames(other)) == list(range(FRAMES // 2))


def test_backwards_reading_begins_at_each_clips_own_end() -> None:
    """With lengths, a padded clip's own frames are those of the clip alone, read by torch's own GRU in both ways."""
    encoder, lengths = BiGru(MELS), torch.tensor([22, 14, 4])
    x = torch.randn(3, MELS, FRAMES)
    found = encoder.frames(x, lengths)
    for b, length in enumerate(lengths.tolist()):
        z = encoder.local(x[b : b + 1, :, :length])
        forwards = encoder.forwards(z)[0]
        backwards = encoder.backwards(z.flip(1))[0].flip(1)
        torch.testing.assert_close(found[b, : length // 2], torch.cat([forwards, backwards], 2)[0])
    torch.testing.assert_close(encoder.frames(x, torch.full((3,), FRAMES)), encoder.frames(x))


def test_stacking_puts_neighbours_side_by_side() -> None:
    x = torch.arange(2 * 3 * 7).view(2, 3, 7)
    found = stacked(x, 2)
    assert found.shape == (2, 3, 6)
    for b in range(2):
        for u in range(3):
            assert found[b, u].tolist() == [*x[b, :, 2 * u].tolist(), *x[b, :, 2 * u + 1].tolist()]
