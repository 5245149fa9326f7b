"""What counts as given: nothing is learned through it."""

from torch import Tensor, nn


class StopGradient(nn.Module):
    """The same values, as if they were constants. A module, and so a part that can be taken out of a method."""

    def forward(self, x: Tensor) -> Tensor:
        """x, of any shape, detached."""
        return x.detach()
