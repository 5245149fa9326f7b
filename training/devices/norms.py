"""BatchNorm whose statistics are of the rows of all processes, and not of each one's own alone.

One norm for CPU and GPU: torch's SyncBatchNorm knows GPUs only.

Shapes:  N processes, r rows of this process, C channels, (r, C, …) what is normalised, M values of a channel in all rows.
"""

from typing import Any

import torch
import torch.nn.functional as functional
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from training.devices.ranks import Ranks


def synchronised(norm: _BatchNorm, ranks: Ranks, x: Tensor) -> Tensor:
    """What `norm` makes of this process's rows x (r, C, …), as if it saw the rows of all; its running statistics follow.

    In eval mode, and where every process has all rows, it is the norm's own forward pass.
    """
    if not (norm.training and ranks.within):
        return type(norm).forward(norm, x)
    weight = x.new_ones(x.shape[1], dtype=_exact(x)) if norm.weight is None else norm.weight
    y, mean, variance, count = _Normalised.apply(x, weight, norm.bias, norm.eps, ranks)
    if norm.running_mean is not None and norm.running_var is not None and norm.num_batches_tracked is not None:
        norm.num_batches_tracked.add_(1)
        share = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
        norm.running_mean.lerp_(mean.to(norm.running_mean.dtype), share)
        unbiased = variance * (count / (count - 1))
        norm.running_var.lerp_(unbiased.to(norm.running_var.dtype), share)
    found: Tensor = y
    return found


def _exact(x: Tensor) -> torch.dtype:
    """In which statistics are taken: never in half of the precision."""
    return torch.float64 if x.dtype == torch.float64 else torch.float32


class _Normalised(torch.autograd.Function):
    """(x − mean) / √(variance + ε) · weight + bias, and the mean (C,), variance (C,) and M (1,) by which it was done."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, eps: float, ranks: Ranks
    ) -> tuple[Tensor, ...]:
        """x (r, C, …), weight (C,), bias (C,) or None → the normalised rows (r, C, …), mean (C,), variance (C,), M (1,)."""
        axes = [axis for axis in range(x.dim()) if axis != 1]
        own_variance, own_mean = torch.var_mean(x.to(_exact(x)), axes, correction=0)
        own_count = own_mean.new_full((1,), x.numel() / x.shape[1])  # no copy, for which a GPU would be waited for
        every = ranks.gathered(torch.cat([own_count, own_mean, own_variance]))  # (N, 1 + 2C)
        counts, means, variances = every.split([1, x.shape[1], x.shape[1]], dim=1)
        count = counts.sum(0)
        mean = (counts * means).sum(0) / count
        variance = (counts * (variances + (means - mean).square())).sum(0) / count
        ctx.save_for_backward(x, weight, mean, variance, count)
        ctx.eps, ctx.ranks, ctx.biased = eps, ranks, bias is not None
        ctx.mark_non_differentiable(mean, variance, count)
        return functional.batch_norm(x, mean, variance, weight, bias, False, 0.0, eps), mean, variance, count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of x (r, C, …), weight (C,) and bias (C,); those of mean, variance and M are not looked at.

        That of x takes in the other processes' rows; those of weight and bias are of the own rows alone.
        """
        x, weight, mean, variance, count = ctx.saved_tensors
        # As if mean and variance were constants, and with xn = (x − mean) / √(variance + ε): of the own rows
        # g · weight / √(variance + ε), Σ g · xn and Σ g …
        by_x, by_weight, by_bias = torch.ops.aten.native_batch_norm_backward(
            gradients[0], x, weight, mean, variance, None, None, False, ctx.eps, [True, True, True]
        )
        with_xn, alone = (ctx.ranks.summed(torch.stack([by_weight, by_bias])) / count).unbind()
        # … which they are not: g less its mean, and less xn times the mean of g · xn, over all rows.
        scale = (variance + ctx.eps).rsqrt()
        slope = -weight * scale.square() * with_xn  # (C,)
        offset = -weight * scale * alone - slope * mean
        shape = (-1, *[1] * (x.dim() - 2))
        by_x = (by_x + x * slope.view(shape) + offset.view(shape)).to(x.dtype)
        return by_x, by_weight, by_bias if ctx.biased else None, None, None
