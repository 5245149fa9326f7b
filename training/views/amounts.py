"""Random numbers for the views of one batch, all from one generator.

Shapes:  B clips, b of them this process's own: all, unless several devices share them out.
"""

import torch
from torch import Generator, Tensor

from training.devices.rows import ALL, Rows


class Amounts:
    """Draws for a batch of B clips, of which the own ones are given: so every process draws the same for each clip."""

    def __init__(self, batch: int, device: torch.device, generator: Generator, rows: Rows = ALL):
        self._batch, self._device, self._generator, self._rows = batch, device, generator, rows

    def uniform(self) -> Tensor:
        """(b,) in [0, 1)."""
        return self._rows.own(torch.rand(self._batch, device=self._device, generator=self._generator))

    def symmetric(self, reach: float) -> Tensor:
        """(b,) in [−reach, reach)."""
        return (self.uniform() * 2 - 1) * reach

    def normal(self, columns: int) -> Tensor:
        """(b, columns), standard normal."""
        return self._rows.own(torch.randn(self._batch, columns, device=self._device, generator=self._generator))

    def integers(self, high: int) -> Tensor:
        """(b,) in [0, high)."""
        return self._rows.own(torch.randint(0, high, (self._batch,), device=self._device, generator=self._generator))

    def partners(self) -> Tensor:
        """(b,): a clip of the whole batch for each clip, each one once."""
        return self._rows.own(torch.randperm(self._batch, device=self._device, generator=self._generator))
