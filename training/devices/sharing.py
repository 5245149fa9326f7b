"""The parts of a method that are shared out by rows: its encoder and every copy of it, and the making of views.

Shapes:  R rows of the whole batch.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from training.devices.norms import synchronised
from training.devices.ranks import Ranks
from training.devices.rows import ALL
from training.encoders.encoder import Encoder
from training.errors import UserError
from training.methods.method import Method


def share(method: Method, ranks: Ranks) -> None:
    """From now on each encoder in `method`, what else it names in `by_rows`, and the making of views are of this process's
    rows alone, and take in those of the others.

    Only this very method does so, and no copy of it that was made before. Raises UserError for a network that draws random
    numbers: on each process it would draw others.
    """
    method.augment = replace(method.augment, devices=ranks)
    for encoder in (module for module in method.modules() if isinstance(module, Encoder)):
        _check_draws_nothing(encoder)
        for name in encoder.by_rows:
            setattr(encoder, name, _by_rows(getattr(encoder, name), ranks))
        _synchronise(encoder, ranks)
    for part in (getattr(method, name) for name in method.by_rows):
        _check_draws_nothing(part)
        part.forward = _by_rows(part.forward, ranks)
        _synchronise(part, ranks)


def _synchronise(network: nn.Module, ranks: Ranks) -> None:
    for norm in (module for module in network.modules() if isinstance(module, _BatchNorm)):
        norm.forward = partial(synchronised, norm, ranks)  # type: ignore[method-assign]  # this norm's alone


def _by_rows(function: Callable[..., Any], ranks: Ranks) -> Callable[..., Any]:
    """`function` of the own rows of its arguments, each (R, …) or None; what it gives has as many rows."""

    @wraps(function)
    def shared(*arguments: Tensor | None) -> Any:
        first = arguments[0]
        assert first is not None, "the first argument says how many rows there are"
        rows = ranks.rows(len(first))
        if rows is ALL:
            return function(*arguments)
        own = [None if x is None else rows.own(x) for x in arguments]
        with ranks.own_rows():
            found = function(*own)
        return rows.whole(found) if isinstance(found, Tensor) else [rows.whole(x) for x in found]

    return shared


def _check_draws_nothing(network: nn.Module) -> None:
    for module in network.modules():
        drawn = module.p if isinstance(module, nn.modules.dropout._DropoutNd) else getattr(module, "dropout", 0.0)
        if isinstance(drawn, float) and drawn > 0:
            raise UserError(
                f"The network {type(network).__name__} leaves out parts at random ({type(module).__name__}), so it cannot be "
                "shared by several devices; train it on one."
            )
