"""The least that a method must compute: its encoder's forward and backward on tensors that are ready, and a slow copy's forward.

Every call of a layer of an encoder is noted while the method computes its loss once, and replayed: nothing is drawn, changed,
compared or updated. What lies between the layers (pooling, a loss, a projector) is not counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from benchmarks.throughput.steps import Trained
from training.encoders.encoder import Encoder


@dataclass
class Call:
    """One call of a layer: with which arguments, and whether anything is learned from it."""

    layer: nn.Module
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    learns: bool


def calls_of(trained: Trained) -> list[Call]:
    """The outermost calls of encoders and of their layers in one loss."""
    found: list[Call] = []
    depth = 0

    def enters(layer: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        nonlocal depth
        if depth == 0:
            learns = torch.is_grad_enabled() and any(weight.requires_grad for weight in layer.parameters())
            found.append(Call(layer, tree_map(_ready, arguments), tree_map(_ready, named), learns))
        depth += 1

    def leaves(*_: Any) -> None:
        nonlocal depth
        depth -= 1

    encoders = [module for module in trained.learner.method.modules() if isinstance(module, Encoder)]
    layers = {id(layer): layer for encoder in encoders for layer in encoder.modules() if _is_layer(layer)}.values()
    hooks = [layer.register_forward_pre_hook(enters, with_kwargs=True) for layer in layers]
    hooks += [layer.register_forward_hook(leaves, always_call=True) for layer in layers]
    try:
        trained.losses(trained.views()).backward()
    finally:
        for hook in hooks:
            hook.remove()
    trained.learner.optimizer.zero_grad()
    return found


def limit(trained: Trained) -> Callable[[], None]:
    """One step's worth of them."""
    calls = calls_of(trained)
    if not calls:
        raise ValueError(f"{type(trained.learner.method).__name__} called no layer of an encoder")

    def run() -> None:
        for call in calls:
            with trained.machine.autocast(), torch.set_grad_enabled(call.learns):
                out = call.layer(*call.arguments, **call.named)
            if call.learns:
                reached = [x for x in tree_leaves(out) if isinstance(x, Tensor) and x.requires_grad]
                torch.stack([x.float().square().mean() for x in reached]).sum().backward()
        trained.learner.optimizer.zero_grad()

    return run


def _is_layer(module: nn.Module) -> bool:
    return any(True for _ in module.parameters())


def _ready(value: Any) -> Any:
    if isinstance(value, Tensor):
        ready = value.detach().clone()
        return ready.requires_grad_(value.requires_grad) if value.is_floating_point() else ready
    return value
