"""How gradients become steps, and how the learning rate goes over a run."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, AdamW, Optimizer

from training.config import RunConfig
from training.methods.method import Method


def _bare(method: Any) -> Any:
    """A method without what torch puts around it to shield it from its compiler."""
    return getattr(method, "__wrapped__", method)


class _Uncompiled(Optimizer):
    """An optimiser that torch's compiler is not imported for, as the wrappers of these methods do: nothing here is compiled,
    and the import takes every process that trains two seconds of a processor.
    """

    add_param_group = _bare(Optimizer.add_param_group)
    zero_grad = _bare(Optimizer.zero_grad)
    state_dict = _bare(Optimizer.state_dict)
    load_state_dict = _bare(Optimizer.load_state_dict)


class _AdamW(_Uncompiled, AdamW):
    step = torch.no_grad()(_bare(AdamW.step))


class _SGD(_Uncompiled, SGD):
    step = torch.no_grad()(_bare(SGD.step))


def optimizer_for(method: Method, config: RunConfig) -> Optimizer:
    """The run's optimiser over what learns.

    Biases and the parameters of norm layers are left out of the weight decay, and of LARS's adaptation: with LARS, whose
    rates are a thousand times larger, their own is `bias_rate` times that, as in Barlow Twins (.0048 for biases and .2 for
    weights). What the method names in `constant_rate` and in `rate_factors` has groups of its own, for which `set_rate`
    keeps the rate at its peak and multiplies it.
    """
    bias_rate = config.bias_rate if config.optimizer == "lars" else 1.0
    groups = [
        {
            "params": params,
            "lr": config.learning_rate * share,
            "weight_decay": config.weight_decay * decays,
            "adapts": decays,
            "constant": constant,
            "factor": share,
        }
        for constant in (False, True)
        for factor in sorted({1.0, *method.rate_factors.values()})
        for decays, share in ((True, factor), (False, factor * bias_rate))
        if (params := list(_learning(method, constant, factor, decays)))
    ]
    if config.optimizer == "sgd":
        return _SGD(groups, lr=config.learning_rate, momentum=0.9)
    if config.optimizer == "lars":
        return LARS(groups, lr=config.learning_rate)
    # One pass over each weight instead of one for each term: with networks as small as these, up to a fifth of a step.
    return _AdamW(groups, lr=config.learning_rate, fused=True)


def _learning(method: Method, constant: bool, factor: float, decays: bool) -> Iterator[Tensor]:
    """The parameters of one group."""
    for name, parameter in method.named_parameters():
        is_constant = any(name.startswith(f"{module}.") for module in method.constant_rate)
        own = next((f for module, f in method.rate_factors.items() if name.startswith(f"{module}.")), 1.0)
        wanted = (is_constant, own, parameter.dim() > 1) == (constant, factor, decays)
        if parameter.requires_grad and wanted:
            yield parameter


class LARS(_Uncompiled):
    """Layer-wise adaptive rates (You et al. 2017, arXiv 1708.03888): steps in proportion to the weights they change.

    For each parameter w with gradient g, weight decay β, momentum m, trust η and learning rate γ:

        d ← g + β w
        d ← d · η ‖w‖ / ‖d‖     (left as it is where a norm is 0, or where the group has adapts=False)
        v ← m v + d
        w ← w − γ v

    As in SimCLR, BYOL and Barlow Twins, the decay is part of the gradient whose norm is taken; the paper's own ratio is
    η ‖w‖ / (‖g‖ + β ‖w‖).
    """

    def __init__(
        self, params: Iterable[Any], lr: float, momentum: float = 0.9, weight_decay: float = 0.0, trust: float = 0.001
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "trust": trust, "adapts": True}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no loss to return
        """One step for all parameters that have a gradient."""
        assert closure is None, "the loss is not evaluated again"
        for group in self.param_groups:
            weights: list[Tensor] = [w for w in group["params"] if w.grad is not None]
            if not weights:
                continue
            gradients = [w.grad for w in weights if w.grad is not None]
            directions = torch._foreach_add(gradients, weights, alpha=group["weight_decay"])
            if group["adapts"]:
                sizes = torch.stack(torch._foreach_norm(weights))
                steepness = torch.stack(torch._foreach_norm(directions))
                ratios = torch.where((sizes > 0) & (steepness > 0), group["trust"] * sizes / steepness, 1.0)
                torch._foreach_mul_(directions, list(ratios))
            for w in weights:
                if not self.state[w]:
                    self.state[w]["velocity"] = torch.zeros_like(w)
            velocities = [self.state[w]["velocity"] for w in weights]
            torch._foreach_mul_(velocities, group["momentum"])
            torch._foreach_add_(velocities, directions)
            torch._foreach_add_(weights, velocities, alpha=-group["lr"])


def set_rate(optimizer: Optimizer, config: RunConfig, rate: float) -> None:
    """The step's learning rate for every group, times its factor; the peak for those whose rate stays there.

    Groups of older checkpoints say neither: theirs is the step's rate.
    """
    for group in optimizer.param_groups:
        group["lr"] = (config.learning_rate if group.get("constant") else rate) * group.get("factor", 1.0)


def scheduled_rate(config: RunConfig, step: int, progress: float) -> float:
    """Linear rise over the warm-up, then half a cosine to 0 at the end of the run.

    A run that is trained longer takes the rate that one of its new length would have at this `progress`: after twice the
    time half of the peak, after a tenth more next to nothing. So it needs no memory of how often it was made longer, and
    each of its ends is one at which the rate is 0.
    """
    rise = min(1.0, (step + 1) / max(1, config.warmup_steps))
    return config.learning_rate * rise * (1 + math.cos(math.pi * progress)) / 2
