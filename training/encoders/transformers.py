"""Transformers over rectangles of the spectrogram, in the manner of AST and AudioMAE (arXiv 2104.01778, 2207.06405).

Differs: 1. Three narrow layers at size S, and patches of 8 bands by 4 frames or of all bands by 2 frames, so that two CPU cores
            see hundreds of clips a second. 2. No token for the class: a clip is the pooling of its frames. 3. A frame of
            the output holds all bands side by side, as in MSM-MAE (2204.12260): their mean would forget which band
            was loud (docs/experiments.md has the trials).
Shapes:  B clips, F mel bands, T input frames, U output frames, G patches over the bands, N = U · G patches,
         P values of a patch, E width of a token, D = G · E width.
"""

import math
from typing import ClassVar

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Domain, Encoder, Size

VIT_TINY = {"width": 192, "depth": 12, "heads": 3, "dense": 4}
VIT_SMALL = {"width": 384, "depth": 12, "heads": 6, "dense": 4}
"""Of Touvron et al. 2021 (DeiT), arXiv 2012.12877, table 1."""


class Transformer(Encoder):
    """Patches, a linear layer with fixed positions, and pre-norm blocks of attention.

    Patch n covers the time n // G and the bands of n % G: all bands of a moment, then the next moment. A method may
    drop tokens between `embedded`, which adds the positions, and `context`.
    """

    domain: ClassVar[Domain] = "mel"
    by_rows: ClassVar[tuple[str, ...]] = (*Encoder.by_rows, "layers", "context")

    def __init__(
        self,
        mels: int,
        patch_bands: int,
        patch_frames: int,
        width: int = 128,
        depth: int = 3,
        heads: int = 4,
        dense: int = 3,
    ) -> None:
        super().__init__(mels)
        self.patch_bands, self.stride, self.token_width = patch_bands, patch_frames, width
        self.across = math.ceil(mels / patch_bands)
        """G."""
        self.width = self.across * width
        self.embedding = nn.Linear(patch_bands * patch_frames, width)
        self.blocks = nn.ModuleList(Block(width, heads, dense) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def patches(self, x: Tensor) -> Tensor:
        """Standardised (B, F, T) → (B, N, P), values of a patch band by band; what doesn't fill one is padded by 0."""
        batch, bands, length = x.shape
        frames = -(-length // self.stride)
        x = functional.pad(x, (0, frames * self.stride - length, 0, self.across * self.patch_bands - bands))
        cells = x.view(batch, self.across, self.patch_bands, frames, self.stride)
        return cells.permute(0, 3, 1, 2, 4).reshape(batch, frames * self.across, -1)

    def spectrogram(self, patches: Tensor) -> Tensor:
        """What `patches` cut up, put together again: (B, N, P) → (B, G · bands of a patch, U · stride)."""
        cells = patches.unflatten(1, (-1, self.across)).unflatten(3, (self.patch_bands, self.stride))
        return cells.permute(0, 2, 3, 1, 4).flatten(3).flatten(1, 2)

    def embedded(self, patches: Tensor) -> Tensor:
        """(B, N, P) → tokens (B, N, E) that know their place."""
        tokens: Tensor = self.embedding(patches)
        return tokens + self.positions(patches.shape[1], patches.device).to(tokens.dtype)

    def with_holes(self, x: Tensor, hidden: Tensor, hole: Tensor) -> Tensor:
        """Tokens (B, N, E) of standardised (B, F, T); where `hidden` (B, N) it is `hole` (E,), which knows its place alone."""
        tokens = self.embedded(self.patches(x))
        empty = hole + self.positions(tokens.shape[1], x.device)  # (N, E)
        return torch.where(hidden[:, :, None], empty.to(tokens.dtype), tokens)

    def positions(self, count: int, device: torch.device) -> Tensor:
        """(N, E): sines and cosines of the time in the first half (or all, where G = 1), of the bands in the second."""
        at = torch.arange(count, device=device)
        if self.across == 1:
            return waves(at, self.token_width)
        half = self.token_width // 2
        return torch.cat([waves(at // self.across, half), waves(at % self.across, half)], dim=1)

    def layers(self, tokens: Tensor, beyond: Tensor | None = None) -> list[Tensor]:
        """The output (B, N, E) of every block; tokens where `beyond` (B, N) are attended by none."""
        attended = None if beyond is None else ~beyond[:, None, None]  # (B, 1, 1, N)
        outputs = []
        for block in self.blocks:
            tokens = block(tokens, attended)
            outputs.append(tokens)
        return outputs

    def context(self, tokens: Tensor, beyond: Tensor | None = None) -> Tensor:
        """(B, N, E) → (B, N, E): the last block's output, normalised."""
        found: Tensor = self.norm(self.layers(tokens, beyond)[-1])
        return found

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, F, T) → (B, U, D)."""
        tokens = self.embedded(self.patches(x))
        beyond = None
        if lengths is not None:
            moment = torch.arange(tokens.shape[1], device=x.device) // self.across
            beyond = moment >= self.own_frames(lengths, tokens.shape[1] // self.across)[:, None]
        return self.side_by_side(self.context(tokens, beyond))

    def side_by_side(self, tokens: Tensor) -> Tensor:
        """All tokens (B, N, E) → (B, U, D): those of a moment, one band after the other."""
        return tokens.unflatten(1, (-1, self.across)).flatten(2)


class PatchTransformer(Transformer):
    """Patches of 8 bands by 4 frames."""

    title = "Transformer over patches"
    summary = "Attention between rectangles of the mel spectrogram: for masked methods, and slower to learn than convolutions."

    sizes: ClassVar = {
        "S": Size(283_000),
        "M": Size(1_190_000, {"width": 128, "depth": 6, "dense": 4}),
        "L": Size(5_350_000, VIT_TINY),
        "XL": Size(21_300_000, VIT_SMALL),
    }

    def __init__(self, mels: int, width: int = 96, depth: int = 3, heads: int = 4, dense: int = 3) -> None:
        super().__init__(mels, 8, 4, width, depth, heads, dense)


class FrameTransformer(Transformer):
    """Patches of all bands by 2 frames."""

    title = "Transformer over frames"
    summary = "Attention between moments of 40 ms, each with all its mel bands: for methods that hide frames."

    sizes: ClassVar = {
        "S": Size(507_000),
        "M": Size(1_350_000, {"width": 192, "depth": 3, "dense": 4}),
        "L": Size(4_760_000, {"width": 256, "depth": 6, "dense": 4}),
        "XL": Size(21_300_000, VIT_SMALL),
    }

    def __init__(self, mels: int, width: int = 128, depth: int = 3, heads: int = 4, dense: int = 3) -> None:
        super().__init__(mels, mels, 2, width, depth, heads, dense)


class Block(nn.Module):
    """x + attention(norm(x)), then x + dense(norm(x)); no dropout, so that a loss draws nothing.

    The dense layers are `dense` times as wide inside.
    """

    def __init__(self, width: int, heads: int, dense: int = 3) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm, self.dense_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked = nn.Linear(width, 3 * width)
        self.told = nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, dense * width), nn.GELU(), nn.Linear(dense * width, width))

    def forward(self, x: Tensor, attended: Tensor | None = None) -> Tensor:
        """(B, N, E) → (B, N, E); `attended` (B, 1, 1, N) is true where a token may be looked at."""
        split = self.asked(self.attention_norm(x)).unflatten(2, (3, self.heads, -1))  # (B, N, 3, heads, D / heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        heard = attention(query, key, value, attended)
        x = x + self.told(heard.transpose(1, 2).flatten(2))
        return x + self.dense(self.dense_norm(x))


def attention(query: Tensor, key: Tensor, value: Tensor, attended: Tensor | None) -> Tensor:
    """softmax(q · k / √d) v, of (B, heads, N, d) three times; `attended` is true where a token may be looked at.

    Spelled out where there is something to learn: in bfloat16 on a CPU the fused one takes ten times as long backwards.
    """
    if query.is_cuda or not query.requires_grad:
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=attended)
    scores = query @ key.transpose(2, 3) * query.shape[3] ** -0.5  # (B, heads, N, N)
    if attended is not None:
        scores = scores.masked_fill(~attended, -torch.inf)
    return scores.softmax(3) @ value


def waves(at: Tensor, width: int) -> Tensor:
    """Vaswani et al.'s positions: (N,) → (N, width), sines then cosines of wavelengths from 2π to 2π · 10,000."""
    rates = torch.exp(torch.arange(width // 2, device=at.device) * (-math.log(10_000) / (width // 2)))
    angles = at[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)
