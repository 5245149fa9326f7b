"""Short parts of a clip, each heard for itself by one encoder.

Shapes:  B clips, n parts of each, F mel bands, W frames of a part, D encoder width.
"""

from torch import Tensor

from training.encoders.encoder import Encoder


def encode_independently(encoder: Encoder, parts: Tensor) -> Tensor:
    """h (B, n, D) of raw log-mel parts (B, n, F, W).

    What an encoder takes away of a whole clip beforehand, such as a band's mean, is found over the parts given here,
    together: nothing that isn't heard has a part in it, nor does the order of the parts.
    """
    count, frames = parts.shape[1], parts.shape[3]
    together = encoder.standardised(parts.transpose(1, 2).flatten(2), None)  # (B, F, n · W)
    alone = together.unflatten(2, (count, frames)).transpose(1, 2).flatten(0, 1)  # (B · n, F, W)
    return encoder.pooled(encoder.frames(alone)).unflatten(0, (len(parts), count))
