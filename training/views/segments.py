"""Two stretches of one recording: anywhere in it, near each other, or far apart.

A recording shorter than two segments gives shorter stretches, of half of it each, so that there are always two which
don't overlap; the rest of such a segment is silence. Of a spoken digit of .4 s these are its two halves.

Pure, batched, on the device, amounts handed in.

Shapes:  B clips, T frames or samples of the clips, V frames or samples of a segment.
"""

import torch
from torch import Tensor


def stretch_lengths(lengths: Tensor, longest: int) -> Tensor:
    """(B,) how much of each clip a segment of it shows: `longest`, or half of a clip shorter than two of those."""
    return (lengths // 2).clamp(1, longest)


def starts_anywhere(room: Tensor, uniform: Tensor) -> Tensor:
    """(B, 2) starts, each anywhere from 0 to `room` (B,) and whatever the other is; uniform (B, 2) in [0, 1)."""
    return (uniform * (room[:, None] + 1)).long()


def starts_apart(room: Tensor, least: Tensor, most: Tensor, uniform: Tensor) -> Tensor:
    """(B, 2) starts from 0 to `room` (B,), at a distance from `least` to `most` (B,), as far as there is room for it.

    All distances are equally likely, and either may come first; uniform (B, 3) in [0, 1).
    """
    least, most = torch.minimum(least, room), torch.minimum(most, room)
    distance = least + (uniform[:, 0] * (most - least + 1)).long()
    earlier = (uniform[:, 1] * (room - distance + 1)).long()
    pair = torch.stack([earlier, earlier + distance], dim=1)
    return torch.where(uniform[:, 2:] < 0.5, pair, pair.flip(1))


def starts_beyond(room: Tensor, anchors: Tensor, least: Tensor, uniform: Tensor) -> tuple[Tensor, Tensor]:
    """(B,) starts from 0 to `room` (B,), at least `least` (B,) from the anchors' (B,), and where there are any (B,).

    All of them are equally likely, on both sides; where there is none it is 0. uniform (B,) in [0, 1).
    """
    before = (anchors - least + 1).clamp(min=0)  # how many starts there are on each side
    after = (room - anchors - least + 1).clamp(min=0)
    drawn = (uniform * (before + after)).long()
    starts = torch.where(drawn < before, drawn, anchors + least + drawn - before)
    there = before + after > 0
    return starts * there, there


def cut(audio: Tensor, starts: Tensor, lengths: Tensor, longest: int) -> Tensor:
    """Of audio (B, …, T) what lies from `starts` (B,) on for `lengths` (B,): (B, …, V), silence past each end.

    A stretch that reaches past the audio's end is an error of the caller: it shows the last frame again.
    """
    at = torch.arange(longest, device=audio.device)
    index = (starts[:, None] + at).clamp(max=audio.shape[-1] - 1)  # (B, V)
    shape = (len(audio), *[1] * (audio.dim() - 2), longest)
    stretch = audio.gather(-1, index.view(shape).expand(*audio.shape[:-1], longest))
    return stretch * (at < lengths[:, None]).view(shape)
