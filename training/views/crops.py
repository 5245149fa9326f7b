"""Multi-crop: of every sound a few views of full length and several short ones, as in SwAV (Caron et al. 2020,
arXiv 2006.09882).

Shapes:  B clips, L large and S small crops of each, V and v frames (or samples) of a large and a small crop.
"""

from dataclasses import replace

from torch import Generator, Tensor

from training.devices.rows import ALONE, Alone
from training.views.mel import MelViews
from training.views.waveform import WaveformViews


def crops(
    views: MelViews | WaveformViews,
    hop_seconds: float,
    audio: Tensor,
    lengths: Tensor,
    generator: Generator,
    *,
    large: int,
    small: int,
    small_seconds: float,
    devices: Alone = ALONE,
) -> tuple[Tensor, Tensor]:
    """Random views of each clip: (L, B, F, V) and (S, B, F, v) log-mel, or (L, B, V) and (S, B, v) samples.

    audio is (B, F, T) mel power or (B, S) samples, lengths (B,) in frames or samples. The crops differ from each other
    as much as any two views do; a small one shows `small_seconds` instead of the length of a view. The
    `devices` of a run share the crops out.
    """

    def several(kind: MelViews | WaveformViews, count: int) -> Tensor:
        copies, ends = audio.repeat(count, *[1] * (audio.dim() - 1)), lengths.repeat(count)
        if isinstance(kind, MelViews):
            made = kind(copies, ends, kind.frames(hop_seconds), generator, hop_seconds, devices=devices)
        else:
            made = kind(copies, ends, generator, devices=devices)
        return made.unflatten(0, (count, len(audio)))

    return several(views, large), several(replace(views, crop_seconds=small_seconds), small)
