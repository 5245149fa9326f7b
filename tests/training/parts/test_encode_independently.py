"""Each part is heard for itself."""

import pytest
import torch

from training.encoders import ENCODERS
from training.parts.encode_independently import encode_independently


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
