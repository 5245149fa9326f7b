"""Which clips the next step trains on: its own generator, and a state that a resume restores."""

from typing import Any, Literal

import torch
from torch import Generator, Tensor

GROUPED_CLIPS = 8
"""Clips of one group in a row, where a method draws by group."""
BLOCK = 32
"""Clips that lie beside each other and are read together, where the clips are on disk: some 250 kB of mel power."""
WINDOW = 512
"""Blocks whose clips are drawn in one random order: 16,384 clips, from which no batch takes more than a few of one block."""


class Sampler:
    """Every clip once an epoch, in random order; batches run over the epoch's end, so that all are full.

    `on_disk`: the clips are read from a disk, which likes to read what lies beside each other. Blocks of clips come in random
    order then, and clips in random order within windows of blocks.
    """

    def __init__(
        self,
        groups: Tensor,
        batch_size: int,
        draw: Literal["uniform", "by_group"],
        seed: int,
        on_disk: bool = False,
    ):
        self._groups = groups.cpu()
        self._batch_size = batch_size
        self._draw = draw
        self._on_disk = on_disk
        self._generator = Generator().manual_seed(seed)
        self._order = torch.empty(0, dtype=torch.int64)
        self._at = 0
        self._weights: Tensor | None = None

    @property
    def epoch_begins(self) -> bool:
        """Whether the next batch begins a new epoch."""
        return self._at + self._batch_size > len(self._order)

    @property
    def upcoming(self) -> Tensor | None:
        """(B,) int64: what `next` will give; None where an epoch begins, which is not drawn yet."""
        return None if self.epoch_begins else self._order[self._at : self._at + self._batch_size]

    def weigh(self, weights: Tensor | None) -> None:
        """Draw the coming epochs by these relative weights (n,), with replacement; None draws every clip once."""
        self._weights = None if weights is None else weights.cpu().double()

    def next(self) -> Tensor:
        """(B,) int64 clips."""
        while self._at + self._batch_size > len(self._order):
            left = self._order[self._at :]
            self._order = torch.cat([left, self._after(left, self._epoch())])
            self._at = 0
        batch = self._order[self._at : self._at + self._batch_size]
        self._at += self._batch_size
        return batch

    def state(self) -> dict[str, Any]:
        """All that decides the coming batches, as tensors and numbers."""
        return {
            "generator": self._generator.get_state(),
            "order": self._order,
            "at": self._at,
            "weights": self._weights,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._generator.set_state(state["generator"])
        self._order, self._at, self._weights = state["order"], state["at"], state["weights"]

    def _after(self, left: Tensor, epoch: Tensor) -> Tensor:
        """The clips of a new epoch, so that none of them stands in one batch with itself among those `left` of the last."""
        if self._weights is not None:
            return epoch
        first = (~torch.isin(epoch, left)).nonzero()[: self._batch_size - len(left), 0]
        later = torch.ones(len(epoch), dtype=torch.bool).index_fill(0, first, False)
        return torch.cat([epoch[first], epoch[later]])

    def _epoch(self) -> Tensor:
        n = len(self._groups)
        if self._weights is not None:
            return weighted(self._weights, n, self._generator)
        order = self._by_block(n) if self._on_disk else torch.randperm(n, generator=self._generator)
        return order if self._draw == "uniform" else self._by_group(order)

    def _by_block(self, n: int) -> Tensor:
        """All clips, in random order within windows of WINDOW blocks, the blocks in random order."""
        blocks = torch.randperm(-(-n // BLOCK), generator=self._generator)
        order = (blocks[:, None] * BLOCK + torch.arange(BLOCK)).flatten()
        order = order[order < n]
        windows = order.split(BLOCK * WINDOW)
        return torch.cat([window[torch.randperm(len(window), generator=self._generator)] for window in windows])

    def _by_group(self, order: Tensor) -> Tensor:
        """The same clips, so that runs of GROUPED_CLIPS come from one group, the runs in random order."""
        grouped = order[torch.argsort(self._groups[order], stable=True)]
        runs = grouped.split(GROUPED_CLIPS)
        return torch.cat([runs[i] for i in torch.randperm(len(runs), generator=self._generator).tolist()])


def weighted(weights: Tensor, count: int, generator: Generator) -> Tensor:
    """(count,) int64, of relative weights (n,) in double precision, with replacement.

    What torch.multinomial gives, number by number, of which it refuses more than 2**24 weights.
    """
    ends = weights.cumsum(0)
    ends /= ends[-1].clone()
    ends[-1] = 1
    return torch.searchsorted(ends, torch.rand(count, dtype=torch.float64, generator=generator))
