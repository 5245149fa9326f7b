"""What one step trains on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """B clips, whole, on the device. Views are made of it; nothing in it is random any more.

    Shapes: F mel bands, T frames, S samples.
    """

    clips: Tensor
    """(B,) int64: which clips of the data these are."""
    audio: Tensor
    """(B, F, T) levelled mel power or (B, S) samples, by the encoder's domain; zero past each clip's length."""
    lengths: Tensor
    """(B,) int64: frames or samples of each clip."""
    groups: Tensor
    """(B,) int64: which speaker, file or instrument each clip comes from."""
    recordings: Tensor
    """(B,) int64: which recording each clip was cut from; the windows of one file share it."""
    companions: Mapping[str, Tensor] = field(default_factory=dict)
    """What lies beside the sound (caption tokens, pictures), as the method's own `companions` turned it to tensors."""
