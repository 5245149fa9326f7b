"""What each block of an encoder, and projector and predictor after it, say of clips: the stages of a model.

An encoder needs to declare nothing: its activations, recurrent layers and modules of its own are its blocks. Their outputs are
averaged over the clip's own frames (and over bands), so that a stage is as wide as its channels.
Shapes:  B clips, T input frames or samples, U output frames, C channels, D encoder width.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import torch
from torch import Generator, Tensor, nn

from training.embedder import projected, whole_clips
from training.encoders.encoder import Encoder
from training.methods.method import Method
from training.parts.own_statistics import own_statistics

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d)


@torch.no_grad()
def of_clips(method: Method, audio: Tensor, lengths: Tensor) -> dict[str, Tensor]:
    """Each block's output (B, C) and "encoder" h (B, D), in the order in which they come, of whole clips as `embed_audio`
    hears them."""
    return whole_clips(method, audio, lengths, lambda x, own: _heard(method, x, own))


@torch.no_grad()
def of_views(method: Method, audio: Tensor, lengths: Tensor, count: int, generator: Generator) -> dict[str, Tensor]:
    """The same of `count` random views of each clip: (B, count, C)."""
    pairs = [method.augment.pair(audio, lengths, generator) for _ in range((count + 1) // 2)]
    heard = [_heard(method, view, None) for pair in pairs for view in pair][:count]
    return {name: torch.stack([one[name] for one in heard], dim=1) for name in heard[0]}


@torch.no_grad()
def with_heads(method: Method, found: dict[str, Tensor]) -> dict[str, Tensor]:
    """And "projector" and "predictor" behind "encoder" (…, D), where the method has them."""
    h = found["encoder"]
    if method.projection(h.flatten(0, -2)[:1]) is None:
        return found
    z = projected(method, h.flatten(0, -2))
    found = {**found, "projector": z.unflatten(0, h.shape[:-1])}
    with own_statistics(method):
        predicted = method.after_projection(z)
    if predicted is not None:
        found["predictor"] = predicted.float().unflatten(0, h.shape[:-1])
    return found


def blocks(encoder: Encoder) -> list[tuple[nn.Module, bool]]:
    """The modules whose outputs are stages, and whether these have their channels before the frames."""
    return list(_blocks(encoder, False))


def _blocks(module: nn.Module, channels_first: bool) -> Iterator[tuple[nn.Module, bool]]:
    children = list(module.children())
    channels_first = any(isinstance(child, CONVOLUTIONS) for child in children)
    for child in children:
        if isinstance(child, nn.ReLU | nn.GELU | nn.RNNBase):
            yield child, channels_first
        elif isinstance(child, nn.Sequential | nn.ModuleList) or any(
            isinstance(inner, nn.ModuleList) for inner in child.children()
        ):
            yield from _blocks(child, False)
        elif next(child.children(), None) is not None:  # a module of the encoder's own
            yield child, any(isinstance(inner, CONVOLUTIONS) for inner in child.modules())


def _heard(method: Method, x: Tensor, lengths: Tensor | None) -> dict[str, Tensor]:
    share = None if lengths is None else lengths / x.shape[-1]
    found: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        for module, channels_first in blocks(method.encoder):

            def keep(_: nn.Module, __: Any, said: Any, first: bool = channels_first) -> None:
                said = said[0] if isinstance(said, tuple) else said  # a recurrent layer tells its last state too
                found[f"block {len(found) + 1}"] = _averaged(said, first, len(x), share)

            hooks.callback(module.register_forward_hook(keep).remove)
        h = method.embed(x, lengths)
    return {**found, "encoder": h.float()}


def _averaged(said: Tensor, channels_first: bool, batch: int, share: Tensor | None) -> Tensor:
    """(B, C) of (B, C, F, U), (B, C, U), (B, U, C) or (B · U, C), over the first `share` (B,) of the frames U."""
    said = said.float()
    if channels_first:
        said = said.flatten(2, -2).mean(2) if said.dim() == 4 else said  # (B, C, U)
        said = said.transpose(1, 2)
    elif said.dim() == 2:
        said = said.unflatten(0, (batch, -1))
    frames = said.shape[1]
    own = torch.full((batch,), frames) if share is None else (share * frames).ceil().clamp(1, frames)
    inside = (torch.arange(frames, device=said.device) < own[:, None].to(said.device))[:, :, None]
    return (said * inside).sum(1) / inside.sum(1)
