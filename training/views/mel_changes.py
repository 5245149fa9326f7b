"""What can be done to mel power, each change for a whole batch at once on the batch's device, and pure.

The random amounts are arguments; training.views.mel draws them.

Shapes:  B clips, F mel bands, T frames of the clips, V frames of the view.
"""

import math
from functools import lru_cache

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.spectrogram import FLOOR

NOISE_POOL = 1 << 18
"""Drawing exponential noise for every step is slow; each view reads a random stretch of so many draws, see `pool_of`."""


def placement(lengths: Tensor, frames: int, uniform: Tensor, freedom: float) -> Tensor:
    """Where in the view (in view frames) each clip begins, (B,).

    A clip shorter than the view lies somewhere in the first `freedom` of the room that it leaves; of a longer one
    any stretch is shown.
    """
    room = frames - lengths
    return uniform * torch.where(room > 0, room * freedom, room)


def shown(lengths: Tensor, frames: int, starts: Tensor, stretch: Tensor) -> Tensor:
    """(B, V): which view frames lie nearest to one of their clip's own frames."""
    time = (torch.arange(frames, device=lengths.device) - starts[:, None]) * stretch[:, None]
    return (time >= -0.5) & (time < lengths[:, None] - 0.5)


def warped(
    power: Tensor, frames: int, *, starts: Tensor, stretch: Tensor, frequency_scale: Tensor, frequency_shift: Tensor
) -> Tensor:
    """(B, F, T) power, seen through a window of `frames` frames → (B, F, V), by one bilinear interpolation.

    View frame v of a clip is its frame (v − start) · stretch; view band f, counted from −1 to 1 over the mel axis, is
    its band f · scale + shift. Outside of the clip is silence; beyond the mel axis its edge band goes on.
    """
    _, bands, length = power.shape
    time = (torch.arange(frames, device=power.device) - starts[:, None]) * stretch[:, None]  # (B, V)
    centres = (torch.arange(bands, device=power.device) + 0.5) / bands * 2 - 1
    edge = 1 - 1 / bands
    band = (centres * frequency_scale[:, None] + frequency_shift[:, None]).clamp(-edge, edge)  # (B, F)
    grid = torch.stack(
        [((time + 0.5) / length * 2 - 1)[:, None].expand(-1, bands, -1), band[:, :, None].expand(-1, -1, frames)],
        dim=-1,
    )
    return functional.grid_sample(power[:, None], grid.to(power.dtype), align_corners=False)[:, 0]


def mixed(power: Tensor, others: Tensor, amounts: Tensor) -> Tensor:
    """(1 − a) · clip + a · other, in power, so that it is a mixture of sounds and not of pictures. amounts (B,)."""
    return torch.lerp(power, others, amounts[:, None, None])


def pool_of(bands: int, frames: int) -> int:
    """How many draws there are to read noise for one view from: twice what it needs at least, so that few views hear the same."""
    return max(NOISE_POOL, 1 << (2 * bands * frames - 1).bit_length())


def coloured_noise(level: Tensor, tilt: Tensor, offsets: Tensor, bands: int, frames: int) -> Tensor:
    """(B, F, V) power of steady noise: level (B,) times e^(tilt · f) over the mel axis f from −1 to 1; tilt (B, 1).

    The power of Gaussian noise in one bin is exponentially distributed; the draws come from a fixed pool of
    `pool_of(bands, frames)`, read from `offsets` (B,).
    """
    # Stretches of the pool as they lie: number by number they would take six times as long.
    stretches = _noise_pool(level.device, pool_of(bands, frames)).unfold(0, bands * frames, 1)
    draws = stretches[offsets].view(-1, bands, frames)
    colour = (tilt * torch.linspace(-1, 1, bands, device=level.device)).exp()
    return draws * (level[:, None] * colour)[:, :, None]


def equalised(power: Tensor, gains: Tensor) -> Tensor:
    """Power times e^g, g running straight between the knots `gains` (B, K) over the mel axis."""
    curve = functional.interpolate(gains[:, None], size=power.shape[1], mode="linear", align_corners=True)[:, 0]
    return power * curve.exp()[:, :, None]


def masked(x: Tensor, place: Tensor, width: Tensor, axis: int) -> Tensor:
    """Log-mel with one stretch of an axis set to silence; width (B,) in parts of the axis, place (B,) in its room."""
    size = x.shape[axis]
    first = place * (1 - width) * size
    at = torch.arange(size, device=x.device)
    hidden = (at >= first[:, None]) & (at < (first + width * size)[:, None])  # (B, size)
    return x.masked_fill(hidden[:, None] if axis == 2 else hidden[:, :, None], math.log(FLOOR))


@lru_cache(maxsize=2)
def _noise_pool(device: torch.device, count: int) -> Tensor:
    draws = torch.empty(count).exponential_(generator=torch.Generator().manual_seed(0))
    return draws.to(device)
