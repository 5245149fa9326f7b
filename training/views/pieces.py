"""Pieces of a clip for puzzles: where each one comes from must be told from what it holds, and from nothing else.

Pure and batched; the random amounts are handed in.

Shapes:  B clips, F mel bands, V frames of a view, N pieces, W frames of a piece.
"""

from functools import lru_cache
from itertools import permutations

import torch
from torch import Generator, Tensor

CANDIDATES = 20_000
"""Of more pieces than seven, so many orders are drawn from which the far-apart ones are chosen."""


def pieces(x: Tensor, inside: Tensor, jitter: Tensor, count: int, width: int, gap: float) -> Tensor:
    """(B, F, V) → (B, N, F, W): the clip's frames `inside` (B, V), cut into `count` cells and a piece out of each.

    A piece is at most 1 − `gap` of its cell, in whole frames, and `jitter` (B, N) from 0 to 1 says at which frame of the
    cell it begins. Where the clip is long enough, a frame is left out between two neighbours: a frame that both hold a
    part of would tell that they are. A piece is drawn out or pressed together to W frames, by linear interpolation over
    time, so that short clips give slow pieces and none holds silence from beyond the clip's end. All of a clip's pieces
    begin at a whole frame and are blended alike: noise between two frames is weaker, and would tell where a piece begins.
    """
    first, own = (frames[:, None] for frames in unblended(inside))  # (B, 1)
    cell = own // count
    length = torch.minimum(((1 - gap) * own / count).long(), cell - 1).clamp(min=1)
    room = (jitter * (cell - length).clamp(min=1)).long()  # (B, N)
    start = first + torch.arange(count, device=x.device) * own // count + room
    at = start[:, :, None] + (length - 1)[:, :, None] * torch.linspace(0, 1, width, device=x.device)  # (B, N, W)
    return between_frames(x, at.flatten(1).clamp(max=x.shape[2] - 1)).unflatten(2, (count, width)).transpose(1, 2)


def unblended(inside: Tensor) -> tuple[Tensor, Tensor]:
    """Which of the frames `inside` (B, V) is the first but one, and how many (B,) there are without the first and last.

    Those two share samples with the silence around the clip, which would tell its beginning and its end.
    """
    return inside.int().argmax(1) + 1, (inside.sum(1) - 2).clamp(min=0)


def between_frames(x: Tensor, at: Tensor) -> Tensor:
    """x (B, F, V) at times (B, A) in frames, whole or not, by linear interpolation → (B, F, A)."""
    bands, frames = x.shape[1:]
    left = at.floor().clamp(0, frames - 2)
    index = left.long()[:, None].expand(-1, bands, -1)
    return torch.lerp(x.gather(2, index), x.gather(2, index + 1), (at - left)[:, None])


def levelled_pieces(parts: Tensor) -> Tensor:
    """Each piece (B, N, F, W) at mean 0 and standard deviation 1 of its own values.

    Otherwise the loudness at which a sound begins and fades would tell where a piece comes from (Noroozi and Favaro
    2016, arXiv 1603.09246, section 4.2, do so for the mean and the standard deviation of colours).
    """
    mean = parts.mean((2, 3), keepdim=True)
    deviation = parts.std((2, 3), keepdim=True, correction=0)
    return (parts - mean) / deviation.clamp(min=1e-3)


def shuffled(parts: Tensor, orders: Tensor) -> Tensor:
    """(B, N, …) with orders (B, N) → the same, at place i the piece number orders[:, i]."""
    index = orders.view(*orders.shape, *[1] * (parts.dim() - 2)).expand(-1, -1, *parts.shape[2:])
    return parts.gather(1, index)


@lru_cache(maxsize=8)
def far_apart_orders(count: int, wanted: int) -> Tensor:
    """(K, N) int64: K orders of N pieces that differ from each other in as many places as can be.

    Greedy, as in arXiv 1603.09246, algorithm 1: the first is the true order, each further one has the largest mean
    Hamming distance to those before it; of equal ones the first in lexical order. The same for ever.
    """
    candidates = _candidates(count)
    wanted = min(wanted, len(candidates))
    chosen, distance = [0], torch.zeros(len(candidates))
    for _ in range(wanted - 1):
        distance += (candidates != candidates[chosen[-1]]).sum(1)
        distance[chosen[-1]] = -torch.inf
        chosen.append(int(distance.argmax()))
    return candidates[chosen]


def _candidates(count: int) -> Tensor:
    """Orders of `count` pieces in lexical order: all of them up to seven pieces, a fixed draw of more."""
    if count <= 7:
        return torch.tensor(list(permutations(range(count))))
    drawn = torch.rand(CANDIDATES, count, generator=Generator().manual_seed(0)).argsort(1)
    return torch.unique(torch.cat([torch.arange(count)[None], drawn]), dim=0)
