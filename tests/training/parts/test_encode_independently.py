"""Each part is heard for itself."""

import pytest
import torch

from training.encoders import ENCODERS
from training.parts.encode_independently import encode_independently


@pytest.mark.parametrize("name", ["conv2d", "resnet", "conv_gru", "bi_gru"])
def test_a_part_is_heard_as_the_encoder_hears_sounds(name: str) -> None:
    """Part by part: cut out of the clip's parts side by side, as these are standardised together."""
    encoder = ENCODERS[name](16).eval()
    encoder.set_input_statistics(-4.0, 3.0)
    parts = torch.randn(2, 3, 16, 8) * 3 - 4
    with torch.no_grad():
        found = encode_independently(encoder, parts)
        for clip in range(2):
            heard = encoder.standardised(torch.cat(list(parts[clip]), dim=1)[None], None)
            for n in range(3):
                alone = encoder.pooled(encoder.frames(heard[:, :, n * 8 : n * 8 + 8]))[0]
                torch.testing.assert_close(found[clip, n], alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["conv2d", "resnet", "conv_gru", "bi_gru"])
def test_a_part_has_no_part_in_what_is_said_of_another_but_by_the_level_of_all(name: str) -> None:
    encoder = ENCODERS[name](16).eval()
    parts = torch.randn(3, 4, 16, 8)
    with torch.no_grad():
        before = encode_independently(encoder, parts)
        assert before.shape == (3, 4, encoder.width)
        order = torch.tensor([2, 0, 3, 1])
        torch.testing.assert_close(encode_independently(encoder, parts[:, order]), before[:, order])
        changed = parts.clone()
        changed[:, 0] = parts[:, 0].flip(2)  # the level of every band stays
        torch.testing.assert_close(encode_independently(encoder, changed)[:, 1:], before[:, 1:])
        torch.testing.assert_close(encode_independently(encoder, parts[:1]), before[:1])
