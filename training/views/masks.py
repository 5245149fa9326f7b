"""Which frames a model doesn't hear, and which other frames a true one must be told from.

Pure and batched; the random numbers are handed in.

Shapes:  B clips, V mel frames, U frames of an encoder, K frames drawn for each frame.
"""

import torch
import torch.nn.functional as functional
from torch import Tensor


def span_mask(uniforms: Tensor, inside: Tensor, part: float, span: int) -> Tensor:
    """(B, U): true where a frame is hidden, as wav2vec 2.0 does it (Baevski et al. 2020, arXiv 2006.11477, section 3.1).

    `part` of a clip's own frames `inside` (B, U), at least one, begin a span of `span` hidden frames; beginnings are
    drawn without repetition, those with the smallest of `uniforms` (B, U). Spans overlap, and end where the clip ends.
    """
    count = (part * inside.sum(1, keepdim=True)).round().clamp(min=1)
    rank = uniforms.masked_fill(~inside, 2.0).argsort(1).argsort(1)
    begins = (rank < count) & inside
    reached = functional.max_pool1d(functional.pad(begins.float(), (span - 1, 0)), span, stride=1) > 0
    return reached & inside


def other_frames(uniforms: Tensor, among: Tensor) -> Tensor:
    """(B, U, K) int64: for every frame K frames of the same clip, each drawn evenly from those `among` (B, U) but itself.

    uniforms (B, U, K). Frames that are the only one of their clip, or not among them, draw whatever there is.
    """
    count = among.sum(1)[:, None, None]
    own = among.cumsum(1)[:, :, None] - 1  # which of the frames among it is
    drawn = (own + 1 + (uniforms * (count - 1).clamp(min=1)).long()) % count.clamp(min=1)
    places = torch.argsort(~among, dim=1, stable=True)  # those among come first, in order
    return places[:, :, None].expand(-1, -1, uniforms.shape[2]).gather(1, drawn)


def frames_of_others(clips: Tensor, places: Tensor, inside: Tensor) -> Tensor:
    """(B, N) int64 into all B · U frames: for each clip N frames of other clips, drawn by uniforms (B, N) for clip and place."""
    batch = len(inside)
    own = torch.arange(batch, device=inside.device)[:, None]
    return _own_frames(places, (own + 1 + (clips * max(batch - 1, 1)).long()) % batch, inside)


def frames_of_mates(clips: Tensor, places: Tensor, inside: Tensor, groups: Tensor) -> tuple[Tensor, Tensor]:
    """The same, of those other clips that share a clip's group (B,); and which (B, N) are: none of a clip without such mates."""
    mates = (groups[:, None] == groups) & inside.any(1)  # (B, B)
    mates = mates & ~torch.eye(len(mates), dtype=torch.bool, device=mates.device)
    count = mates.sum(1, keepdim=True)
    order = torch.argsort(~mates, dim=1, stable=True)  # the mates come first
    frames = _own_frames(places, order.gather(1, (clips * count).long()), inside)
    return frames, (count > 0).expand_as(frames)


def _own_frames(places: Tensor, clip: Tensor, inside: Tensor) -> Tensor:
    """(B, N) int64 into all B · U frames: one of the frames `inside` (B, U) each `clip` (B, N), by uniforms `places`."""
    order = torch.argsort(~inside, dim=1, stable=True)  # a clip's own frames come first
    return clip * inside.shape[1] + order[clip, (places * inside.sum(1)[clip]).long()]


def own_steps(shown: Tensor, stride: int) -> Tensor:
    """(B, V) frames of the clip itself → (B, V / stride): steps all of whose frames are."""
    steps = shown.shape[1] // stride
    return shown[:, : steps * stride].unflatten(1, (steps, stride)).all(2)
