"""Ways to spoil a spectrogram that a model then has to mend.

Every function takes its random amounts as arguments, works on a whole batch at once on the batch's device, and is pure.
What is hidden becomes `fill`, a number, so that it looks like neither sound nor silence where fill is the data's mean.

Shapes:  B clips, F mel bands, V frames.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor


def zeroed(x: Tensor, uniforms: Tensor, part: Tensor, fill: Tensor) -> Tensor:
    """x (B, F, V) without `part` (B,) of its cells, which are as large as uniforms (B, f, v) leave room for.

    A cell is hidden where its uniform is smaller than the part: with f = F and v = V single values are left out.
    """
    hidden = (uniforms < part[:, None, None]).to(x.dtype)
    return torch.where(functional.interpolate(hidden[:, None], size=x.shape[1:])[:, 0] > 0, fill, x)


def cropped(x: Tensor, inside: Tensor, place: Tensor, part: Tensor, fill: Tensor) -> Tensor:
    """x (B, F, V) of whose own frames `inside` (B, V) only one stretch is left: `part` (B,) of them, at least one.

    `place` (B,) from 0 to 1 says where in the room that it has.
    """
    own = inside.sum(1)
    kept = (part * own).ceil().clamp(min=1)
    first = (place * (own - kept + 1).clamp(min=0)).floor()
    number = inside.cumsum(1) - 1  # which of the clip's own frames it is
    left = inside & (number >= first[:, None]) & (number < (first + kept)[:, None])
    return torch.where(left[:, None], x, fill)


def reordered(x: Tensor, uniforms: Tensor, part: Tensor) -> Tensor:
    """x (B, F, V) with stretches of V / n frames in another order; uniforms (B, n), what is over at the end stays.

    `part` (B,) of the stretches change places, those with the smallest uniforms: each makes room for the one with the next
    larger uniform, the last for the first. So none of them stays where it was, unless it is alone.
    """
    count = uniforms.shape[1]
    frames = x.shape[2] // count
    ranked = uniforms.argsort(1)  # (B, n) stretches, the smallest uniform first
    moving = (part * count).round().long()[:, None]
    rank = torch.arange(count, device=x.device).expand_as(ranked)
    following = torch.where(rank < moving, (rank + 1) % moving.clamp(min=1), rank)
    order = torch.empty_like(ranked).scatter_(1, ranked, ranked.gather(1, following))  # which stretch stands at place i
    at = (order[:, :, None] * frames + torch.arange(frames, device=x.device)).flatten(1)  # (B, n · frames)
    rest = torch.arange(count * frames, x.shape[2], device=x.device).expand(len(x), -1)
    return x.gather(2, torch.cat([at, rest], dim=1)[:, None].expand_as(x))


def band_filtered(x: Tensor, place: Tensor, part: Tensor, fill: Tensor) -> Tensor:
    """x (B, F, V) without a band of mels: `part` (B,) of the mel axis, `place` (B,) from 0 to 1 in its room.

    To put it back is what colouring a grey picture is among pictures.
    """
    return torch.where(band(place, part, x.shape[1])[:, :, None], fill, x)


def band(place: Tensor, part: Tensor, bands: int) -> Tensor:
    """(B, F): a band of neighbouring mels, `part` (B,) of the axis wide, `place` (B,) from 0 to 1 in its room."""
    width = (part * bands).round()
    first = (place * (bands - width + 1)).floor()
    at = torch.arange(bands, device=place.device)
    return (at >= first[:, None]) & (at < (first + width)[:, None])
