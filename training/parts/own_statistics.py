"""Norm layers that use the statistics of what goes through them, for measuring."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def own_statistics(network: nn.Module) -> Iterator[None]:
    """While it lasts, each BatchNorm of `network`, in eval mode, takes mean and variance of its own input.

    Its running statistics come back untouched. They are of the changed views of past training steps: they lag behind the
    weights at first, and whole clips lie elsewhere, so that a healthy projector would put all of them on one side.
    """
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    running = [(norm.running_mean, norm.running_var) for norm in norms]
    for norm in norms:
        norm.running_mean = norm.running_var = None  # a norm without them takes those of its input
    try:
        yield
    finally:
        for norm, (mean, variance) in zip(norms, running, strict=True):
            norm.running_mean, norm.running_var = mean, variance
