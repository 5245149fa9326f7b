"""This process among several that train one run: what it computes of a batch, and what all of them tell each other.

Every process calls the same of these in the same order, or all of them wait for each other for ever.

Shapes:  N processes, R rows of the whole batch, r of them this process's own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from typing import Any

import torch
import torch.distributed as distributed
from torch import Tensor, nn

from training.devices.rows import ALL, Alone, Rows

END = -1.0
"""Told in the place of the seconds."""
_all_gather = getattr(distributed, "all_gather_single", None) or distributed.all_gather_into_tensor
"""Newer versions of torch call it otherwise."""


class Ranks(Alone):
    """This process's number among N, and their common operations. The process group must have begun."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size
        self.within = False
        """Whether what is computed just now is of this process's own rows alone."""

    def rows(self, count: int) -> Rows:
        """The own ones of `count` rows; all of them within a part that has its own rows already, and where they are too few."""
        return ALL if self.within or count < self.size else OwnRows(self, count)

    @contextmanager
    def own_rows(self) -> Iterator[None]:
        """What is computed within is of this process's own rows."""
        self.within = True
        try:
            yield
        finally:
            self.within = False

    def gathered(self, x: Tensor) -> Tensor:
        """x of every process, one after the other and bit by bit: (…) → (N, …). x is of one shape on all of them."""
        flat = x.detach().contiguous().view(-1).view(torch.uint8)  # bytes, as in `agree`
        found = flat.new_empty(self.size * len(flat))
        _all_gather(found, flat)
        return found.view(x.dtype).view(self.size, *x.shape)

    def summed(self, x: Tensor) -> Tensor:
        """The sum of every process's x, in its place and the same on all of them."""
        distributed.all_reduce(x)
        return x

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over the processes. All are of one type and on one device."""
        flat = self.summed(_flat(tensors)).div_(self.size)
        _spread(flat, tensors)

    @torch.no_grad()
    def agree(self, network: nn.Module) -> None:
        """Take over the first process's weights and buffers."""
        of_type: dict[torch.dtype, list[Tensor]] = {}
        for x in network.state_dict().values():
            of_type.setdefault(x.dtype, []).append(x)
        for tensors in of_type.values():
            flat = _flat(tensors)
            distributed.broadcast(flat.view(torch.uint8), src=0)  # bytes, which every backend takes
            _spread(flat, tensors)

    def as_first(self, x: Tensor | None) -> Tensor | None:
        """The first process's x, which is None on all of them or on none."""
        if x is not None:
            distributed.broadcast(x, src=0)
        return x

    def tell_step(self, seconds: float) -> None:
        """Have the others take a step, of a run that was trained for so long."""
        distributed.broadcast(torch.tensor([seconds], dtype=torch.float64), src=0)

    def tell_end(self) -> None:
        """Have the others end."""
        self.tell_step(END)

    def next_step(self) -> float | None:
        """Wait for what the first process tells: for how long the run was trained before the next step; None at its end."""
        told = torch.empty(1, dtype=torch.float64)
        distributed.broadcast(told, src=0)
        seconds = float(told)
        return None if seconds == END else seconds

    def broadcast(self, value: Any) -> Any:
        """The first process's value, of any kind that pickle knows; what the others give is left out of account."""
        told = [value]
        distributed.broadcast_object_list(told, src=0)
        return told[0]


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([x.reshape(-1) for x in tensors])


def _spread(flat: Tensor, tensors: Sequence[Tensor]) -> None:
    """What `_flat` put into one, back into each."""
    parts = flat.split([x.numel() for x in tensors])
    torch._foreach_copy_(list(tensors), [part.view(x.shape) for part, x in zip(parts, tensors, strict=True)])


class OwnRows(Rows):
    """One stretch of R rows for each process, the first ones having one row more where N doesn't divide R."""

    def __init__(self, ranks: Ranks, count: int) -> None:
        self._ranks = ranks
        each, over = divmod(count, ranks.size)
        self._sizes = [each + (rank < over) for rank in range(ranks.size)]
        self._stretches = [slice(*ends) for ends in pairwise(accumulate(self._sizes, initial=0))]

    def own(self, x: Tensor) -> Tensor:
        """(R, …) → (r, …). The gradient that comes back is that of all rows, the same on all processes."""
        own: Tensor = _Own.apply(x, self) if x.requires_grad else self.stretch(x)
        return own

    def whole(self, x: Tensor) -> Tensor:
        """(r, …) → (R, …), the same on all processes. Each goes on with the gradient of its own rows, times N.

        Times N, so that of every weight the mean over the processes is the gradient: of one that saw a process's own rows
        alone as well as of one that saw all rows on each, and of one that saw both.
        """
        whole: Tensor = _Whole.apply(x, self) if x.requires_grad else self.gathered(x)
        return whole

    @property
    def count(self) -> int:
        """N."""
        return self._ranks.size

    def stretch(self, x: Tensor) -> Tensor:
        """(R, …) → (r, …), a view."""
        return x[self._stretches[self._ranks.rank]]

    def gathered(self, x: Tensor) -> Tensor:
        """(r, …) → (R, …)."""
        most = self._sizes[0]
        padded = x if len(x) == most else torch.cat([x, x.new_zeros(most - len(x), *x.shape[1:])])
        found = self._ranks.gathered(padded)  # (N, most, …)
        if self._sizes[-1] == most:
            return found.flatten(0, 1)
        return torch.cat([rows[:size] for rows, size in zip(found, self._sizes, strict=True)])


class _Own(torch.autograd.Function):
    """`OwnRows.own`, with its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: OwnRows) -> Tensor:
        """(R, …) → (r, …), a copy."""
        ctx.rows = rows
        return rows.stretch(x).clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """(r, …) → (R, …): each process's rows, divided by N, which `_Whole` multiplied by."""
        return ctx.rows.gathered(gradients[0]) / ctx.rows.count, None


class _Whole(torch.autograd.Function):
    """`OwnRows.whole`, with its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: OwnRows) -> Tensor:
        """(r, …) → (R, …)."""
        ctx.rows = rows
        return rows.gathered(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """(R, …) → (r, …): that of the own rows, times N."""
        return ctx.rows.stretch(gradients[0]) * ctx.rows.count, None
