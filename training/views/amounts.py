"""Random numbers for the views of one batch, all from one generator."""

import torch
from torch import Generator, Tensor


class Amounts:
    """Draws for a batch of B clips."""

    def __init__(self, batch: int, device: torch.device, generator: Generator):
        self._batch, self._device, self._generator = batch, device, generator

    def uniform(self) -> Tensor:
        """(B,) in [0, 1)."""
        return torch.rand(self._batch, device=self._device, generator=self._generator)

    def symmetric(self, reach: float) -> Tensor:
        """(B,) in [−reach, reach)."""
        return (self.uniform() * 2 - 1) * reach

    def normal(self, columns: int) -> Tensor:
        """(B, columns), standard normal."""
        return torch.randn(self._batch, columns, device=self._device, generator=self._generator)

    def integers(self, high: int) -> Tensor:
        """(B,) in [0, high)."""
        return torch.randint(0, high, (self._batch,), device=self._device, generator=self._generator)

    def partners(self) -> Tensor:
        """(B,): a clip of the batch for each clip, each one once."""
        return torch.randperm(self._batch, device=self._device, generator=self._generator)
