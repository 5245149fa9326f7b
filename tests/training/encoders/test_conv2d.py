"""The default encoder's dense layers."""

import torch

from training.encoders.conv2d import Conv2d


def test_frames_stay_with_their_clips() -> None:
    """The dense layers take the frames of all clips in one row."""
    encoder = Conv2d(16).eval()
    x = torch.randn(3, 16, 48)
    for clip, frames in zip(x, encoder.frames(x), strict=True):
        torch.testing.assert_close(encoder.frames(clip[None])[0], frames)


def test_what_stands_between_the_dense_layers_is_centred_over_frames_of_all_clips() -> None:
    encoder, seen = Conv2d(16).train(), []
    encoder.dense[1].register_forward_hook(lambda _, __, output: seen.append(output))
    encoder.frames(torch.randn(5, 16, 48) + 3)
    assert seen[0].shape == (5 * 6, 256)
    torch.testing.assert_close(seen[0].mean(0), torch.zeros(256), atol=1e-5, rtol=0)
