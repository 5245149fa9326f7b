"""Random numbers for the views of one batch, all from one generator or those of each augmentation from its own.

Shapes:  B clips, b of them this process's own: all, unless several devices share them out.
"""

from zlib import crc32

import torch
from torch import Generator, Tensor

from training.devices.rows import ALL, Rows


class Apart:
    """A generator of its own for every augmentation, on the CPU: who switches one off changes no draw of the others.

    For whoever compares views by eye and ear; a run draws all from one generator.
    """

    def __init__(self, seed: int):
        self._seed = seed

    def of(self, setting: str) -> Generator:
        """The generator of one augmentation, as it was at first."""
        return Generator().manual_seed(crc32(f"{setting} {self._seed}".encode()))


Draws = Generator | Apart
"""Where the views of a batch draw from."""


class Amounts:
    """Draws for a batch of B clips, of which the own ones are given: so every process draws the same for each clip."""

    def __init__(self, batch: int, device: torch.device, draws: Draws, rows: Rows = ALL):
        self._batch, self._device, self._draws, self._rows = batch, device, draws, rows
        self._generator = draws.of("") if isinstance(draws, Apart) else draws

    def of(self, setting: str) -> "Amounts":
        """Those for one augmentation; to be asked for once."""
        if isinstance(self._draws, Apart):
            return Amounts(self._batch, self._device, self._draws.of(setting), self._rows)
        return self

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
