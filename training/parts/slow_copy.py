"""A second copy of a network that follows the first one slowly and never gets a gradient."""

import copy
from collections.abc import Iterator
from itertools import chain
from typing import TypeVar

import torch
from torch import Tensor, nn

from training.parts.memory import Memory

M = TypeVar("M", bound=nn.Module)


def slow_copy(network: M) -> M:
    """A copy without gradients, equal to `network` at first; memories are shared with it, not copied."""
    shared = {id(module): module for module in network.modules() if isinstance(module, Memory)}
    copied = copy.deepcopy(network, shared).requires_grad_(False)
    for module in copied.modules():
        if isinstance(module, nn.RNNBase):
            module.flatten_parameters()  # cuDNN wants them in one piece, which a copy of each is not
    return copied


@torch.no_grad()
def follow(slow: nn.Module, fast: nn.Module, momentum: float) -> None:
    """slow ← momentum · slow + (1 − momentum) · fast, for parameters and floating-point buffers alike.

    Buffers that count (BatchNorm's number of batches) are copied. Leaving out the buffers would evaluate the slow
    copy with statistics of its start.
    """
    pairs = [(s, f) for s, f in zip(_tensors(slow), _tensors(fast), strict=True) if s is not f]
    floating = [(s, f) for s, f in pairs if s.is_floating_point()]
    if floating:  # all may be shared, and there is nothing to move then
        torch._foreach_lerp_([s for s, _ in floating], [f for _, f in floating], 1 - momentum)
    for s, f in pairs:
        if not s.is_floating_point():
            s.copy_(f)


def _tensors(network: nn.Module) -> Iterator[Tensor]:
    return chain(network.parameters(), network.buffers())
