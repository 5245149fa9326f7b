"""Random resize crop of a spectrogram, as in BYOL-A (Niizumi et al. 2021, arXiv 2103.06695, section III-C).

Shapes:  B clips, F mel bands, V frames.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor

CANVAS = 1.5
"""Length of the empty canvas around the spectrogram, in spectrograms; it is as high as the spectrogram."""


def crop_of(
    bands: int, frames: int, height: Tensor, width: Tensor, place: Tensor, moment: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Bottom, left, height and width of a rectangle (B,) each, in bands and frames.

    `height` and `width` (B,) are in spectrograms, and cut to what the canvas holds; `place` and `moment` (B,) from 0 to
    1 say where in its room the rectangle lies.
    """
    high, wide = height.clamp(max=1.0) * bands, width.clamp(max=CANVAS) * frames
    return place * (bands - high), moment * (CANVAS * frames - wide) - (CANVAS - 1) / 2 * frames, high, wide


def resized_crop(x: Tensor, bottom: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """The rectangle from (bottom, left), in bands and frames, blown up or shrunk to (B, F, V) by bicubic interpolation.

    All amounts (B,). Outside of x all is 0.
    """
    _, bands, frames = x.shape
    down, across = ((torch.arange(n, device=x.device, dtype=x.dtype) + 0.5) / n for n in (bands, frames))
    rows = down * height[:, None] + bottom[:, None]  # (B, F)
    columns = across * width[:, None] + left[:, None]  # (B, V)
    grid = torch.stack(
        [
            (columns / frames * 2 - 1)[:, None].expand(-1, bands, -1),
            (rows / bands * 2 - 1)[:, :, None].expand(-1, -1, frames),
        ],
        dim=-1,
    )
    return functional.grid_sample(x[:, None], grid, mode="bicubic", align_corners=False)[:, 0]
