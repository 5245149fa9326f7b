"""Networks without batch statistics: group normalisation and weight standardisation in the place of BatchNorm.

BYOL learns as well with them (Richemond et al. 2020, arXiv 2010.10241): what keeps it from collapsing is not that
BatchNorm lets the clips of a batch see each other. Group normalisation is of Wu and He 2018, arXiv 1803.08494, weight
standardisation of Qiao et al. 2019, arXiv 1903.10520.
"""

from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

GROUPS = 16
SMALLEST = 4
"""Channels of a group, at least: the paper's narrowest layer has 64 channels in 16 groups."""
EPSILON = 1e-5


class Standardised(nn.Module):
    """Weights (out, …) with mean 0 and variance 1 over what comes in to each output."""

    def forward(self, weight: Tensor) -> Tensor:
        """(W − mean) / √(variance + ε)."""
        rows = weight.flatten(1)
        variance, mean = rows.var(1, correction=0, keepdim=True), rows.mean(1, keepdim=True)
        return ((rows - mean) / (variance + EPSILON).sqrt()).view_as(weight)


def leave_batch_statistics(network: nn.Module) -> None:
    """Change `network` in place: every BatchNorm to a group norm, and the layer before each gets standardised weights."""
    layer: nn.Module | None = None
    for path, module in list(network.named_modules()):
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d):
            layer = module
        elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            channels = module.num_features
            network.set_submodule(path, nn.GroupNorm(group_count(channels), channels, affine=module.affine))
            if layer is not None:
                register_parametrization(layer, "weight", Standardised())
            layer = None


def group_count(channels: int) -> int:
    """The most groups of one size, up to 16, that leave each at least 4 channels."""
    return max(n for n in range(1, GROUPS + 1) if n == 1 or (channels % n == 0 and channels // n >= SMALLEST))
