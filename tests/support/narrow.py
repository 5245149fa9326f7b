"""Encoders with few channels and heads with few weights: what a test asks of every method seldom depends on widths."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from training.encoders import ENCODERS
from training.encoders.encoder import Size
from training.methods import METHODS
from training.settings import describe

CHANNELS = (8, 16, 32)
WIDTHS: Mapping[str, Mapping[str, Any]] = {
    "conv2d": {"channels": CHANNELS, "width": 64},
    "resnet": {"channels": CHANNELS, "width": 64},
    "patch_transformer": {"width": 32, "depth": 2},
    "frame_transformer": {"width": 64, "depth": 2},
    "conv_gru": {"width": 64},
    "frame_gru": {"width": 64},
    "bi_gru": {"width": 64},
    "masked_conv": {"width": 64},
    "conv1d": {"channels": CHANNELS, "width": 64},
    "wave_gru": {"width": 64},
    "wave_transformer": {"width": 64, "depth": 2, "channels": 32},
}
"""Encoder → what the constructor of its smallest size is given; every layer stays. Others are as wide as they are."""
MOST = 64
"""Of the widths of a head."""


@contextmanager
def narrow_encoders() -> Iterator[None]:
    """Within, size S of every encoder above has a tenth of its weights."""
    patches = [
        patch.object(ENCODERS[name], "sizes", {**ENCODERS[name].sizes, "S": Size(0, widths)})
        for name, widths in WIDTHS.items()
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def narrow_heads(method: str) -> dict[str, Any]:
    """The settings by which no layer of the method's own is wider than 64."""
    return {
        setting.name: MOST
        for setting in describe(METHODS[method].Config)
        if setting.name.endswith("_width") and setting.default > MOST
    }
